import json
import shutil

import pytest
import torch
from matplotlib.figure import Figure

from experiments.command import cli
from experiments.command.draw.look import GraphLook
from experiments.command.draw.sequences import (
    as_matrix,
    attention_of_layers,
    draw_activations,
    path_attention_figure,
)
from experiments.lab.sequences.tasks.tasks import AddingProblem, DigitPalindromes
from experiments.lab.sequences.trained_runs import load_run, parse_symbols
from experiments.records.records import FolderError
from experiments.running.execute import execute
from gnnlab import GATConv, draw_graph
from seq import LSTM, gate_activations
from tests.experiments.runs import planned, sweep

TINY = {
    "steps": 10,
    "batch_size": 8,
    "evaluate_every": 5,
    "validation_size": 20,
    "test_size": 20,
    "budget": 3000,
}
LABELS = (
    "lstm",
    "lstm-2",
    "phased",
    "gru",
    "rnn",
    "lstm-bidirectional",
    "gat-2",
    "gat-2-mirrored",
    "gat-2-fulllast",
    "gcn-2",
)


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    out = tmp_path_factory.mktemp("runs")
    found = {}
    for settings in planned(LABELS, [7], **TINY):
        assert execute(settings, out)["status"] == "ok"
        found[settings.model.label] = out / settings.folder
    for experiment, label in (("adding", "lstm"), ("copy-memory", "gat-2")):
        settings = planned([label], [5], experiment=experiment, **TINY)[0]
        assert execute(settings, out)["status"] == "ok"
        found[experiment] = out / settings.folder
    settings = planned(["lstm"], [5], experiment="memory", **TINY)[0]
    assert execute(settings, out)["status"] == "ok"
    found["memory"] = out / settings.folder
    return found


def draw(capsys, *arguments):
    with pytest.raises(SystemExit) as exit_:
        cli.main(["draw", *map(str, arguments)])
    out, err = capsys.readouterr()
    return exit_.value.code, out, err


@pytest.mark.parametrize("label", ["lstm", "lstm-2", "phased", "gru", "rnn", "memory"])
def test_gates_of_a_run(runs, label, tmp_path, capsys):
    path = tmp_path / "gates.png"
    code, _, err = draw(capsys, "gates", runs[label], "--input", "1234543", "--out", path)
    assert (code, err) == (0, "")
    assert path.read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("label", "symbols"),
    [("gat-2", "123432"), ("gat-2-mirrored", "1,2,3,4,3,2"), ("copy-memory", "1" * 10 + "0" * 15)],
)
def test_attention_of_a_run(runs, label, symbols, tmp_path, capsys):
    path = tmp_path / "attention.svg"
    code, _, err = draw(capsys, "attention", runs[label], "--input", symbols, "--layer", "2", "--out", path)
    assert (code, err) == (0, "")
    assert path.read_bytes().startswith(b"<?xml")


@pytest.mark.parametrize(
    ("kind", "label", "arguments", "words"),
    [
        ("gates", "gat-2", ("--input", "12"), "gates need a recurrent model"),
        ("gates", "lstm-bidirectional", ("--input", "12"), "both directions"),
        ("gates", "adding", ("--input", "12"), "reads numbers"),
        ("gates", "lstm", ("--input", "12a"), "should be digits such as 12321"),
        ("gates", "lstm", ("--input", "1,12"), "12 should be at most 9"),
        ("gates", "lstm", ("--input", ""), "should be digits"),
        ("gates", "lstm", ("--input", "1" * 201), "at most 200"),
        (
            "attention",
            "gcn-2",
            ("--input", "123432"),
            "attention needs a run of a network with attention, such as gat",
        ),
        (
            "attention",
            "lstm",
            ("--input", "123432"),
            "attention needs a run of a network with attention, such as gat",
        ),
        ("attention", "gat-2", ("--input", "1234321"), "7 symbols should be 6"),
        ("attention", "gat-2", ("--input", "123432", "--layer", "3"), "layer: 3 should be 1 to 2"),
        ("attention", "gat-2", (), "give --input"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(runs, kind, label, arguments, words, tmp_path, capsys):
    path = tmp_path / "x.png"
    code, _, err = draw(capsys, kind, runs[label], *arguments, "--out", path)
    assert code == 2
    assert words in err
    assert err.count("\n") == 1
    assert not path.exists()


def test_a_folder_that_is_no_run_is_named(tmp_path):
    with pytest.raises(FolderError, match="not the folder of a run"):
        load_run(tmp_path)


@pytest.mark.parametrize("hidden", [None, "x", -4, 2.5, True])
def test_a_hidden_size_that_is_none_is_named(runs, hidden, tmp_path):
    run = tmp_path / runs["lstm"].name
    shutil.copytree(runs["lstm"], run)
    result = json.loads((run / "result.json").read_text())
    del result["hidden"]
    (run / "result.json").write_text(json.dumps(result | ({} if hidden is None else {"hidden": hidden})))
    with pytest.raises(
        FolderError, match=rf"result\.json: hidden is {hidden!r}; it should be the hidden size"
    ):
        load_run(run)


@pytest.mark.parametrize("content", ["[]", "3", "null", '"palindrome"'])
def test_settings_that_are_no_object_are_named(runs, content, tmp_path):
    run = tmp_path / runs["lstm"].name
    shutil.copytree(runs["lstm"], run)
    (run / "config.json").write_text(content)
    with pytest.raises(FolderError, match=r"its record cannot be read \(config\.json should hold an object"):
        load_run(run)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "weights.pt: is missing, so nobody knows what the run learned"),
        (b"PK", "weights.pt: damaged, or the weights of another model"),
        ("gcn-2", "weights.pt: damaged, or the weights of another model"),
    ],
)
def test_a_trained_run_is_never_drawn_with_other_weights(runs, content, words, tmp_path, capsys):
    run = tmp_path / runs["lstm"].name
    shutil.copytree(runs["lstm"], run)
    if content is None:
        (run / "weights.pt").unlink()
    else:
        foreign = content if isinstance(content, bytes) else (runs[content] / "weights.pt").read_bytes()
        (run / "weights.pt").write_bytes(foreign)
    code, _, err = draw(capsys, "gates", run, "--input", "123", "--out", tmp_path / "x.png")
    assert (code, err.count("\n")) == (2, 1)
    assert words in err
    assert not (tmp_path / "x.png").exists()


