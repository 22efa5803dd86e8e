"""
How much of a node arrives, and not only whether
================================================

Random walks say how much of each node arrives at each other one in a graph network that averages over neighbours. On a
path of 12 nodes the far end arrives after 11 layers, but less than a hundred-thousandth of it. With one edge more it is
as loud as the node itself. That little arrives through many hops is one side of over-squashing.
"""

import matplotlib.pyplot as plt

from gnnlab import as_graph, draw_adjacency, path_graph, random_walk_influence

path = path_graph(12)
edges = [tuple(pair) for pair in path.edge_index.t().tolist()]
shortcut = as_graph([*edges, (0, 11), (11, 0)])

figure, axes = plt.subplots(1, 2, figsize=(10, 4.8), layout="constrained")
for ax, graph, name in zip(axes, (path, shortcut), ("a path", "with an edge between its ends")):
    influence = random_walk_influence(graph, steps=11)
    ends = f"{influence[11, 0]:.6f} of node 0 arrives at node 11"
    draw_adjacency(matrix=influence, ax=ax, title=f"{name}\n{ends}", numbers=False)
