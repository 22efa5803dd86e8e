"""
How the answer travels over a mirrored edge
===========================================

A GAT of two layers has learned palindromes of eight digits on a path with mirrored edges. Its attention as a matrix:
row i says to whom node i listens. The product of both says what of each digit reaches the node that is asked.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import cross_entropy

from gnnlab import SequenceGraphClassifier, draw_adjacency, draw_graph, palindrome_graph
from seq import digit_palindromes

torch.manual_seed(1)
graph = palindrome_graph(8, mirrored=True)
model = SequenceGraphClassifier(
    graph, num_tokens=10, num_classes=10, hidden_channels=32, num_layers=2, conv="gat", heads=4
)
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)
for step in range(150):
    tokens, targets = digit_palindromes(8, 64, generator=step)
    loss = cross_entropy(model(tokens), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

read = torch.tensor([[7, 1, 4, 2, 2, 4, 1]])
matrices = []
with torch.no_grad():
    x = model.hidden(model.encode(read))[0]
    for number, conv in enumerate(model.net.convs):
        _, (edges, alpha) = conv(x, model.edge_index, return_attention_weights=True)
        matrix = torch.zeros(8, 8).index_put(
            (edges[1], edges[0]), alpha.mean(1), accumulate=True
        )
        matrices.append(matrix)
        x = model.net.layer(number, x, model.edge_index)
    answer = int(model(read).argmax())

digits = [*"7142241", "?"]
figure = plt.figure(figsize=(10, 6), layout="constrained")
top, below = figure.subfigures(2, 1, height_ratios=(2, 3))
draw_graph(
    palindrome_graph("71422417", mirrored=True),
    ax=top.subplots(),
    title=f"its answer is {answer}",
)
for ax, matrix, title in zip(
    below.subplots(1, 3),
    [*matrices, matrices[1] @ matrices[0]],
    ["layer 1", "layer 2", "through both layers"],
):
    draw_adjacency(
        matrix=matrix, ax=ax, labels=digits, title=title, numbers=False, colorbar=False
    )

# %%
# The same of a recorded run, from a shell::
#
#     gnnlab draw attention runs/palindrome/T10_gat-2-mirrored_seed0_HASH --input 123454321 --out attention.png
