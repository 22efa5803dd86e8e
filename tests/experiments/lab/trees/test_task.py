import pytest
import torch

from experiments.core.specs import parse_model
from experiments.lab.sequences.models.models import build_model
from experiments.lab.trees.task import MOST_ASSIGNMENTS, TreeNeighbors

SPLITS = ("train", "validation", "test")


def questions(radius, split, seed=0):
    return set(TreeNeighbors(radius, seed).pairs[split].tolist())


@pytest.mark.parametrize(("radius", "distinct"), [(1, 4), (2, 96), (4, 1000 * 16)])
def test_new_questions_are_those_that_training_lacks(radius, distinct):
    found = {split: questions(radius, split) for split in SPLITS}
    assert found["train"] == found["validation"]  # it is the fit that selects the weights
    assert not found["train"] & found["test"]
    assert found["train"] | found["test"] == set(range(distinct))
    assert len(found["train"]) == 8 * distinct // 10


def test_there_are_no_more_assignments_than_the_authors_had():
    for radius, distinct in ((1, 2), (2, 24), (3, MOST_ASSIGNMENTS), (5, MOST_ASSIGNMENTS)):
        labels = TreeNeighbors(radius, 3).assignments
        assert abs(len(labels) - distinct) <= 20 * (radius == 3)  # 8! = 40,320: a few are drawn twice
        assert torch.equal(labels.sort(1).values, torch.arange(2**radius).expand_as(labels))


def test_a_test_question_is_new_though_its_leaves_are_not():
    task = TreeNeighbors(3, 0)
    seen = {
        tuple(row) for row in task.batch("train", 5000, task.generator("train")).inputs.flatten(1).tolist()
    }
    rows = {tuple(row) for row in task.batch("test", 300, task.generator("test")).inputs.flatten(1).tolist()}
    assert len(rows) == 300
    assert not rows & seen


@pytest.mark.parametrize("split", SPLITS)
def test_inputs_are_one_hot_keys_and_labels_and_tell_the_answer(split):
    task = TreeNeighbors(3, 0)
    inputs, targets, _ = task.batch(split, 40, task.generator(split))
    keys, labels = inputs.split(9, dim=2)
    assert inputs.shape == (40, 15, task.num_features)
    assert bool((keys.sum(2) == 1).all())
    assert bool((labels.sum(2) == 1).all())
    for key, label, target in zip(keys.argmax(2).tolist(), labels.argmax(2).tolist(), targets.tolist()):
        assert dict(zip(key[:8], label[:8]))[key[-1]] == target + 1
        assert label[-1] == 0


@pytest.mark.parametrize("layers", [2, 3])
def test_r_layers_are_needed_for_the_root_to_hear_the_leaves(layers):
    task = TreeNeighbors(3, 0)
    model = build_model(parse_model(f"gcn-{layers}-directed-residual-norm"), task, 12)
    x = task.batch("train", 5, task.generator("train")).inputs.requires_grad_()
    model(x).sum().backward()
    heard = x.grad.abs().sum((0, 2)) > 0
    assert bool(heard[:8].any()) == (layers >= 3)
    assert bool(heard[8:].all())


def test_edges_that_make_no_sense_in_a_tree_are_named():
    for label in ("gcn-3-mirrored", "gcn-3-skip2"):
        with pytest.raises(ValueError, match="the graph here is a tree"):
            TreeNeighbors(2, 0).graph(parse_model(label))
    with pytest.raises(ValueError, match="lengths: 9 should be at most 8"):
        TreeNeighbors(9, 0)
