import pytest

from experiments.memory.memory_page import memory_section
from experiments.memory.memory_records import DEPTH, SENSITIVITY, read_rows, write_rows
from experiments.memory.memory_tables import number_rows, sensitivities, text_table
from experiments.model_specs import parse_model
from experiments.records import FolderError, RunRecord
from experiments.settings import RunSettings, TrainSettings

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
