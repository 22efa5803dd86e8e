import dataclasses

import pytest

from experiments.core.catalogue import find_experiment
from experiments.lab.citation.report.depth import depth
from experiments.lab.citation.report.finding import finding
from experiments.lab.citation.report.plots import plot_node_accuracy
from experiments.lab.citation.report.sections import accuracy, data, data_rows, paired
from experiments.reading.page import render
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Table
from experiments.reading.tables import summary_rows
from experiments.records.records import RunRecord
from experiments.records.rows import write_rows
from experiments.running.plan import plan

RESULT = {
    "status": "ok",
    "reason": "",
    "steps": 9,
    "selected_step": 7,
    "stopped": "budget",
    "parameters": 5,
    "ms_per_step": 1.0,
    "seconds_total": 2.0,
    "chance": 0.3,
    "nodes": 20,
    "edges": 30,
    "features": 4,
    "classes": 2,
    "labelled": 4,
    "validation_nodes": 6,
    "test_nodes": 10,
}


def records(accuracies, tmp_path, dataset="cora", status="ok", **given):
    """Runs of models with these accuracies, by seed."""
    made = []
    for model, values in accuracies.items():
        chosen = {"dataset": [dataset], **given}
        for settings, value in zip(
            plan(find_experiment("citation"), [model], range(len(values)), chosen), values
        ):
            result = RESULT | {"test_accuracy": value, "validation_accuracy": value}
            if status != "ok":
                result = {"status": status, "reason": "<b>no memory</b>"}
            made.append(RunRecord(tmp_path / settings.folder, settings, result))
    return made


def test_mean_and_deviation_in_percent_with_the_paper_below(tmp_path):
    rows = summary_rows(Results(tmp_path, records({"gcn": [0.8, 0.82], "gat": [0.83]}, tmp_path)))
    assert [row["model"] for row in rows] == ["gcn", "gcn (paper)", "gat", "gat (paper)"]
    assert [row["test accuracy %"] for row in rows] == ["81.0 ± 1.4", "81.5", "83.0", "83.0 ± 0.7"]
    assert [row["n"] for row in rows] == ["2", "100", "1", "100"]


def test_where_models_were_tuned_the_finding_is_of_those_alone(tmp_path):
    accuracies = {"gcn": [0.8, 0.82, 0.81], "gat": [0.7, 0.72, 0.71]}
    given = records(accuracies, tmp_path)
    tuned = [
        RunRecord(
            run.path,
            dataclasses.replace(run.settings, tuned="learning_rate=0.1,0.2; seeds 1000000"),
            run.result,
        )
        for run in given
    ]
    sentences = finding(Results(tmp_path, given + tuned)).blocks[0].items
    assert len(sentences) == 1


def test_the_finding_counts_trainings_whose_last_step_was_selected(tmp_path):
    runs = records({"gcn": [0.8, 0.82, 0.81], "gat": [0.7, 0.72, 0.71], "labels": [0.6, 0.6, 0.6]}, tmp_path)
    assert len(finding(Results(tmp_path, runs)).blocks[0].items) == 1
    for run in runs:
        run.result["selected_step"] = run.result["steps"]  # of what is not trained it says nothing
    runs[0].result["stopped"] = "converged"
    sentences = finding(Results(tmp_path, runs)).blocks[0].items
    assert sentences[1] == (
        "5 of 6 trained runs ended with their 9 epochs, the last of which was selected: with more of them the order "
        "may change."
    )


def test_a_papers_figure_stands_below_runs_with_its_settings_alone(tmp_path):
    given = {"gcn": [0.8], "gat": [0.83]}
    runs = records(given, tmp_path) + records(given, tmp_path, layers=[4])
    rows = summary_rows(Results(tmp_path, runs))
    papers = {(row["model"], row["layers"]) for row in rows if "(paper)" in row["model"]}
    assert papers == {("gcn (paper)", ""), ("gat (paper)", "")}
    above = {rows[i - 1]["layers"] for i, row in enumerate(rows) if "(paper)" in row["model"]}
    assert above == {"2"}


def test_runs_with_other_settings_stand_in_panels_of_their_own(tmp_path):
    runs = records({"gcn": [0.8]}, tmp_path) + records({"gcn": [0.9]}, tmp_path, epochs=[50])
    parts = Results(tmp_path, runs).panels()
    means = {
        title: plot_node_accuracy(part, axes()).lines[0].get_ydata().tolist() for title, part in parts.items()
    }
    assert means == {"cora, epochs 50": [90.0], "cora, epochs 200": [80.0]}


def axes():
    from matplotlib.figure import Figure

    return Figure().subplots()


