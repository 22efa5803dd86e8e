"""
A graph of your own from pairs
==============================

Pairs with a number each are enough: here towns and the kilometres between them. The same works with a file of such
lines, a matrix, a networkx graph or PyG's ``Data``.
"""

import matplotlib.pyplot as plt

from gnnlab import as_graph, draw_graph

roads = [
    ("Ulm", "Aalen", 68),
    ("Aalen", "Ellwangen", 18),
    ("Ulm", "Ehingen", 26),
    ("Ulm", "Memmingen", 53),
    ("Ehingen", "Riedlingen", 31),
    ("Memmingen", "Kempten", 36),
    ("Ehingen", "Memmingen", 62),
]
both_ways = [*roads, *((target, source, km) for source, target, km in roads)]

figure, ax = plt.subplots(figsize=(9, 5.6), layout="constrained")
draw_graph(
    as_graph(both_ways),
    ax=ax,
    edge_numbers=True,
    node_color="gold",
    title="By road from Ulm, in kilometres",
)

# %%
# The same of a file with ``source,target,weight`` in each line, from a shell::
#
#     gnnlab draw roads.csv --edge-numbers --node-color gold --out roads.png
