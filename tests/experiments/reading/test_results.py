import numpy as np
import pandas as pd
import pytest

from experiments.reading.frames import _short
from experiments.reading.results import Results, read_table
from experiments.records.records import FolderError
from tests.experiments.runs import ENDED, in_memory, sequence_run, written


def ended(label, seed=0, accuracy=0.5, **settings):
    return in_memory(sequence_run(label, seed=seed, **settings), **ENDED, test_accuracy=accuracy)


def test_a_part_holds_the_runs_of_one_set_of_settings(tmp_path):
    rates = (0.1, 0.01)
    runs = [ended(label, learning_rate=rate) for label in ("lstm", "rnn") for rate in rates]
    results = Results(tmp_path, [*runs, ended("gru", learning_rate=0.1)])
    parts = results.parts()
    assert list(parts) == ["learning rate 0.01", "learning rate 0.1"]
    for rate, part in zip(sorted(rates), parts.values()):
        assert {run.settings.train.learning_rate for run in part.runs} == {rate}
        assert list(part.frame["run"]) == [run.path.name for run in part.runs]
        assert list(part.parts()) == [""]
        assert part.styles == results.styles
        assert part.models == results.models == ["rnn", "lstm", "gru"]
        assert part.summary()["n"].max() == 1
    assert results.summary()["n"].max() == 1


def test_settings_that_read_alike_are_parts_of_their_own(tmp_path):
    runs = [ended("lstm", learning_rate=rate) for rate in (0.1, 0.1000000001)]
    parts = Results(tmp_path, runs).parts()
    assert [len(part.runs) for part in parts.values()] == [1, 1]


def test_a_task_and_what_a_model_has_in_its_own_way_make_no_parts(tmp_path):
    runs = [ended("lstm", length=5, steps=9), ended("lstm", length=7, steps=9), ended("rnn", steps=11)]
    assert list(Results(tmp_path, runs).parts()) == [""]


def test_a_treatment_tells_parts_apart_unless_it_is_left_out(tmp_path):
    runs = [
        in_memory(sequence_run("rnn", experiment="memory", trained=t), **ENDED, test_accuracy=0.5)
        for t in (False, True)
    ]
    results = Results(tmp_path, runs)
    assert list(results.parts()) == ["trained no", "trained yes"]
    assert list(results.parts(("trained",))) == [""]


def test_a_treatment_is_no_part_of_a_pair(tmp_path):
    runs = [
        in_memory(sequence_run(label, experiment="memory", trained=trained), **ENDED, test_accuracy=accuracy)
        for label, trained, accuracy in (("lstm", False, 0.25), ("rnn", False, 0.5), ("rnn", True, 1.0))
    ]
    paired = Results(tmp_path, runs).paired("lstm")
    assert paired[["trained", "difference"]].to_numpy().tolist() == [[False, 0.25], [True, 0.75]]


@pytest.mark.parametrize(
    ("models", "baseline"), [(["rnn", "lstm", "gru"], "lstm"), (["gru", "rnn"], "rnn"), (["rnn"], None)]
)
def test_others_are_compared_with_the_experiments_own_choice(tmp_path, models, baseline):
    assert Results(tmp_path, [ended(label) for label in models]).baseline == baseline


def test_a_model_without_a_run_that_ended_is_no_baseline_by_itself(tmp_path):
    runs = [ended("rnn"), ended("gru"), in_memory(sequence_run("lstm"), status="failed", reason="x")]
    assert Results(tmp_path, runs).baseline == "rnn"


def test_columns_of_the_experiment_are_there_whether_recorded_or_not(tmp_path):
    frame = Results(tmp_path, [ended("lstm")]).frame
    for name in ("test_accuracy", "hops", "in_reach", "ms_per_step", "reason"):
        assert name in frame
    assert np.isnan(frame["hops"]).all()


def test_rows_beside_runs_have_their_run_in_front(tmp_path):
    for seed in (0, 1):
        record = written(tmp_path, sequence_run("rnn", seed=seed), **ENDED, test_accuracy=0.5)
        (record.path / "more.csv").write_text(f"text,number\nNA,{seed}\n007,2\n")
    written(tmp_path, sequence_run("rnn", seed=2), **ENDED, test_accuracy=0.5)
    rows = Results(tmp_path).rows("more.csv", ("text", "number"), texts=("text",))
    assert rows["text"].tolist() == ["NA", "007"] * 2
    assert rows[["model", "seed", "number"]].to_numpy().tolist() == [
        ["rnn", 0, 0],
        ["rnn", 0, 2],
        ["rnn", 1, 1],
        ["rnn", 1, 2],
    ]


@pytest.mark.parametrize("content", ["", "\0", "text,number\n", "text,number\nx,y\n", "text\nx\n"])
def test_a_damaged_table_is_named_with_what_to_do(tmp_path, content):
    (tmp_path / "more.csv").write_text(content)
    with pytest.raises(FolderError, match=r"more\.csv: .*delete the run's folder"):
        read_table(tmp_path / "more.csv", ("text", "number"), ("text",))


def test_a_number_may_be_missing_beside_a_text_that_reads_na(tmp_path):
    (tmp_path / "more.csv").write_text("text,number\nNA,\nb,2\n")
    table = read_table(tmp_path / "more.csv", ("text", "number"), ("text",))
    assert table["text"].tolist() == ["NA", "b"]
    assert table["number"].isna().tolist() == [True, False]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (["/a/x.csv", "/a/y.csv", "karate"], ["x.csv", "y.csv", "karate"]),
        (["/a/x.csv", "/b/x.csv"], ["/a/x.csv", "/b/x.csv"]),  # two files of one name stay two
        (["/a/x.csv", "x.csv"], ["/a/x.csv", "x.csv"]),
        (["/a/x.csv", None, 3], ["x.csv", None, 3]),
    ],
)
def test_a_file_is_shown_by_its_name_where_that_tells_it_from_others(values, expected):
    assert _short(pd.Series(values, dtype=object), told=False).tolist() == expected


def test_files_of_one_name_are_told_apart_by_their_content():
    assert _short(pd.Series(["/a/x.csv", "/b/x.csv"]), told=True).tolist() == ["x.csv", "x.csv"]
