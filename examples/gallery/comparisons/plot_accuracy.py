"""
Accuracy against length: who answers from how far away
======================================================

The main figure of a comparison. The first digit of a palindrome is asked for at its end: it has to survive T − 1 steps
of a recurrent network, or T − 1 hops along a path. Four layers of a GCN hear it at T = 5 and not beyond; with mirrored
edges two layers hear it at any length. A dot is a run, a line goes through the means.

Runs are tiny here: 120 steps, three seeds, lengths up to 11.
"""

import matplotlib.pyplot as plt

from experiments import compare

found = compare(
    "palindrome",
    ["lstm", "gcn-4", "gcn-2-mirrored"],
    lengths=[5, 8, 11],
    seeds=3,
    steps=120,
    evaluate_every=20,
    budget=5000,
    learning_rate=0.01,
    out="runs/palindrome",
    engine="serial",
    quiet=True,
)

figure, ax = plt.subplots(figsize=(9, 4.2), layout="constrained")
found.plot_accuracy(ax)

# %%
# The numbers behind it. In a notebook ``found`` as the last line of a cell shows them with both figures.

print(found)

# %%
# The same from a shell, with a report as a page, and its figures in sizes for slides::
#
#     gnnlab run palindrome --models lstm,gcn-4,gcn-2-mirrored --lengths 5,8,11 --seeds 3
#     gnnlab report runs/palindrome --figures pdf --style slides
