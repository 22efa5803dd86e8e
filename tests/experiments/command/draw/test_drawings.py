import pytest
import torch

from experiments.command.cli import main
from experiments.command.draw import drawings
from experiments.command.draw.names import find_node
from experiments.core.catalogue import find_experiment
from experiments.data.node_graphs import load_task
from experiments.lab.citation.models import build_node_model
from experiments.lab.citation.settings import NodeModel
from experiments.running.plan import plan
from experiments.running.sweep import run_sweep


def planned(*labels):
    """Runs of two epochs on the karate club."""
    given = {"dataset": ["karate"], "epochs": [2]}
    return plan(find_experiment("citation"), labels, [0], given)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    """Runs of two epochs on the karate club, by model."""
    out = tmp_path_factory.mktemp("results")
    runs = planned("gat", "gcn")
    run_sweep(runs, out)
    return {run.model.name: out / run.folder for run in runs}


def draw(capsys, *arguments):
    """Exit code and stderr of a drawing command."""
    with pytest.raises(SystemExit) as stop:
        main(["draw", *map(str, arguments)])
    return stop.value.code, capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ("path", "7", "--skip", "3", "--adjacency"),
        ("adjacency", "example", "--powers", "0,1,2,3"),
        ("adjacency", "karate", "--kind", "normalised", "--powers", "2"),
        ("field", "path-9", "8", "--layers", "3"),
        ("field", "florentine", "Medici"),
        ("social", "lesmis"),
        ("neighbourhood", "karate", "--node", "0", "--most", "12"),
    ],
    ids=" ".join,
)
def test_every_kind_is_drawn(arguments, tmp_path, capsys):
    out = tmp_path / "x.svg"
    code, err = draw(capsys, *arguments, "--out", out)
    assert (code, err) == (0, "")
    assert out.read_text().startswith("<?xml")
    assert list(tmp_path.iterdir()) == [out]


@pytest.mark.parametrize("layer", [1, 2])
def test_attention_of_a_run_is_drawn(layer, results, tmp_path, capsys):
    out = tmp_path / "x.pdf"
    code, err = draw(capsys, "attention", results["gat"], "--layer", layer, "--out", out)
    assert (code, err) == (0, "")
    assert out.read_bytes().startswith(b"%PDF")


def test_attention_needs_a_network_that_attends(results, tmp_path, capsys):
    code, err = draw(capsys, "attention", results["gcn"], "--out", tmp_path / "x.png")
    assert code == 2
    assert "should be a run of gat" in err


@pytest.mark.parametrize("layer", [1, 2])
def test_attention_sums_to_one_over_what_a_node_hears(layer, results):
    task = load_task("karate", 0)
    settings = planned("gat")[0]
    model = build_node_model(settings.model, 34, 2)
    model.load_state_dict(torch.load(results["gat"] / "weights.pt", weights_only=True))
    edges, alpha = drawings.attention_of(model, task, layer)
    assert alpha.shape == (156 + 34, 8 if layer == 1 else 1)
    sums = torch.zeros(34, alpha.size(1)).index_add(0, edges[1], alpha)
    torch.testing.assert_close(sums, torch.ones_like(sums))


def test_attention_of_a_deep_network_is_that_of_the_layer_that_was_asked_for():
    """By the layers' own formula: H + φ(norm(conv(H))) between the first and the last."""
    torch.manual_seed(0)
    task = load_task("karate", 0)
    model = build_node_model(
        NodeModel("gat", hidden=3, heads=2, layers=4, residual=True, norm=True), 34, 2
    ).eval()
    h = torch.nn.functional.elu(model.norms[0](model.first(task.x, task.edge_index)))
    h = h + torch.nn.functional.elu(model.norms[1](model.between[0](h, task.edge_index)))
    _, (edges, expected) = model.between[1](h, task.edge_index, return_attention_weights=True)
    found = drawings.attention_of(model, task, 3)
    torch.testing.assert_close(found[0], edges)
    torch.testing.assert_close(found[1], expected)


def test_nodes_are_found_by_number_and_name():
    graph = drawings.parse_graph("florentine")
    assert find_node(graph, "Medici") == graph.names.index("Medici")
    assert find_node(graph, "3") == 3
    with pytest.raises(ValueError, match="node must be the name of a node"):
        find_node(graph, "15")


def test_an_unwritable_place_is_named(tmp_path, capsys):
    code, err = draw(capsys, "path", "3", "--out", tmp_path / "none" / "x.png")
    assert code == 2
    assert "cannot be written" in err