def test_what_a_paper_chose_for_a_data_set_tells_no_runs_apart_there(tmp_path):
    """GAT has 2000 epochs on Cora and 200 on karate; both are compared with GCN's 200."""
    runs = records({"gcn": [0.80, 0.82], "gat": [0.81, 0.85]}, tmp_path)
    runs += records({"gcn": [0.5, 0.6], "gat": [0.6, 0.5]}, tmp_path, "karate")
    results = Results(tmp_path, runs)
    assert list(results.panels()) == ["cora", "karate"]
    (cora,), (karate,) = (block.rows for block in paired(results).blocks if isinstance(block, Table))
    assert (cora["model"], cora["data set"], cora["difference %"], cora["n"]) == ("gat", "cora", "+2.0", "2")
    assert (karate["data set"], karate["difference %"]) == ("karate", "+0.0")


def test_a_data_set_without_the_baseline_has_no_differences(tmp_path):
    runs = records({"gcn": [0.8], "gat": [0.9]}, tmp_path) + records({"mlp": [0.5]}, tmp_path, "karate")
    tables = [block for block in paired(Results(tmp_path, runs)).blocks if isinstance(block, Table)]
    assert len(tables) == 1


def test_table_says_how_much_one_node_counts(tmp_path):
    results = Results(tmp_path, records({"gcn": [0.8]}, tmp_path, "karate"))
    (row,) = data_rows(results.ended)
    assert row["one test node"] == "10.0 %"
    assert row["most frequent class"] == "30.0 %"
    assert "A class of karate is the faction" in data(results).blocks[1].text


def test_differences_say_of_which_data_set_and_setting_they_are(tmp_path):
    runs = records({"gcn": [0.7], "gat": [0.8]}, tmp_path, epochs=[40])
    runs += records({"gcn": [0.5], "gat": [0.9]}, tmp_path, epochs=[50])
    runs += records({"gcn": [0.6], "gat": [0.5]}, tmp_path, dataset="karate")
    section = paired(Results(tmp_path, runs, baseline="gcn"))
    titles = [block.text for block in section.blocks[2::2]]
    tables = [block.rows for block in section.blocks[3::2]]
    found = {title: [row["difference %"] for row in rows] for title, rows in zip(titles, tables, strict=True)}
    assert found == {"cora, epochs 40:": ["+10.0"], "cora, epochs 50:": ["+40.0"], "karate:": ["-10.0"]}


@pytest.mark.parametrize("status", ["failed"])
def test_failures_alone_still_make_a_table_and_a_page(tmp_path, status):
    results = Results(tmp_path, records({"gcn": [0.0]}, tmp_path, status=status))
    assert summary_rows(results)[0]["n"] == "0 (1 failed)"
    assert (data(results), accuracy(results), paired(results)) == (None, None, None)
    assert "&lt;b&gt;no memory&lt;/b&gt;" in render(results)


def test_colours_of_a_model_are_those_of_the_whole_page(tmp_path):
    results = Results(tmp_path, records({"gcn": [0.8], "gat": [0.9]}, tmp_path))
    parts = results.panels()
    assert dataclasses.asdict(results.experiment.metric)["unit"] == "%"
    assert parts["cora"].styles is results.styles


def test_a_control_is_no_contender_and_stands_among_the_differences(tmp_path):
    scores = {"gcn": [0.80, 0.81, 0.79], "mlp": [0.5, 0.51, 0.52], "gcn-shuffled": [0.3, 0.31, 0.3]}
    results = Results(tmp_path, records(scores, tmp_path))
    found = finding(results)
    text = " ".join(found.blocks[0].items)
    assert "of 2 models" in text
    assert "shuffled" not in text
    [table] = [block for block in paired(results).blocks if isinstance(block, Table)]
    assert "gcn-shuffled" in {row["model"] for row in table.rows}


def test_depth_has_a_point_for_each_number_of_layers_and_hops_end_where_nothing_is_heard(tmp_path):
    runs = []
    for layers in (2, 4):
        for run in records({"gcn": [0.8, 0.7]}, tmp_path, layers=[layers]):
            run.result.update({"energy": 0.1 / layers, "reach": 1.0})
            run.path.mkdir()
            write_rows(
                run.path / "hops.csv", [{"hop": r, "sensitivity": float(layers >= r)} for r in range(6)]
            )
            runs.append(run)
    results = Results(tmp_path, runs)
    section = depth(results)
    deep, heard = [block.figure for block in section.blocks if isinstance(block, Picture)]
    means = deep.axes[1].containers[0].lines[0]
    assert means.get_xdata().tolist() == [2, 4]
    assert means.get_ydata().tolist() == pytest.approx([0.05, 0.025])
    for ax, layers in zip(heard.axes, (2, 4)):
        [line] = ax.lines
        assert line.get_xdata().tolist() == list(range(layers + 1))
        assert line.get_ydata().tolist() == pytest.approx([1 / (layers + 1)] * (layers + 1))
    assert depth(Results(tmp_path, records({"gcn": [0.8]}, tmp_path))) is None
