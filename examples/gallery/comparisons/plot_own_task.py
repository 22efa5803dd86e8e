"""
A task of your own
==================

Three facts and a function that draws examples are a task. Both views come with it: recurrent networks read the
symbols, and graph networks get the path through them. Are there more ones than zeros? Every step counts, so a graph
network that reads its answer at the last node alone (``gcn-2``) hears too little, and one that reads the mean over all
nodes hears enough.
"""

import matplotlib.pyplot as plt
import torch

from experiments import Task, compare


class Majority(Task):
    num_tokens, num_outputs, chance = 2, 2, 0.5

    def examples(self, count, generator):
        bits = torch.randint(2, (count, self.length), generator=generator)
        return bits, (2 * bits.sum(1) > self.length).long()


found = compare(
    Majority,
    ["lstm", "gcn-2", "gcn-2-mean"],
    lengths=13,
    seeds=3,
    steps=60,
    evaluate_every=20,
    budget=3000,
    learning_rate=0.01,
    out="runs/majority",
    engine="serial",
    quiet=True,
)

figure, ax = plt.subplots(figsize=(9, 2.8), layout="constrained")
found.plot_accuracy(ax)

# %%
# From a shell, with the class in a file of yours::
#
#     gnnlab run my_lab.py:Majority --models lstm,gcn-2,gcn-2-mean --lengths 13 --seeds 3
