"""
Over-smoothing: with many layers all nodes become alike
=======================================================

The Dirichlet energy says how much neighbours differ. A GCN averages, so each layer takes some of it away, and after
forty nothing tells two nodes apart. Layers that keep a part of a node for itself, as GraphSAGE does with a weight of
its own, lose it later or not at all.
"""

import matplotlib.pyplot as plt
import networkx as nx
import torch

from gnnlab import GCNConv, as_graph, dirichlet_energy, pyg_convolution

torch.manual_seed(0)
graph = as_graph(nx.Graph(nx.karate_club_graph().edges))
start = torch.randn(34, 16, dtype=torch.double)


def energies(layer, residual=False):
    """Energy over squared norm before and after each of 40 layers."""
    x, found = start, []
    with torch.no_grad():
        for _ in range(41):
            found.append((dirichlet_energy(x, graph) / x.square().sum()).item())
            y = layer().double()(x, graph.edge_index)
            x = torch.relu(y) + x if residual else torch.relu(y)
            x = x / x.norm()
    return found


figure, ax = plt.subplots(figsize=(9, 4.4), layout="constrained")
ax.semilogy(energies(lambda: GCNConv(16, 16)), "-", lw=2, label="GCN")
ax.semilogy(energies(lambda: GCNConv(16, 16), residual=True), "--", lw=2, label="GCN, residual")
ax.semilogy(
    energies(lambda: pyg_convolution("SAGEConv", 16, 16)),
    ":",
    lw=2.5,
    label="GraphSAGE, from PyG",
)
ax.set(xlabel="layers", ylabel="Dirichlet energy / squared norm")
ax.grid(color="0.9")
ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
