import pytest

from experiments.model_specs import parse_model
from experiments.records import read_curve, read_runs
from experiments.report import write_report
from experiments.settings import TrainSettings
from experiments.sweep import expand, run_sweep
from experiments.trees.tree_page import radius_figure
from experiments.trees.tree_tables import tree_rows, tree_table

TINY = TrainSettings(
    steps=20,
    batch_size=8,
    evaluate_every=5,
    validation_size=20,
    test_size=20,
    hidden=6,
    success=2,
    patience=0,
)


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    out = tmp_path_factory.mktemp("trees")
    for radius, layers in ((2, 3), (3, 4)):
        models = [parse_model(f"gcn-{layers}-directed-norm"), parse_model("lstm")]
        run_sweep(expand("tree-neighbors", models, [radius], [0, 1], TINY), out)
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
        ("gcn-3-directed-norm", "2"),
        ("gcn-4-directed-norm", "3"),
        ("lstm", "2"),
        ("lstm", "3"),
    ]
    assert all(row["test, each seed"].count(",") == 1 for row in rows)
    assert [row["paper (train)"] for row in rows] == ["1.00", "1.00", "-", "-"]
    assert [row["chance"] for row in rows] == ["0.250", "0.125"] * 2


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
