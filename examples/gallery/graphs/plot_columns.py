"""
A bipartite graph stands in two columns
=======================================

Eighteen women and the fourteen events they went to (Davis 1941). Edges join a woman with an event and never two of a
kind, so the drawing gives each kind a column, in an order that crosses few edges.
"""

import matplotlib.pyplot as plt
import networkx as nx

from gnnlab import draw_graph

women = nx.davis_southern_women_graph()
kind = {
    node: "woman" if data["bipartite"] == 0 else "event"
    for node, data in women.nodes(data=True)
}

figure, ax = plt.subplots(figsize=(9, 7.4), layout="constrained")
draw_graph(women, ax=ax, node_class=kind, title="who went to which event")

# %%
# The same from a shell::
#
#     gnnlab draw social davis --out columns.png
