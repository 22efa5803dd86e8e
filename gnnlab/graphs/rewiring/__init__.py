"""More edges for a graph, chosen by what they mend."""
