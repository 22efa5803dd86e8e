import pytest

from experiments.core.model_specs import parse_model
from experiments.core.settings import RunSettings, TrainSettings
from experiments.lab.memory.page import memory_section
from experiments.lab.memory.settings import MemorySettings
from experiments.lab.sequences.report.memory_records import DEPTH, SENSITIVITY, read_rows, write_rows
from experiments.lab.sequences.report.memory_tables import number_rows, sensitivities, text_table
from experiments.records.records import FolderError, RunRecord

SETTINGS = RunSettings("palindrome", 5, parse_model("gcn-2"), 3)


def run(folder):
    return RunRecord(folder, SETTINGS, {"format": 1, "status": "ok"})


def test_rows_come_back_with_their_run_in_front(tmp_path):
    write_rows(
        tmp_path / DEPTH,
        {"initial": [{"depth": 2, "energy": 0.1}], "trained": [{"depth": 2, "energy": 1e-300}]},
    )
    table = read_rows([run(tmp_path)], DEPTH)
    assert table.to_dict("list") == {
        "model": ["gcn-2", "gcn-2"],
        "length": [5, 5],
        "seed": [3, 3],
        "when": ["initial", "trained"],
        "depth": [2, 2],
        "energy": [0.1, 1e-300],
    }
    assert read_rows([run(tmp_path)], SENSITIVITY).empty


@pytest.mark.parametrize(
    "content",
    [
        "",
        "\0",
        "when,r,sensitivity\n",
        "when,r,sensitivity\ninitial,x,0.5\n",
        "r\n1\n",
    ],
)
def test_a_damaged_file_is_named_with_what_to_do(content, tmp_path):
    (tmp_path / SENSITIVITY).write_text(content)
    with pytest.raises(FolderError, match=rf"{SENSITIVITY}: .*delete the run's folder"):
        read_rows([run(tmp_path)], SENSITIVITY)


def measured(folder, model, seed, values, **train):
    """A run whose D is given from r = 1 on."""
    settings = RunSettings("palindrome", 5, parse_model(model), seed, TrainSettings(**train))
    path = folder / settings.folder
    path.mkdir()
    rows = [{"r": r, "sensitivity": value} for r, value in enumerate(values, 1)]
    write_rows(path / SENSITIVITY, {"initial": rows})
    return RunRecord(path, settings, {"format": 1, "status": "ok"})


def test_seeds_are_averaged_over_and_settings_are_not(tmp_path):
    runs = [
        measured(tmp_path, "lstm", 0, [4.0, 2.0], hidden=12),
        measured(tmp_path, "lstm", 1, [8.0, 4.0], hidden=12),
        measured(tmp_path, "lstm", 0, [1.0, 1.0], hidden=8),
    ]
    rows = number_rows(sensitivities(runs))
    assert [(row["settings"], row["D(1)"], row["decay a step"]) for row in rows] == [
        ("hidden 8", "1", "1"),
        ("hidden 12", "6", "0.5"),
    ]
    section = memory_section(runs)
    assert [figure["settings"] for figure in section["figures"]] == [row["settings"] for row in rows]
    assert "settings" not in number_rows(sensitivities(runs[:2]))[0]
    assert list(sensitivities(runs[:2])) == [""]
    assert "hidden 8" in text_table(runs)


def test_a_gap_within_the_reach_is_told(tmp_path):
    row = number_rows(sensitivities([measured(tmp_path, "gcn-2", 0, [0.5, 0.0, 0.25, 0.0, 0.0])]))[0]
    assert (row["reach"], row["exactly 0"]) == ("3", "2, 4-5")


def test_a_reach_that_ends_where_numbers_do_is_told(tmp_path):
    rows = number_rows(
        sensitivities(
            [
                measured(tmp_path, "rnn", 0, [1.0, 1e-150, 1e-300]),
                measured(tmp_path, "gcn-2", 0, [1.0, 1e-9, 0.0]),
            ]
        )
    )
    assert [(row["model"], row["reach"]) for row in rows] == [("rnn", "3 or more"), ("gcn-2", "2")]


def test_a_seed_that_was_measured_again_to_be_trained_counts_once(tmp_path):
    runs = []
    for seed, trained, first in ((0, False, 2.0), (0, True, 2.0), (1, False, 5.0)):
        settings = MemorySettings("memory", 5, parse_model("rnn"), seed, trained=trained)
        path = tmp_path / settings.folder
        path.mkdir()
        rows = {"initial": [{"r": 1, "sensitivity": first}, {"r": 2, "sensitivity": 1.0}]}
        if trained:
            rows["trained"] = [{"r": 1, "sensitivity": 7.0}, {"r": 2, "sensitivity": 7.0}]
        write_rows(path / SENSITIVITY, rows)
        runs.append(RunRecord(path, settings, {"format": 1, "status": "ok"}))
    rows = number_rows(sensitivities(runs))
    assert [(row["weights"], row["D(1)"]) for row in rows] == [("initial", "3.5"), ("trained", "7")]
