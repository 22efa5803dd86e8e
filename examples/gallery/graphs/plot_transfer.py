"""
Three graphs on which a label travels
=====================================

One node, L, holds a label, and the node that asks, ?, is as far away as it can be. Around a ring there are two ways,
on a crossed ring many of the same length, and a clique at the end of a path drowns the label among fillers.
"""

import math

import matplotlib.pyplot as plt

from gnnlab import clique_path_graph, draw_graph, ring_graph


def on_a_circle(nodes, middle, radius, turn):
    angles = [turn + 2 * math.pi * k / len(nodes) for k in range(len(nodes))]
    return {
        n: (middle + radius * math.cos(a), radius * math.sin(a)) for n, a in zip(nodes, angles)
    }


ring = on_a_circle(
    [0, 1, 3, 5, 7, 9, 8, 6, 4, 2], 2, 2, math.pi
)  # the label left, the node that asks right
path = {node: (float(node), 0.0) for node in range(5)} | on_a_circle(
    [5, 6, 9, 7, 8], 6, 1, math.pi
)
graphs = {
    "ring": (ring_graph(10), ring),
    "crossed ring": (ring_graph(10, crossed=True), ring),
    "clique path": (clique_path_graph(10), path),
}

figure, axes = plt.subplots(1, 3, figsize=(12, 4), layout="constrained", width_ratios=(4, 4, 7))
for ax, (name, (graph, places)) in zip(axes, graphs.items()):
    labels, colors = (
        {graph.source: "L", graph.query: "?"},
        {graph.source: "#fdae61", graph.query: "#74add1"},
    )
    nodes = range(graph.num_nodes)
    draw_graph(
        graph.edge_index,
        ax=ax,
        positions=places,
        labels={node: labels.get(node, "") for node in nodes},
        node_color={node: colors.get(node, "#e0e0e0") for node in nodes},
        title=f"{name}: {graph.distance} hops",
    )
    ax.margins(0.1, 0.3)
    ax.set_aspect("equal")

# %%
# Train on them from a shell::
#
#     gnnlab run ring
#     gnnlab run crossed-ring
#     gnnlab run clique-path
