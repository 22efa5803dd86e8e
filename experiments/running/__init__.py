"""Runs carried out: one by one, many at a time, on a cluster."""
