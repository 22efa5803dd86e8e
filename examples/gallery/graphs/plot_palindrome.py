"""
A palindrome, its shortcuts and its matrices
============================================

The last digit of a palindrome is missing, and it equals the first. Along the path that answer is eight hops away.
Edges between mirrored positions, drawn as arcs, bring it next door; in the matrices they are the second diagonal.
"""

import matplotlib.pyplot as plt

from gnnlab import (
    adjacency_matrix,
    draw_adjacency,
    draw_graph,
    normalized_adjacency,
    palindrome_graph,
)

graph = palindrome_graph("123454321", mirrored=True)
digits = [*"12345432", "?"]

figure = plt.figure(figsize=(9, 7.4), layout="constrained")
top, below = figure.subfigures(2, 1, height_ratios=(3, 5))
draw_graph(graph, ax=top.subplots(), title="one edge joins the question to the answer")
left, right = below.subplots(1, 2)
draw_adjacency(matrix=adjacency_matrix(graph), ax=left, labels=digits, title="adjacency A")
draw_adjacency(
    matrix=normalized_adjacency(graph),
    ax=right,
    labels=digits,
    title="normalised, as a GCN uses it",
)

# %%
# The same from a shell::
#
#     gnnlab draw palindrome 123454321 --mirrored --adjacency --out palindrome.png
