"""Concepts of the lab, as plain data: what a run, a model and an experiment are. Imports no torch."""
