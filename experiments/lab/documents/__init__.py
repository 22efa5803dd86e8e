"""Text classification: networks over words and documents as a graph, recurrent networks, and linear baselines."""
