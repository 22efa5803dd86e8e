"""Results as a program prints them and a notebook shows them."""
