import pytest
import torch

from experiments.core.specs import parse_model
from experiments.lab.sequences.input_sensitivity import in_double, split_at_input
from experiments.lab.sequences.models.models import build_model
from experiments.lab.trees.report.finding import finding
from experiments.lab.trees.report.sections import radius_figure
from experiments.lab.trees.report.tables import layers_needed, reach_sentence, tree_rows, tree_table
from experiments.lab.trees.task import TreeNeighbors
from experiments.reading.looks.models import HUES
from experiments.reading.page import write_report
from experiments.reading.results import Results
from experiments.records.records import read_curve, read_runs
from tests.experiments.runs import ENDED, TINY, in_memory, sequence_run, sweep

SMALL = TINY | {"steps": 20, "hidden": 6}


def trees(out, labels, radius, seeds=(0,), **changes):
    sweep(out, "tree-neighbors", labels, [radius], seeds, **SMALL | changes)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("trees")
    for radius, layers in ((2, 3), (3, 4)):
        trees(out, [f"gcn-{layers}-directed-norm", "lstm"], radius, [0, 1])
    return out


def test_fitted_is_what_selected_the_weights(results):
    runs = read_runs(results)
    frame = tree_table(runs)
    for run, fitted in zip(runs, frame["fitted"]):
        curve = read_curve(run.path).set_index("step")
        assert fitted == curve["validation_accuracy"][run.result["selected_step"]]
    assert set(frame["kind"]) == {"gcn-directed-norm", "lstm"}


def test_every_seed_and_the_papers_number_stand_in_the_table(results):
    rows = tree_rows(tree_table(read_runs(results)))
    assert [(row["model"], row["radius"]) for row in rows] == [
        ("lstm", "2"),
        ("lstm", "3"),
        ("gcn-3-directed-norm", "2"),
        ("gcn-4-directed-norm", "3"),
    ]
    assert all(row["test, each seed"].count(",") == 1 for row in rows)
    assert [row["paper (train)"] for row in rows] == ["-", "-", "1.00", "1.00"]
    assert [row["chance"] for row in rows] == ["0.250", "0.125"] * 2


def test_other_sizes_are_rows_and_lines_of_their_own(tmp_path):
    for hidden in (5, 7):
        trees(tmp_path, ["gcn-3-directed"], 2, [0, 1], hidden=hidden)
    frame = tree_table(read_runs(tmp_path))
    assert [(row["hidden"], row["steps"].count(",")) for row in tree_rows(frame)] == [("5", 1), ("7", 1)]
    lines = {line.get_label(): line for line in radius_figure(frame).axes[0].lines}
    for hidden in (5, 7):
        fitted = frame.loc[frame["train.hidden"] == hidden, "fitted"]
        assert list(lines[f"gcn-directed, hidden {hidden}"].get_ydata()) == [pytest.approx(fitted.mean())]
    assert "gcn, paper" in lines


def test_layers_that_grow_with_the_radius_are_one_line(results):
    figure = radius_figure(tree_table(read_runs(results)))
    lines = {line.get_label(): line for line in figure.axes[0].lines}
    assert len(lines["gcn-directed-norm"].get_xdata()) == 2
    assert list(lines["gcn, paper"].get_ydata()) == [1.0, 1.0, 0.70, 0.19]
    levels = [line for line in figure.axes[1].lines if line.get_linestyle() == ":"]
    assert [set(line.get_ydata()) for line in levels] == [{1 / 4}, {1 / 8}]
    # Both ends of a level differ, so that it is seen where there is one radius.
    assert all(line.get_xdata()[0] < line.get_xdata()[1] for line in levels)


def test_page_says_what_is_measured(results):
    text = write_report(results).read_text()
    assert text.count("<svg") >= 2
    for words in (
        "on training examples",
        "new questions",
        "Alon &amp; Yahav 2021",
        "hops to the root",
        "32 (6 here)",
    ):
        assert words in text


def test_page_names_the_networks_with_too_few_layers(tmp_path):
    for radius, label in ((2, "gcn-2-directed"), (3, "gcn-2-directed"), (3, "gat-3")):
        trees(tmp_path, [label], radius)
    text = write_report(tmp_path).read_text()
    assert (
        "whatever the weights: gcn-2-directed at r = 3. All other graph networks have enough layers." in text
    )
    assert "Every graph network here has enough layers" not in text


def test_nothing_is_said_of_the_reach_of_added_edges_and_of_layers_of_several_hops():
    labels = ["gcn-2-directed", "gcn-2-expander4", "pyg:TAGConv-2", "graphtransformer-1-heads1"]
    said = reach_sentence(
        [in_memory(sequence_run(label, 3, experiment="tree-neighbors")) for label in labels]
    )
    out, unknown, rest = said.split(". ")
    assert out.endswith("whatever the weights: gcn-2-directed at r = 3")
    assert unknown.endswith(
        "nothing is said of their reach: gcn-2-expander4 at r = 3; pyg:TAGConv-2 at r = 3"
    )
    assert rest == "All other graph networks have enough layers."


