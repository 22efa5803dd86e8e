"""Graphs of your own, a list of PyG's Data with an answer each: does the graph have a cycle?"""

import sys

import networkx as nx
import torch
from torch_geometric.utils import from_networkx

from experiments import compare

graphs = []
for seed in range(600):
    tree = nx.random_labeled_tree(6 + seed % 5, seed=seed)
    if seed % 2:  # one more edge closes a cycle
        tree.add_edge(*sorted(nx.non_edges(tree))[seed % 7])
    data = from_networkx(tree)
    data.x = torch.tensor([[1.0, degree] for _, degree in tree.degree])
    data.y = torch.tensor([nx.number_of_nodes(tree) <= nx.number_of_edges(tree)]).long()
    graphs.append(data)

models = ["lstm", "gcn-3", "pyg:GINConv-3"]
print(compare(graphs, models, seeds=2, order="degree", name="cycles", smoke="--smoke" in sys.argv))
