"""Measures of claims that say one family of models, or one graph, leads another: each part holds at its level."""
