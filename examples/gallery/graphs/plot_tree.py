"""
Over-squashing: a tree sends everything through two edges
=========================================================

In Tree-NeighborsMatch the root asks for the label of one leaf and cannot say beforehand of which. All leaves send, and
what arrives has to fit into the vectors of the root's two children. That is called over-squashing.
"""

import matplotlib.pyplot as plt

from gnnlab import draw_graph, tree_graph

tree = tree_graph(4)
figure, ax = plt.subplots(figsize=(10, 5), layout="constrained")
leaves = (tree.height == 4).tolist()
labels = [chr(ord("a") + number) if leaf else "" for number, leaf in enumerate(leaves)]
labels[tree.query] = "?"
draw_graph(
    tree,
    ax=ax,
    labels=labels,
    query=tree.query,
    node_color=["#fdae61" if leaf else "#d9d9d9" for leaf in leaves],
    title="16 labels, two edges into the root",
)

# %%
# Train on it from a shell::
#
#     gnnlab run tree-neighbors
