"""
What a node hears after one, two and three layers
=================================================

Each layer carries a message over one edge. Member 0 of the karate club hears the dark nodes after few layers, the
light ones after more, and the white ones not yet. With three layers it hears everybody.
"""

import matplotlib.pyplot as plt
import networkx as nx

from gnnlab import draw_graph, receptive_field

karate = nx.Graph(nx.karate_club_graph().edges)

figure, axes = plt.subplots(1, 3, figsize=(14, 4.8), layout="constrained")
for layers, ax in enumerate(axes, 1):
    heard = len(receptive_field(karate, 0, layers))
    draw_graph(
        karate,
        ax=ax,
        receptive_field_of=0,
        layers=layers,
        labels={node: "0" if node == 0 else "" for node in karate},
        legend=False,
        title=f"{layers} layer{'s' * (layers > 1)}: {heard} of {len(karate)} members",
    )

# %%
# The same from a shell::
#
#     gnnlab draw field karate 0 --layers 2 --out field.png
