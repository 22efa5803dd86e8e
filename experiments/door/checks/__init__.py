"""A battery of checks that every model and every task should pass before it is compared with others."""