def test_runs_that_hear_no_leaf_are_not_said_to_need_more_steps(tmp_path):
    facts = ENDED | {"chance": 0.125, "validation_accuracy": 0.5, "test_accuracy": 0.25, "stopped": "budget"}
    runs = [
        in_memory(sequence_run(label, 3, seed, experiment="tree-neighbors"), **facts)
        for label in ("gcn-2-directed", "gcn-3-directed")
        for seed in range(3)
    ]
    sentences = finding(Results(tmp_path, runs)).blocks[0].items
    cut = [sentence for sentence in sentences if "ended by" in sentence]
    assert [sentence.partition(",")[0] for sentence in cut] == [
        "Of the 6 runs that do not fit the training examples",
        "Of the 6 runs that do not answer new questions",
    ]
    assert all(" 3 were ended by" in sentence for sentence in cut)


def test_runs_that_failed_stand_among_the_seeds(tmp_path):
    facts = ENDED | {"chance": 0.25, "validation_accuracy": 0.5, "test_accuracy": 0.25}
    runs = [in_memory(sequence_run("lstm", 2, seed, experiment="tree-neighbors"), **facts) for seed in (0, 1)]
    runs.append(
        in_memory(sequence_run("lstm", 2, 2, experiment="tree-neighbors"), status="failed", reason="x")
    )
    runs.append(
        in_memory(sequence_run("gru", 2, 0, experiment="tree-neighbors"), status="failed", reason="x")
    )
    rows = {row["model"]: row for row in tree_rows(tree_table(runs))}
    assert rows["lstm"]["test, each seed"] == "0.250, 0.250, failed"
    assert rows["lstm"]["chance"] == "0.250"
    assert rows["gru"]["test, each seed"] == "failed"


def test_page_says_that_all_have_enough_layers_where_it_is_so(results):
    assert "Every graph network here has enough layers" in write_report(results).read_text()


def test_nothing_is_said_of_reach_without_graph_networks(results):
    assert reach_sentence([run for run in read_runs(results) if run.settings.model.label == "lstm"]) == ""


@pytest.mark.parametrize(
    "label",
    [
        "graphtransformer-1-heads1",
        "gcn-1-virtual",
        "gcn-2-virtual",
        "gcn-1-fulllast",
        "gat-3-noedges",
        "gcn-2",
        "gcn-3",
        "gcn-3-directed",
    ],
)
def test_layers_that_reach_a_leaf_are_those_from_which_it_moves_the_answer(label):
    """The derivative of the answer by a leaf's features, in a tree of radius 3, is exactly 0 or it is not."""
    spec = parse_model(label)
    task = TreeNeighbors(3, 0)
    torch.manual_seed(0)
    model = build_model(spec, task, 8).double()
    batch = task.batch("test", 5, task.generator("test"))
    function, inputs = split_at_input(model, in_double(batch))
    inputs = inputs.detach().requires_grad_()
    function(inputs).square().sum().backward()
    heard = bool(inputs.grad[:, :8].abs().sum() > 0)
    assert heard == (spec.layers >= layers_needed(spec, 3))


def test_the_papers_numbers_are_drawn_once_for_each_convolution(tmp_path):
    for label in ("gcn-3-directed", "gcn-3-directed-norm"):
        trees(tmp_path, [label], 2)
    figure = radius_figure(tree_table(read_runs(tmp_path)))
    named = [line.get_label() for line in figure.axes[0].lines]
    assert named.count("gcn, paper") == 1


def test_depths_at_one_radius_are_lines_of_their_own():
    runs = [
        in_memory(
            sequence_run(label, seed=seed, length=3, experiment="tree-neighbors"),
            **ENDED,
            test_accuracy=fit,
            validation_accuracy=fit,
            chance=0.125,
        )
        for label, fit in (("gcn-3", 0.25), ("gcn-4", 0.75), ("lstm", 1.0))
        for seed in (0, 1)
    ]
    lines = {line.get_label(): line for line in radius_figure(tree_table(runs)).axes[0].lines}
    assert {name: lines[name].get_ydata().tolist() for name in ("gcn-3", "gcn-4", "lstm")} == {
        "gcn-3": [0.25],
        "gcn-4": [0.75],
        "lstm": [1.0],
    }


def test_a_model_keeps_its_hue_whatever_settings_follow_its_name():
    runs = [
        in_memory(
            sequence_run(label, length=3, experiment="tree-neighbors", hidden=hidden),
            **ENDED,
            test_accuracy=0.5,
            validation_accuracy=0.5,
            chance=0.125,
        )
        for label in ("gcn-4", "lstm")
        for hidden in (5, 7)
    ]
    lines = {line.get_label(): line for line in radius_figure(tree_table(runs)).axes[0].lines}
    colors = {name: lines[name].get_color() for name in lines if "hidden" in name}
    assert len(colors) == 4
    assert {colors[f"{label}, hidden 5"] for label in ("gcn", "lstm")} == {HUES["gcn"], HUES["lstm"]}
    assert len({(lines[name].get_color(), lines[name].get_linestyle()) for name in colors}) == 4
