"""Parts of a claim: each is a statement with a test of it, and all of a claim are decided together."""
