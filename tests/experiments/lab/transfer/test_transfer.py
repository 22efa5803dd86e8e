import itertools

import networkx as nx
import pytest
import torch

from experiments import check
from experiments.core.catalogue import experiments
from experiments.core.experiment import load
from experiments.core.specs import parse_model
from experiments.lab.sequences.distance import describe_reach
from experiments.lab.sequences.input_sensitivity import measure_sensitivity
from experiments.lab.sequences.models.models import build_model
from experiments.lab.transfer.pictures import draw_graphs
from experiments.lab.transfer.tasks import CliquePath, CrossedRing, Ring
from tests.experiments.runs import sequence_run

TASKS = (Ring, CrossedRing, CliquePath)
SPLITS = ("train", "validation", "test")


def drawn(task, split, count=500):
    return task.batch(split, count, task.generator(split))


def as_networkx(graph):
    made = nx.Graph(graph.edge_index.t().tolist())
    made.add_nodes_from(range(graph.num_nodes))
    return made


@pytest.mark.parametrize("kind", TASKS)
def test_a_task_keeps_what_a_fair_comparison_needs(kind):
    check(kind, length=4).raise_if_failed()


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("radius", [3, 6])
def test_the_label_is_as_far_away_as_the_length_says(kind, radius):
    task, spec = kind(radius, 0), parse_model("gcn-2")
    graph = task.graph(spec)
    hops = nx.single_source_shortest_path_length(as_networkx(graph), int(graph.query))
    assert graph.hops.tolist() == [hops[node] for node in range(graph.num_nodes)]
    assert hops[task.source(graph)] == task.distance == radius
    assert graph.hops.tolist() == sorted(
        graph.hops.tolist(), reverse=True
    )  # the sequence ends beside the asker
    assert task.steps == drawn(task, "train").inputs.shape[1] == graph.num_nodes - 1


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("split", SPLITS)
def test_one_label_among_fillers_that_vary_and_say_nothing(kind, split):
    inputs, targets, _ = drawn(kind(3, 0), split, 4000)
    assert torch.equal(inputs[:, 0], targets)
    assert set(inputs[:, 1:].unique().tolist()) <= set(range(5, 25))
    assert (inputs[:, 1:] != inputs[:, 1:2]).any()
    shares = torch.bincount(targets, minlength=5) / 4000
    torch.testing.assert_close(shares, torch.full((5,), 0.2), atol=0.032, rtol=0)  # five standard deviations


@pytest.mark.parametrize(
    ("kind", "radius"), [(Ring, 2), (Ring, 3), (CrossedRing, 2), (CliquePath, 3), (CliquePath, 4)]
)
def test_fillers_of_one_split_are_in_no_other(kind, radius):
    task = kind(radius, 1)
    found = {split: {tuple(row) for row in drawn(task, split).inputs[:, 1:].tolist()} for split in SPLITS}
    assert task.disjoint
    for one, other in itertools.combinations(SPLITS, 2):
        assert not found[one] & found[other]


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("layers", [3, 4])
def test_as_many_layers_as_hops_are_needed_to_hear_the_label(kind, layers):
    task, spec = kind(4, 0), parse_model(f"gcn-{layers}")
    torch.manual_seed(0)
    model = build_model(spec, task, 12)
    inputs = drawn(task, "train", 5).inputs
    changed = inputs.clone()
    changed[:, 0] = (changed[:, 0] + 1) % 5
    assert torch.equal(model(inputs), model(changed)) == (layers < 4)
    reach = describe_reach(task.graph(spec), spec, task)
    assert (reach["hops"], reach["in_reach"]) == (4, layers >= 4)
    assert (reach["answer_share"] > 0) == (layers >= 4)


@pytest.mark.parametrize("kind", TASKS)
def test_sensitivity_counts_hops_of_the_graph_and_steps_of_the_sequence(kind):
    task = kind(4, 0)
    for label, distances, heard in (
        ("gcn-2", range(5), {0, 1, 2}),
        ("gcn-2-virtual", range(5), set(range(5))),
        ("gcn-2-mean", range(1, 5), {1, 2, 3, 4}),
        ("lstm", range(1, task.steps + 1), set(range(1, task.steps + 1))),
    ):
        torch.manual_seed(0)
        rows = measure_sensitivity(build_model(parse_model(label), task, 8), parse_model(label), task)
        found = {row["r"]: row["sensitivity"] for row in rows}
        assert sorted(found) == list(distances)
        assert {r for r, value in found.items() if value > 0} == heard


def test_share_of_the_label_on_a_ring_of_four_by_hand():
    """Each node hears two neighbours and itself alike: of nine ways of two steps two begin at the node opposite."""
    for label in ("gcn-2", "gat-2"):
        task, spec = Ring(2, 0), parse_model(label)
        share = describe_reach(task.graph(spec), spec, task)["answer_share"]
        assert share == pytest.approx(2 / 9, rel=1e-6)


def test_without_an_asker_a_read_out_over_all_nodes_hears_those_that_hold_something():
    graph = Ring(3, 0).graph(parse_model("gcn-2-mean"))
    assert "query" not in graph
    assert nx.is_isomorphic(as_networkx(graph), nx.path_graph(5))


def test_lengths_and_edges_that_make_no_sense_are_named():
    with pytest.raises(ValueError, match="lengths: 2 should be at least 3"):
        CliquePath(2, 0)
    with pytest.raises(ValueError, match="lengths: 1001 should be at most 1000"):
        Ring(1001, 0)
    for label in ("gcn-2-skip3", "gcn-2-directed"):
        with pytest.raises(ValueError, match="this task has edges of its own"):
            Ring(3, 0).graph(parse_model(label))


@pytest.mark.parametrize("name", ["ring", "crossed-ring", "clique-path"])
def test_pictures_say_what_they_show(name, tmp_path):
    runs = [sequence_run(label, 4, experiment=name) for label in ("lstm", "gcn-2", "gcn-2-virtual")]
    draw_graphs(runs, tmp_path, {})
    text = (tmp_path / "pictures" / "index.json").read_text(encoding="utf-8")
    assert name.replace("-", " ") in text
    assert "4 hops away" in text
    assert load(experiments()[name].task)(4, 0).distance == 4
