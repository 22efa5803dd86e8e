"""
A graph layer of your own in a comparison
=========================================

Any convolution that is called as ``conv(x, edge_index)`` can take part: ``graph_net`` stacks it, and it gets the same
budget of parameters, examples and seeds as the lab's own. This one keeps the maximum of what its neighbours say.
"""

import matplotlib.pyplot as plt
import torch
from torch_geometric.nn import MessagePassing

from experiments import compare, graph_net


class LoudestNeighbour(MessagePassing):
    def __init__(self, in_channels, out_channels):
        super().__init__(aggr="max", node_dim=-2)
        self.own = torch.nn.Linear(in_channels, out_channels)
        self.other = torch.nn.Linear(in_channels, out_channels)

    def forward(self, x, edge_index):
        return self.own(x) + self.propagate(edge_index, x=self.other(x))


found = compare(
    "palindrome",
    [graph_net(LoudestNeighbour, 4), "pyg:SAGEConv-4", "gcn-4"],
    lengths=5,
    seeds=3,
    steps=60,
    evaluate_every=10,
    budget=5000,
    learning_rate=0.01,
    out="runs/own-layer",
    engine="serial",
    quiet=True,
)

figure, ax = plt.subplots(figsize=(9, 4), layout="constrained")
found.plot_curves(ax)

# %%
# From a shell, with the class in a file of yours::
#
#     gnnlab run palindrome --models my_lab.py:LoudestNeighbour-4,pyg:SAGEConv-4,gcn-4 --lengths 5
