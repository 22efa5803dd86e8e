"""
Whom a graph attention network listens to
=========================================

A GAT is trained on two labelled members of the karate club, one of each side. Edges are as wide as the attention
that the first layer pays along them; arrows lead to the one who listens.
"""

import matplotlib.pyplot as plt
import networkx as nx
import torch
from torch.nn.functional import cross_entropy, elu

from gnnlab import GATConv, as_graph, draw_graph

torch.manual_seed(0)
karate = nx.Graph(nx.karate_club_graph().edges)
club = nx.get_node_attributes(nx.karate_club_graph(), "club")
y = torch.tensor([int(club[member] == "Officer") for member in karate])
edges = as_graph(karate).edge_index
order = [*karate]  # the members in the order of the graph's nodes

x = torch.eye(34)
first, second = GATConv(34, 8, heads=4), GATConv(32, 2, concat=False)
optimizer = torch.optim.Adam(
    [*first.parameters(), *second.parameters()], lr=0.02, weight_decay=5e-4
)
labelled = torch.tensor([order.index(0), order.index(33)])
for _ in range(100):
    loss = cross_entropy(second(elu(first(x, edges)), edges)[labelled], y[labelled])
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

with torch.no_grad():
    hidden, attention = first(x, edges, return_attention_weights=True)
    answer = second(elu(hidden), edges).argmax(1)
right = int((answer == y).sum())

figure, ax = plt.subplots(figsize=(9, 6.6), layout="constrained")
draw_graph(
    edges,
    ax=ax,
    labels=order,
    attention=attention,
    node_class=[("Mr. Hi", "Officer")[k] for k in answer.tolist()],
    title=f"two labels given, {right} of 34 members told right",
)

# %%
# The same of a recorded run, from a shell::
#
#     gnnlab run citation
#     gnnlab draw attention runs/citation/karate_gat_seed0_HASH --out attention.png
