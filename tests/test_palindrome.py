import pytest
import torch

from experiments.distance import describe_reach
from experiments.models import build_model
from experiments.palindrome import PalindromeTask
from experiments.settings import parse_model


def test_neither_view_sees_the_target():
    # The views are functions of the tokens alone: another target for the same tokens cannot change them.
    task = PalindromeTask(9, 0)
    tokens, targets = task.batch("test", 13, task.generator("test"))
    assert tokens.shape == (13, 8)
    for label in ("lstm", "gcn-8"):
        torch.manual_seed(0)
        model = build_model(parse_model(label), task, 12)
        before = model(tokens)
        targets += 1
        assert torch.equal(before, model(tokens))
    graph = task.graph(parse_model("gcn-2-mirrored"))
    assert graph.num_nodes == 9
    assert int(graph.query) == 8


def test_models_of_one_seed_see_the_same_examples():
    first, second = (PalindromeTask(6, 3) for _ in range(2))
    for split in ("train", "validation", "test"):
        a, b = (task.batch(split, 50, task.generator(split)) for task in (first, second))
        assert torch.equal(a[0], b[0])
        assert torch.equal(a[1], b[1])
    other = PalindromeTask(6, 4)
    assert not torch.equal(other.batch("train", 50, other.generator("train"))[0], a[0])


@pytest.mark.parametrize("length", [3, 4, 5, 6])
def test_splits_share_no_palindrome(length):
    task = PalindromeTask(length, 1)
    seen = {}
    for split in ("train", "validation", "test"):
        tokens, _ = task.batch(split, 3000, task.generator(split))
        seen[split] = {tuple(row) for row in tokens.tolist()}
    assert not seen["train"] & seen["validation"]
    assert not seen["train"] & seen["test"]
    assert not seen["validation"] & seen["test"]
    assert task.disjoint


def test_length_two_says_that_splits_overlap():
    assert not PalindromeTask(2, 0).disjoint


@pytest.mark.parametrize(
    ("label", "length", "hops", "in_reach"),
    [
        ("gcn-4", 5, 4, True),
        ("gcn-3", 5, 4, False),
        ("gcn-9", 10, 9, True),
        ("gat-8", 10, 9, False),
        ("gcn-2-mirrored", 20, 1, True),
        ("gcn-9-directed", 10, 9, True),
        ("gcn-3-skip3", 10, 3, True),
    ],
)
def test_reach_counts_hops_against_layers(label, length, hops, in_reach):
    spec, task = parse_model(label), PalindromeTask(length, 0)
    reach = describe_reach(task.graph(spec), spec.layers, task)
    assert reach["hops"] == hops
    assert reach["in_reach"] == in_reach
    assert (reach["answer_share"] > 0) == in_reach


@pytest.mark.parametrize(("label", "length"), [("gcn-3", 5), ("gat-3", 5), ("gcn-8", 10), ("gat-4", 10)])
def test_below_its_reach_a_network_does_not_depend_on_the_answer(label, length):
    task = PalindromeTask(length, 0)
    tokens, _ = task.batch("train", 7, task.generator("train"))
    model = build_model(parse_model(label), task, 12)
    changed = tokens.clone()
    changed[:, 0] = (changed[:, 0] + 1) % 10
    assert torch.equal(model(tokens), model(changed))
