import pytest

from experiments.lab.memory.settings import DEPTH
from experiments.lab.sequences.report.sections import memory
from experiments.lab.sequences.report.sensitivity_tables import number_rows, read_measured, sensitivities
from experiments.lab.sequences.settings import SENSITIVITY
from experiments.lab.sequences.work import with_when
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Table
from experiments.records.records import FolderError
from experiments.records.rows import write_rows
from tests.experiments.runs import ENDED, sequence_run, written


@pytest.fixture
def one(tmp_path):
    """A run whose folder the test fills."""
    record = written(tmp_path, sequence_run("gcn-2", seed=3), **ENDED, test_accuracy=0.5)
    return record.path, Results(tmp_path)


def test_rows_come_back_with_their_run_in_front(one):
    path, results = one
    parts = {"initial": [{"depth": 2, "energy": 0.1}], "trained": [{"depth": 2, "energy": 1e-300}]}
    write_rows(path / DEPTH, with_when(parts))
    table = read_measured(results, DEPTH, "depth").drop(columns="run")
    assert table.to_dict("list") == {
        "length": [5, 5],
        "model": ["gcn-2", "gcn-2"],
        "seed": [3, 3],
        "when": ["initial", "trained"],
        "depth": [2, 2],
        "energy": [0.1, 1e-300],
    }
    assert read_measured(results, SENSITIVITY, "r").empty


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
def test_a_damaged_file_is_named_with_what_to_do(content, one):
    path, results = one
    (path / SENSITIVITY).write_text(content)
    with pytest.raises(FolderError, match=rf"{SENSITIVITY}: .*delete the run's folder"):
        sensitivities(results)


@pytest.fixture
def measured(tmp_path):
    """A function that writes a run whose D is given from r = 1 on."""

    def measured(model, seed, values, **train):
        run = sequence_run(model, seed=seed, **train)
        record = written(tmp_path, run, **ENDED, test_accuracy=0.5)
        rows = [{"r": r, "sensitivity": value} for r, value in enumerate(values, 1)]
        write_rows(record.path / SENSITIVITY, with_when({"initial": rows}))
        return record

    return measured


def test_seeds_are_averaged_over_and_settings_are_not(tmp_path, measured):
    runs = [
        measured("lstm", 0, [4.0, 2.0], hidden=12),
        measured("lstm", 1, [8.0, 4.0], hidden=12),
        measured("lstm", 0, [1.0, 1.0], hidden=8),
    ]
    results = Results(tmp_path, runs)
    rows = number_rows(sensitivities(results))
    assert [(row["settings"], row["D(1)"], row["decay per step"]) for row in rows] == [
        ("hidden 8", "1", "1"),
        ("hidden 12", "6", "0.5"),
    ]
    blocks = memory(results).blocks
    titles = [block.title for block in blocks if isinstance(block, Picture)]
    assert titles == [f"Memory at T = 5: {row['settings']}" for row in rows]
    assert [block.rows for block in blocks if isinstance(block, Table)] == [rows]
    alone = sensitivities(Results(tmp_path, runs[:2]))
    assert "settings" not in number_rows(alone)[0]
    assert list(alone) == [""]


def test_a_gap_within_the_reach_is_told(tmp_path, measured):
    measured("gcn-2", 0, [0.5, 0.0, 0.25, 0.0, 0.0])
    (row,) = number_rows(sensitivities(Results(tmp_path)))
    assert (row["reach"], row["exactly 0"]) == ("3", "2, 4-5")


def test_a_reach_that_ends_where_numbers_do_is_told(tmp_path, measured):
    measured("rnn", 0, [1.0, 1e-150, 1e-300])
    measured("gcn-2", 0, [1.0, 1e-9, 0.0])
    rows = number_rows(sensitivities(Results(tmp_path)))
    assert [(row["model"], row["reach"]) for row in rows] == [("rnn", "3 or more"), ("gcn-2", "2")]


def test_a_seed_that_was_measured_again_to_be_trained_counts_once(tmp_path):
    for seed, trained, first in ((0, False, 2.0), (0, True, 2.0), (1, False, 5.0)):
        record = written(
            tmp_path,
            sequence_run("rnn", seed=seed, experiment="memory", trained=trained),
            **ENDED,
            test_accuracy=0.5,
        )
        rows = {"initial": [{"r": 1, "sensitivity": first}, {"r": 2, "sensitivity": 1.0}]}
        if trained:
            rows["trained"] = [{"r": 1, "sensitivity": 7.0}, {"r": 2, "sensitivity": 7.0}]
        write_rows(record.path / SENSITIVITY, with_when(rows))
    rows = number_rows(sensitivities(Results(tmp_path)))
    assert [(row["weights"], row["D(1)"]) for row in rows] == [("initial", "3.5"), ("trained", "7")]
