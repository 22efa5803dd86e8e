import pytest

from experiments.core.specs import parse_model
from experiments.lab.sequences.distance import describe_reach, with_layers
from experiments.lab.sequences.tasks.tasks import BaumSweet, DigitPalindromes


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
        ("gcn-2-mean", 8, 0, True),
        ("gat-1-max", 8, 0, True),
        ("gcn-2-virtual", 12, 2, True),
        ("gcn-1-virtual", 12, 2, False),
        ("gcn-2-fulllast", 12, 1, True),
        ("gat-1-fulllast-noedges", 12, 1, True),
        ("gcn-reach", 12, 11, True),
        ("gat-reach-mirrored", 12, 1, True),
        ("gcn-reach-skip3", 10, 3, True),
    ],
)
def test_reach_counts_hops_against_layers(label, length, hops, in_reach):
    spec, task = parse_model(label), DigitPalindromes(length, 0)
    reach = describe_reach(task.graph(spec), spec, task)
    assert reach["hops"] == hops
    assert reach["in_reach"] == in_reach
    assert (reach["answer_share"] > 0) == in_reach


def share(label, length):
    spec, task = parse_model(label), DigitPalindromes(length, 0)
    return describe_reach(task.graph(spec), spec, task)["answer_share"]


def test_share_of_two_gcn_layers_on_a_path_of_three_by_hand():
    # Row 2 of the square of [[1/2, r, 0], [r, 1/3, r], [0, r, 1/2]] with r = 1/sqrt(6): r^2, r/3 + r/2, r^2 + 1/4.
    r = 6**-0.5
    row = [r * r, r / 3 + r / 2, r * r + 1 / 4]
    assert share("gcn-2", 3) == pytest.approx(row[0] / sum(row), rel=1e-6)  # made from float32


def test_share_of_two_gat_layers_on_a_path_of_three_by_hand():
    # Uniform attention: rows (1/2, 1/2, 0), (1/3, 1/3, 1/3), (0, 1/2, 1/2); row 2 of the square is 1/6, 5/12, 5/12.
    assert share("gat-2", 3) == pytest.approx(1 / 6)


def test_share_of_a_mean_over_nodes_without_mixing_is_one_node_of_all():
    assert share("gcn-1-noedges-mean", 6) == pytest.approx(1 / 5)


@pytest.mark.parametrize("label", ["gcn-1-fulllast", "gat-3-fulllast-noedges"])
def test_share_of_a_fully_adjacent_last_layer_is_one_node_of_all(label):
    assert share(label, 7) == pytest.approx(1 / 7)


def test_nothing_is_said_where_the_answer_has_no_fixed_node():
    spec, task = parse_model("gcn-2"), BaumSweet(4, 0)
    assert describe_reach(task.graph(spec), spec, task) == {}


@pytest.mark.parametrize(("label", "layers"), [("gcn-reach", 9), ("gin-reach-mirrored", 1), ("gcn-3", 3)])
def test_reach_stands_for_as_many_layers_as_hops(label, layers):
    assert with_layers(parse_model(label), DigitPalindromes(10, 0)).layers == layers


@pytest.mark.parametrize(
    ("label", "task", "words"),
    [
        ("gcn-reach", BaumSweet(4, 0), "not the same for all"),
        ("gcn-reach-mean", DigitPalindromes(10, 0), "not the same for all"),
        ("gcn-reach-noedges", DigitPalindromes(10, 0), "no path leads there"),
    ],
)
def test_reach_needs_an_answer_with_a_place(label, task, words):
    with pytest.raises(ValueError, match=f"models: {label} .*{words}"):
        with_layers(parse_model(label), task)


@pytest.mark.parametrize(("label", "hops"), [("graphtransformer-1", 1), ("gnnssm-4", 9), ("sage-9", 9)])
def test_convolutions_say_how_far_a_layer_carries(label, hops):
    spec, task = parse_model(label), DigitPalindromes(10, 0)
    found = describe_reach(task.graph(spec), spec, task)
    assert found["hops"] == hops
    assert found["in_reach"] == (hops <= spec.layers)
    assert "answer_share" not in found  # there is no matrix of theirs
