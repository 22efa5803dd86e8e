"""Forecasting the nodes of a graph over time: a recurrent network, a graph network, and both together."""