def test_heat_maps_hold_the_gates_with_units_in_one_order():
    torch.manual_seed(0)
    values = {name: part[0] for name, part in gate_activations(LSTM(2, 5), torch.randn(1, 7, 2)).items()}
    axes = Figure().subplots(7, 1)
    draw_activations(values, axes, labels=list("abcdefg"))
    order = values["f"].mean(0).argsort(descending=True)
    for ax, (name, part) in zip(axes, values.items()):
        shown = torch.from_numpy(ax.images[0].get_array().data)
        torch.testing.assert_close(shown, part[:, order].t())
        assert ax.images[0].get_clim()[0] == (0.0 if name in "ifo" else -ax.images[0].get_clim()[1])
    assert not axes[6].axison


def test_attention_is_that_of_the_layers_and_rows_add_up_to_one(runs):
    _, task, model = load_run(runs["gat-2-mirrored"])
    tokens = parse_symbols("123432", task)
    found = attention_of_layers(model, tokens)
    x = model.hidden(model.encode(tokens))[0]
    for (edges, alpha), conv in zip(found, model.net.convs):
        assert isinstance(conv, GATConv)
        matrix = as_matrix(edges, alpha, 7)
        torch.testing.assert_close(matrix.sum(1), torch.ones(7))
        _, (_, expected) = conv(x, model.edge_index, return_attention_weights=True)
        torch.testing.assert_close(alpha, expected)
        x = torch.nn.functional.elu(conv(x, model.edge_index))


def test_a_fully_adjacent_layer_is_drawn_with_its_own_edges(runs, monkeypatch):
    drawn = []

    def keep(graph, ax, **options):
        drawn.append(({*map(tuple, graph.edge_index.t().tolist())}, graph.num_edges))
        return draw_graph(graph, ax, **options)

    monkeypatch.setattr("experiments.command.draw.sequences.draw_graph", keep)
    for layer in (1, 2):
        path_attention_figure(runs["gat-2-fulllast"], "123432", layer=layer, look=GraphLook())
    path = {(a, b) for a in range(7) for b in range(7) if abs(a - b) == 1}
    pairs = {(a, b) for a in range(7) for b in range(7) if a != b}
    assert drawn == [(path, len(path)), (pairs, len(pairs))]


def test_symbols_are_digits_or_numbers_with_commas():
    task = DigitPalindromes(5, 0)
    assert parse_symbols("0123", task).tolist() == [[0, 1, 2, 3]]
    assert parse_symbols("9, 8", task).tolist() == [[9, 8]]
    assert parse_symbols("9,", task).tolist() == [[9]]
    for text in ("1,,2", ",1", ",", "1,2,,"):  # a symbol is missing
        with pytest.raises(ValueError, match=r"input: .* should be digits"):
            parse_symbols(text, task)
    assert AddingProblem(5, 0).num_tokens is None


@pytest.mark.parametrize(
    ("what", "label", "words"),
    [
        ("gates", "lru", "pass no gates"),
        ("gates", "transformer-1", "has no gates"),
        ("attention", "graphtransformer-2", "needs a run of a network with attention"),
        ("attention", "gcn-2", "needs a run of a network with attention"),
    ],
)
def test_a_run_without_what_is_drawn_says_so_in_a_line(what, label, words, tmp_path, capsys):
    sweep(tmp_path / "runs", "palindrome", [label], [4], [0], **TINY | {"budget": 5000})
    (config,) = (tmp_path / "runs").glob("*/config.json")
    code, _, err = draw(capsys, what, config.parent, "--input", "123", "--out", tmp_path / "x.png")
    assert code != 0
    (line,) = err.splitlines()
    assert words in line
    assert not (tmp_path / "x.png").exists()
