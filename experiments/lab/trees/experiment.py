"""Tree-NeighborsMatch: the memory test of graph networks. Imports no torch."""

from __future__ import annotations

from experiments.lab.sequences.experiment import on_sequences, smoke

_REPORT = "experiments.lab.trees.report.sections"
PAPER = "Alon & Yahav 2021, https://arxiv.org/abs/2006.05205, as listed in the README of their program"
#: Accuracy on training examples by convolution and radius.
FITTED = {
    "gcn": {2: 1.0, 3: 1.0, 4: 0.70, 5: 0.19},
    "gat": {2: 1.0, 3: 1.0, 4: 1.0, 5: 0.41},
}

EXPERIMENTS = (
    on_sequences(
        "tree-neighbors",
        "the label of the leaf with the root's key, through a binary tree of radius T (Tree-NeighborsMatch)",
        "Every leaf of a binary tree has a key and a label; the root has a key and names the label of the "
        "leaf with the same one. The length is the radius r, the edges from a leaf to the root: 2^r leaves "
        "have to pass through its two edges, in vectors whose size does not grow. With fewer layers than r "
        "a graph network hears no leaf (under-reaching). With enough, Alon & Yahav 2021 put down what is not "
        "fitted to vectors in which too much was squashed together (over-squashing); they report the accuracy on "
        "training examples: GCN 1, 1, .70, .19 and GAT 1, 1, 1, .41 at radius 2 to 5. Too few steps look the same. "
        "A recurrent network reads the "
        "same nodes, leaves first and root last.",
        "experiments.lab.trees.task:TreeNeighbors",
        models=("gcn-4-directed-residual-norm", "gat-4-directed-residual-heads4-norm", "lstm"),
        values={
            "length": (2, 3),
            "hidden": 32,
            "batch_size": 256,
            "decay": 0.5,
            "decay_every": 4000,
            "steps": 15_000,
            "evaluate_every": 250,
            "patience": 0,
        },
        smoke=smoke("gcn-3-directed-norm", "lstm", length=(2,), hidden=8),
        about=(
            "Every model of a comparison saw the same trees under the same seeds. Validation draws from the training "
            "examples, because the claim is about fitting; test examples are new questions about the same trees."
        ),
        terminal=(f"{_REPORT}:table",),
        sections=(
            "experiments.lab.trees.report.finding:finding",
            f"{_REPORT}:accuracy",
            f"{_REPORT}:table",
            f"{_REPORT}:memory",
            "experiments.reading.standard:pictures",
            "experiments.reading.standard:paired",
            "experiments.reading.standard:models",
            "experiments.lab.sequences.report.own_code:own_code",
        ),
    ),
)
