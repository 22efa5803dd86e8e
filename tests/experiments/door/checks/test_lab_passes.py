"""Every model and every task of the lab passes its battery."""

import pytest
import torch

from experiments import Task, check
from experiments.core.catalogue import experiments
from experiments.core.experiment import load
from experiments.core.registry import CELLS
from experiments.lab.trees.task import TreeNeighbors

RECURRENT = [*CELLS, "lstm-2", "gru-bidirectional", "lstm-onehot"]
VARIANTS = [
    "-mirrored",
    "-virtual",
    "-residual",
    "-fulllast",
    "-norm",
    "-mean",
    "-sum",
    "-max",
    "-directed",
    "-skip3",
]
GRAPHS = [f"{conv}-3{variant}" for conv in ("gcn", "gat") for variant in ("", *VARIANTS)] + [
    "gat-3-heads4",
    "pyg:SAGEConv-3",
    "pyg:GINConv-3",
    "pyg:GATv2Conv-3-heads2",
    "pyg:TransformerConv-3",
]
#: Attention over one neighbour is 1 whatever its weights are; the query of these graphs has one.
WARNED = {"pyg:TransformerConv-3", "gat-3-directed"}


class Parity(Task):
    num_tokens, num_outputs, chance = 2, 2, 0.5

    def examples(self, count, generator):
        bits = torch.randint(2, (count, self.length), generator=generator)
        return bits, bits.sum(1) % 2


@pytest.mark.parametrize("label", [*RECURRENT, *GRAPHS])
def test_models_on_palindromes(label):
    report = check(label).raise_if_failed()
    assert not report.warned or (label in WARNED and report.warned == ["gradients"]), str(report)


SOME = ("lstm", "phased", "lru", "gcn-3", "gat-3-virtual", GRAPHS[-1])
REST = [label for label in (*CELLS, *GRAPHS[-4:]) if label not in SOME]


@pytest.mark.parametrize("label", [*SOME, *(pytest.param(label, marks=pytest.mark.slow) for label in REST)])
def test_models_on_a_task_of_ones_own(label):
    check(label, Parity, 7).raise_if_failed()


@pytest.mark.parametrize("label", [*CELLS, "lstm-2"])
def test_recurrent_models_that_read_one_way_are_causal(label):
    report = check(label, "copy-memory", 3).raise_if_failed()
    assert report["causality"].status == "holds"


def test_models_that_read_both_ways_are_not():
    assert check("lstm-bidirectional", "copy-memory", 3).ok
    assert check("lstm-bidirectional", "copy-memory", 3, causal=True).failed == ["causality"]
    assert check("gcn-3", "copy-memory", 3, causal=True).failed == ["causality"]


@pytest.mark.parametrize("label", ["lstm", "phased", "gcn-3", "gat-3"])
def test_lengths_and_times(label):
    report = check(label, "frequency", 20).raise_if_failed()
    assert report["padding"].status == "holds"


@pytest.mark.parametrize("label", ["gcn-3-noposition-noedges-mean", "gat-2-noposition-noedges-max"])
def test_a_graph_network_without_edges_and_places_is_one_of_sets(label):
    assert check(label, permutation=True)["permutation"].status == "holds"
    assert check(label.replace("-noposition", ""), permutation=True).failed == ["permutation"]


@pytest.mark.parametrize(
    "name", [n for n, e in experiments().items() if e.task.startswith("experiments.lab.sequences")]
)
def test_tasks(name):
    length = 20 if "frequency" in name else 8
    check(load(experiments()[name].task), length=length).raise_if_failed()


@pytest.mark.parametrize(
    ("name", "length"),
    [("recall", 16), ("selective-copying", 8), ("parity", 8), ("first-symbol", 5), ("dyck", 16)],
)
def test_tasks_of_symbols(name, length):
    check(load(experiments()[name].task), length=length).raise_if_failed()


def test_validation_of_trees_draws_from_the_training_examples():
    """The paper asks whether a network can fit them; the class does not say that its parts are not disjoint."""
    assert check(TreeNeighbors, length=3).failed == ["splits"]
