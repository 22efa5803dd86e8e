import dataclasses
from pathlib import Path

import pandas as pd
import pytest

from experiments.lab.characters.report.sections import (
    BESIDE,
    REPORTED,
    bits,
    data_lines,
    learning,
    part_rows,
    parts,
    reported,
    reported_rows,
    sample_rows,
    samples,
)
from experiments.lab.characters.settings import CharacterRun, CharacterTraining, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.reading.results import Results
from experiments.records.records import FolderError, RunRecord
from experiments.reproductions.claims.stated.reports import E2

LINES = ["step,temperature,length,prompt,text", "9,0.0,3,N,A  ", '9,0.0,5,x,"a\n,b"', "9,0.5,3,0,07"]


def record(model="lstm-2", seed=0, bits=2.5, result=True, text="/a/tale.txt", folder=Path(), **train):
    corpus = CorpusSettings(text=(text,), sha256=f"of {text}", characters=1000)
    spec = parse_character_model(model)
    settings = CharacterRun(
        experiment="characters", corpus=corpus, model=spec, seed=seed, train=CharacterTraining(**train)
    )
    values = {
        "status": "ok",
        "reason": "",
        "parameters": 100_500,
        "steps": 1500,
        "test_bits": bits,
        "test_accuracy": 0.51234,
        "validation_bits": bits - 0.25,
        "final_train_bits": 2.0,
        "final_train_accuracy_100": 0.625,
        "ms_per_step": 20.25,
        "seconds_training": 30.4,
        "reach": spec.reach(30),
        "chance": 0.2,
        "vocabulary": 81,
        "parts": {"train": 900, "validation": 50, "test": 50},
        "unknown": {"train": 0, "validation": 2, "test": 3},
    }
    return RunRecord(folder / settings.folder, settings, values if result else None)


def results(*runs):
    found = Results(Path(), list(runs))
    curve = pd.DataFrame(
        {"step": [500, 1000], "train_bits": 2.0, "validation_bits": 2.5, "learning_rate": 0.002}
    ).assign(train_accuracy_100=[0.46, 0.51], validation_accuracy=0.5)
    found.__dict__["curves"] = {run.path.name: curve for run in runs if run.succeeded}
    return found


def test_rows_are_means_over_seeds():
    runs = [record(bits=2.5), record(seed=1, bits=2.75), record("gcn-2-w8", bits=2.25)]
    recurrent, graph = part_rows(results(*runs))
    assert (graph["model"], graph["test bits"], graph["reach"], graph["n"]) == (
        "gcn-2-w8",
        "2.250",
        "17",
        "1",
    )
    assert (recurrent["model"], recurrent["reach"], recurrent["n"]) == ("lstm-2", "30 trained", "2")
    assert (recurrent["test bits"], recurrent["validation bits"]) == ("2.625", "2.375")
    assert recurrent["training accuracy"] == "0.625"


def test_streams_have_no_limit():
    (row,) = part_rows(results(record(stream=True)))
    assert row["reach"] == "no limit"
    assert "stream the state is carried on" in parts(results(record(stream=True))).blocks[-1].text


def test_runs_of_other_settings_and_texts_are_told_apart():
    runs = [record(), record(dropout=0.25, bits=3.0), record("gru-2")]
    rows = part_rows(results(*runs))
    assert [(row["model"], row["text"], row["test bits"]) for row in rows] == [
        ("lstm-2", "tale, dropout 0", "2.500"),
        ("gru-2", "tale, dropout 0", "2.500"),
        ("lstm-2", "tale, dropout 0.25", "3.000"),
    ]
    two = results(record(), record(text="/b/novel.txt", bits=3.0))
    assert list(two.panels()) == ["novel", "tale"]
    assert [row["test bits"] for row in part_rows(two)] == ["3.000", "2.500"]
    for make in (bits, learning):
        assert [picture.title.rpartition(": ")[2] for picture in make(two).blocks] == ["novel", "tale"]


def test_runs_that_have_not_ended_have_no_figures():
    nothing = results(record(result=False))
    assert (bits(nothing), learning(nothing), parts(nothing), reported(nothing)) == (None, None, None, None)


def test_the_text_is_described():
    (line,) = data_lines(results(record(), record("gru-2")).ended)
    assert line.startswith("tale: 900 training, 50 validation, 50 test characters, 80 different ones")
    assert "5 of validation and test are not among them" in line
    assert "the most frequent one: 20.0 %" in line


def test_the_page_says_of_the_report_what_its_claim_has():
    stated = {name: value.value for name, value in E2.items()}
    assert stated["optimizer"] == "rmsprop"
    assert "RMSProp" in BESIDE
    for name in ("learning_rate", "batch_size", "window"):
        assert stated[name] in BESIDE
    assert "in both the mean of the last 100 batches" in BESIDE


def test_reported_figures_stand_below_ours():
    curve = pd.DataFrame({"step": [500, 1000, 1700], "train_accuracy_100": [0.46, 0.51, 0.55]})
    ours, theirs = reported_rows({"lstm-2": curve})
    assert ours == {
        "model": "lstm-2",
        "step 500": "0.460",
        "step 1000": "0.510",
        "step 1500": "-",
        "step 2000": "-",
        "last step": "0.550 (step 1700)",
    }
    assert [theirs[f"step {step}"] for step in REPORTED] == ["0.556", "0.596", "0.615", "0.628"]
    assert reported_rows({}) == []
    (table,) = reported(results(record(text="grimm"), record())).blocks
    assert [row["model"] for row in table.rows] == ["lstm-2, seed 0, grimm", "report E, two-layer LSTM"]


def test_samples_are_rows_of_step_and_temperature(tmp_path):
    run = record(folder=tmp_path, result=False)
    assert samples(results(run)).blocks[0].text == "None were taken."
    run.path.mkdir()
    (run.path / "samples.csv").write_text("\n".join(LINES) + "\n")
    _, fold = samples(results(run)).blocks
    assert fold.title == "lstm-2, seed 0, tale"
    assert fold.blocks[0].rows == [
        {"step": "9", "temperature": "greedy", "3 characters": "NA  ", "5 characters": "xa↵,b"},
        {"step": "9", "temperature": "0.5", "3 characters": "007"},
    ]
    (run.path / "samples.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FolderError, match="is damaged"):
        samples(results(run))
    assert sample_rows(pd.DataFrame(columns=["step", "temperature"])) == []


def test_two_texts_of_one_name_are_two(tmp_path):
    first = record()
    other = dataclasses.replace(
        first, settings=dataclasses.replace(first.settings, corpus=record(text="/b/tale.txt").settings.corpus)
    )
    titles = list(results(first, other).panels())
    assert len(set(titles)) == 2
