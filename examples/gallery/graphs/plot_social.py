"""
Classes of a social graph
=========================

Zachary's karate club: 34 members who fell out and became two clubs. Members of one club mostly know each other, which
is why a graph network needs only a few labels here.
"""

import matplotlib.pyplot as plt
import networkx as nx

from gnnlab import draw_graph

karate = nx.karate_club_graph()
club = {member: data["club"] for member, data in karate.nodes(data=True)}
for _, _, data in karate.edges(data=True):
    data.clear()  # how often they met: here all edges are alike

figure, ax = plt.subplots(figsize=(9, 6), layout="constrained")
draw_graph(karate, ax=ax, node_class=club, title="34 members, two clubs")

# %%
# The same from a shell, and other graphs of networkx::
#
#     gnnlab draw social karate --out social.png
#     gnnlab draw social lesmis --out characters.png
#     gnnlab draw social florentine --out families.png
