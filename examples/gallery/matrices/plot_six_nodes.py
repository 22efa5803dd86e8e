"""
Six nodes, their matrix, and four layers from C to E
====================================================

A graph small enough to check by hand. Entry (i, j) of the k-th power of its adjacency matrix counts the walks of k
edges from j to i. The first power with a number in row E and column C is the fourth: a graph network needs four
layers before E hears C.
"""

import matplotlib.pyplot as plt
import networkx as nx

from gnnlab import (
    adjacency_matrix,
    adjacency_power,
    draw_adjacency,
    draw_graph,
    layers_until_heard,
)

graph = nx.Graph()
graph.add_nodes_from("ABCDEF")
graph.add_edges_from(["AB", "AE", "AF", "BD", "CD", "DF"])
A = adjacency_matrix(graph)
print("layers from C to E:", layers_until_heard(graph, "C", "E"))

figure = plt.figure(figsize=(10, 6.4), layout="constrained")
grid = figure.add_gridspec(2, 3)
places = {"C": (0, 0), "D": (0, 1), "B": (-0.6, 2), "F": (0.6, 2), "A": (0, 3), "E": (0, 4)}
ends = {node: "from C to E" if node in "CE" else "between" for node in graph}
draw_graph(
    graph,
    ax=figure.add_subplot(grid[:, 0]),
    positions=places,
    node_class=ends,
    title="the graph",
)
for power in range(1, 5):
    ax = figure.add_subplot(grid[(power - 1) // 2, 1 + (power - 1) % 2])
    title = f"walks of {power} edge{'s' * (power > 1)}"
    draw_adjacency(
        matrix=adjacency_power(A, power), ax=ax, labels=[*graph], title=title, colorbar=False
    )
    ax.add_patch(
        plt.Rectangle((1.5, 3.5), 1, 1, fill=False, ec="#d73027", lw=2)
    )  # row E, column C

# %%
# The same from a shell::
#
#     gnnlab draw adjacency example --powers 1,2,3,4 --out powers.png
#     gnnlab draw field example E --out field.png
