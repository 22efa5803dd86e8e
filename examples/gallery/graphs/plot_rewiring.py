"""
A few more edges let a label through
====================================

``rewire`` adds edges to a graph. ``"fosr"`` takes those that widen the spectral gap most, ``"sdrf"`` works where the
curvature is lowest, and ``"random"`` is the control. What was added is red; the label starts at the top, and the node
that asks is at the bottom.
"""

import math

import matplotlib.pyplot as plt

from gnnlab import draw_graph, hop_distances, rewire, ring_graph

ring = ring_graph(16)
old = {tuple(pair) for pair in ring.edge_index.t().tolist()}
around = [
    0,
    *range(1, 16, 2),
    *range(14, 0, -2),
]  # from the label along one side and back along the other
places = {
    node: (math.sin(k * math.pi / 8), math.cos(k * math.pi / 8))
    for k, node in enumerate(around)
}
labels = [
    "" if node not in (ring.source, ring.query) else "?" if node else "label"
    for node in range(16)
]

figure, axes = plt.subplots(1, 3, figsize=(12, 4.6), layout="constrained")
for ax, method in zip(axes, ("fosr", "sdrf", "random")):
    graph = rewire(ring, method, 3)
    hops = int(hop_distances(graph, source=graph.source)[graph.query])
    title = f"{method}: {hops} hops in place of {ring.distance}"
    draw_graph(ring, ax=ax, positions=places, labels=labels, title=title, legend=False)
    for i, j in graph.edge_index.t().tolist():
        if i < j and (i, j) not in old:
            ax.plot(*zip(places[i], places[j]), color="#d73027", lw=2, zorder=0)
    ax.set_aspect("equal")

# %%
# In a comparison they are words of a model's name: ``gcn-4-fosr3``, ``gcn-4-sdrf3``, ``gcn-4-random3``.
