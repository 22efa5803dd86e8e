import itertools
from collections import Counter

import networkx as nx
import pytest
import torch

from experiments import Examples, Task, check
from experiments.core.catalogue import find_experiment
from experiments.core.specs import parse_model
from experiments.lab.paths.pictures import draw_graphs
from experiments.lab.paths.tasks import Eccentricity, ShortestPath
from experiments.lab.sequences.models.models import build_model
from experiments.lab.sequences.tasks.drawn import checked
from experiments.lab.sequences.work import make_task
from tests.experiments.runs import sequence_run

TASKS = (ShortestPath, Eccentricity)
SPLITS = ("train", "validation", "test")


def drawn(task, split="train", count=60):
    return task.batch(split, count, task.generator(split))


def graphs(batch):
    """Each example as networkx has it, from its edges, and its marked node."""
    for inputs, edges in zip(batch.inputs, batch.extras["edges"]):
        graph = nx.Graph(edges[:, edges[0] >= 0].T.tolist())
        (marked,) = inputs[:, 0].nonzero().view(-1).tolist()
        yield graph, marked


@pytest.mark.parametrize("kind", TASKS)
def test_a_task_keeps_what_a_fair_comparison_needs(kind):
    check(kind, length=16).raise_if_failed()


@pytest.mark.parametrize("order", ["random", "distance"])
@pytest.mark.parametrize("length", [8, 19])
def test_answers_are_those_of_networkx(length, order):
    paths, furthest = (drawn(kind(length, 0, extra=0.03, order=order)) for kind in TASKS)
    most = min(length // 2, 8)
    for (graph, marked), answers in zip(graphs(paths), paths.targets.tolist()):
        hops = nx.single_source_shortest_path_length(graph, marked)
        assert answers == [min(hops[node], most) for node in range(length)]
    least = min(length // 4, 4)
    for (graph, marked), answer in zip(graphs(furthest), furthest.targets.tolist()):
        assert answer == min(max(nx.eccentricity(graph, marked), least), most) - least


@pytest.mark.parametrize("kind", TASKS)
def test_both_views_know_the_same_graph(kind):
    batch = drawn(kind(9, 0))
    assert batch.inputs.shape == (60, 9, 10)
    for (graph, marked), inputs in zip(graphs(batch), batch.inputs):
        assert torch.equal(
            inputs[:, 1:], torch.from_numpy(nx.to_numpy_array(graph, nodelist=range(9))).float()
        )
        assert inputs[:, 0].tolist() == [float(node == marked) for node in range(9)]


def test_nodes_are_read_in_the_order_that_is_asked_for():
    near = drawn(ShortestPath(10, 0, order="distance"))
    assert bool((near.targets.diff(dim=1) >= 0).all())
    assert bool((near.inputs[:, 0, 0] == 1).all())
    anyhow = drawn(ShortestPath(10, 0), count=3000)
    shares = anyhow.inputs[:, :, 0].mean(0)
    torch.testing.assert_close(shares, torch.full((10,), 0.1), atol=0.028, rtol=0)  # five standard deviations


@pytest.mark.parametrize("kind", TASKS)
def test_no_example_is_in_two_splits(kind):
    task = kind(8, 1)
    found = {
        split: {tuple(row) for row in drawn(task, split, 400).inputs.flatten(1).tolist()} for split in SPLITS
    }
    assert task.disjoint
    for one, other in itertools.combinations(SPLITS, 2):
        assert not found[one] & found[other]


@pytest.mark.parametrize("kind", TASKS)
@pytest.mark.parametrize("extra", [0.0, 0.1])
def test_chance_is_the_share_of_the_most_frequent_answer(kind, extra):
    task = kind(12, 4, extra=extra)
    answers = drawn(task, "test", 4000).targets.flatten().tolist()
    share = Counter(answers).most_common(1)[0][1] / len(answers)
    assert share == pytest.approx(
        task.chance, abs=0.04
    )  # five standard deviations of a share over 4,000 draws
    assert kind(12, 5, extra=extra).chance == task.chance


def test_settings_reach_the_tasks():
    task = make_task(sequence_run("lstm", 8, experiment="shortest-path", extra=1.0, order="distance"))
    assert (
        drawn(task).targets.tolist() == [[0] + [1] * 7] * 60
    )  # each node is joined to each, the mark comes first
    assert not task.disjoint  # there is one such graph
    for settings, message in (
        ({"extra": 1.5}, "extra: 1.5 should be"),
        ({"order": "degree"}, "order: unknown 'degree'"),
    ):
        with pytest.raises(ValueError, match=message):
            sequence_run("lstm", 8, experiment="eccentricity", **settings)
    for length in (7, 201):
        with pytest.raises(ValueError, match=f"lengths: {length} should be 8 to 200"):
            Eccentricity(length, 0)


def test_a_graph_network_hears_as_many_hops_as_it_has_layers():
    task = ShortestPath(10, 0)
    batch = drawn(task, count=5)
    torch.manual_seed(0)
    model = build_model(parse_model("gcn-2"), task, 8)
    inputs = batch.inputs.requires_grad_()
    outputs = model(inputs, edges=batch.extras["edges"])
    for example, (graph, _) in enumerate(graphs(batch)):
        for node in range(10):
            (heard,) = torch.autograd.grad(outputs[example, node].square().sum(), inputs, retain_graph=True)
            near = nx.single_source_shortest_path_length(graph, node, cutoff=2)
            assert set(heard[example].abs().sum(1).nonzero().view(-1).tolist()) <= set(near)
            assert not heard[[other for other in range(5) if other != example]].any()


def test_pictures_show_examples_with_their_distances(tmp_path):
    draw_graphs([sequence_run("gcn-2", length, experiment="eccentricity") for length in (9, 8)], tmp_path, {})
    assert "T = 8" in (tmp_path / "pictures" / "index.json").read_text(encoding="utf-8")
    assert (tmp_path / "pictures" / "graphs.svg").exists()


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        (torch.full((9, 2, 3), 4), "edges should join steps of their example"),
        (torch.tensor([[[0], [-1]]] * 9), "edges should join steps of their example"),
        (torch.zeros(9, 2, 3), "edges should be whole numbers"),
        (torch.zeros(2, 3, dtype=torch.long), "edges should be a list of 9"),
    ],
)
def test_edges_in_one_tensor_are_looked_at(edges, message):
    class Odd(Task):
        num_tokens, num_outputs, disjoint = 3, 3, False

        def examples(self, count, generator):
            symbols = torch.randint(3, (count, 4), generator=generator)
            return Examples(symbols, symbols[:, 0], edges=edges)

    task = Odd(4, 0)
    found = task.examples(9, torch.Generator())
    with pytest.raises(ValueError, match=message):
        checked(task, found, 9)


@pytest.mark.parametrize("nodes", [8, 12, 16, 40])
def test_the_question_says_which_distances_are_one_class(nodes):
    """Distances of a path graph from one end are all that there are: 0 to T - 1."""
    classes = ShortestPath.answers(torch.arange(nodes)[None]).flatten()
    first_of_last = int((classes == classes.max()).nonzero().min())
    assert first_of_last == min(8, nodes // 2)
    assert "8 and more are one class, and those of T/2 and more where that is less" in experiment(
        "shortest-path"
    )
    furthest = Eccentricity.answers(torch.arange(nodes).expand(1, -1))
    assert furthest.item() == min(8, nodes // 2) - min(4, nodes // 4)
    assert "with fewer than 16 nodes, T/4 and T/2" in experiment("eccentricity")


def experiment(name):
    return find_experiment(name).question
