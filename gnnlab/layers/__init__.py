"""Graph layers on message passing, and the networks made of them."""
