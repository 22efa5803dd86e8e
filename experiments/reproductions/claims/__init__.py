"""The claims, as data."""
