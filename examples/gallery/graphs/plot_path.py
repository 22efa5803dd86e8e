"""
Skip edges make a long path short
=================================

A sequence of nine steps as a path: a message needs eight layers from one end to the other. With an edge over every
third step it needs four.
"""

import matplotlib.pyplot as plt

from gnnlab import draw_graph, layers_until_heard, path_graph

figure, axes = plt.subplots(2, 1, figsize=(9, 3.6), layout="constrained", height_ratios=(1, 2))
for ax, skip in zip(axes, (0, 3)):
    path = path_graph(9, skip=skip)
    layers = layers_until_heard(path.edge_index, source=0, target=8)
    draw_graph(
        path,
        ax=ax,
        title=f"{'skip edges over 3 steps' if skip else 'a path'}: {layers} layers from end to end",
    )

# %%
# The same from a shell::
#
#     gnnlab draw path 9 --skip 3 --out path.png
