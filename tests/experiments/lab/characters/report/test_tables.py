import dataclasses
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.lab.characters.report.tables import (
    REPORTED,
    character_rows,
    character_runs,
    character_text,
    data_lines,
    label_column,
    reported_rows,
    sample_rows,
)
from experiments.lab.characters.settings import CharacterSettings, CharacterTraining, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.records.records import FolderError, RunRecord


def record(model="lstm-2", seed=0, bits=2.5, result=True, **train):
    corpus = CorpusSettings(("/a/tale.txt",), sha256="ab", characters=1000)
    spec = parse_character_model(model)
    settings = CharacterSettings("characters", corpus, spec, seed, CharacterTraining(**train))
    values = {
        "status": "ok",
        "reason": "",
        "parameters": 100_500,
        "steps": 1500,
        "test_bits": bits,
        "test_loss": bits * np.log(2),
        "test_accuracy": 0.51234,
        "validation_bits": bits - 0.25,
        "validation_accuracy": 0.5,
        "final_train_bits": 2.0,
        "final_train_accuracy_100": 0.625,
        "ms_per_step": 20.25,
        "seconds_training": 30.4,
        "reach": spec.reach,
        "chance": 0.2,
        "vocabulary": 81,
        "parts": {"train": 900, "validation": 50, "test": 50},
        "unknown": {"train": 0, "validation": 2, "test": 3},
    }
    return RunRecord(Path(settings.folder), settings, values if result else None)


def test_rows_are_means_over_seeds_the_best_first():
    runs = [record(bits=2.5), record(seed=1, bits=2.75), record("gcn-2-w8", bits=2.25)]
    first, second = character_rows(character_runs(runs))
    assert (first["model"], first["test bits"], first["reach"], first["n"]) == (
        "gcn-2-w8",
        "2.250",
        "17",
        "1",
    )
    assert (second["model"], second["reach"], second["n"]) == ("lstm-2", "30 trained", "2")
    std = np.std([2.5, 2.75], ddof=1)
    assert second["test bits"] == f"2.625 ± {std:.3f}"
    assert (second["parameters"], second["training accuracy %"]) == ("100,500", "62.5")


def test_streams_have_no_limit():
    (row,) = character_rows(character_runs([record(stream=True)]))
    assert row["reach"] == "no limit"


def test_runs_of_other_settings_are_told_apart():
    frame = character_runs([record(), record(dropout=0.25), record("gru-2")])
    assert list(label_column(frame)) == ["lstm-2 dropout=0.0", "lstm-2 dropout=0.25", "gru-2 dropout=0.0"]
    other = dataclasses.replace(record().settings, corpus=CorpusSettings(("/b/novel.txt",), sha256="cd"))
    frame = character_runs([record(), dataclasses.replace(record(), settings=other)])
    assert list(label_column(frame)) == ["tale lstm-2", "novel lstm-2"]


def test_unfinished_runs_are_rows_too():
    frame = character_runs([record(), record("gat-2-w8", result=False)])
    rows = character_rows(frame)
    assert [row["n"] for row in rows] == ["1", "0 (1 not ended)"]
    assert rows[1]["test bits"] == "-"
    assert character_rows(character_runs([record(result=False)]))[0]["parameters"] == "-"


def test_the_text_is_described():
    (line,) = data_lines(character_runs([record(), record("gru-2")]))
    assert line.startswith("tale: 900 training, 50 validation, 50 test characters, 80 different ones")
    assert "5 of validation and test are not among them" in line
    assert "the most frequent one: 20.0 %" in line
    assert line in character_text([record()])


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


def test_samples_are_rows_of_step_and_temperature(tmp_path):
    assert sample_rows(tmp_path) == []
    lines = ["step,temperature,length,prompt,text", "9,0.0,3,N,A  ", '9,0.0,5,x,"a\n,b"', "9,0.5,3,0,07"]
    (tmp_path / "samples.csv").write_text("\n".join(lines) + "\n")
    assert sample_rows(tmp_path) == [
        {"step": 9, "temperature": "greedy", "texts": {3: "NA  ", 5: "xa\n,b"}},
        {"step": 9, "temperature": "0.5", "texts": {3: "007"}},
    ]
    (tmp_path / "samples.csv").write_text("a,b\n1,2\n")
    with pytest.raises(FolderError, match="is damaged"):
        sample_rows(tmp_path)
