"""
A piece of a large graph
========================

Of 1,200 nodes nobody sees anything. The drawing keeps the ones nearest to a node of your choice, and says what was cut.
"""

import matplotlib.pyplot as plt
import networkx as nx

from gnnlab import draw_graph

people = nx.relaxed_caveman_graph(
    100, 12, 0.12, seed=1
)  # a hundred groups of twelve, some of whom have friends outside
group = {
    node: "the group of node 600" if node // 12 == 50 else "other groups" for node in people
}

names = {node: "600" if node == 600 else "" for node in people}

figure, ax = plt.subplots(figsize=(9, 6.4), layout="constrained")
draw_graph(
    people,
    ax=ax,
    center=600,
    max_nodes=60,
    node_class=group,
    labels=names,
)

# %%
# The same of a citation graph, from a shell::
#
#     gnnlab draw neighbourhood cora --node 100 --out neighbourhood.png
