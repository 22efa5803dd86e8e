"""Recurrent cells: one step of each, its weights, and a layer of them."""
