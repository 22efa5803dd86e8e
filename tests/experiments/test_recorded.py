"""Folders that an earlier version recorded: they keep their names, can be read, and can be redone.

``tests/recorded`` holds one tiny folder of results an experiment, without weights and pages. Nothing in it is ever
written again by a newer version: that would be a test of nothing.
"""

import csv
import dataclasses
import io
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from experiments.core.catalogue import find_experiment
from experiments.core.experiment import load
from experiments.core.settings import Settings, fields_of, hints_of, plain, whole
from experiments.records.records import curve_path, read_run, read_runs
from tests.experiments.test_every_experiment import gnnlab

RECORDED = Path(__file__).parents[1] / "recorded"
#: By experiment, runs that are cheap to redo. Where errors are near zero, rounding is all there is to see, so the
#: forecast is one whose errors are not.
REDONE = {
    "palindrome": ["T4_gat-2_seed0_7256078b"],
    "tree-neighbors": ["T2_lstm_seed0_886a1588"],
    "memory": ["T5_gcn-2_seed0_4d009c26", "T5_gcn-2_seed0_a10a5ca3"],  # the first one is not trained
    "citation": ["karate_gcn_seed0_e42d0438"],
    "documents": ["pets_textgcn_share100_seed0_015621c7"],
    "forecast": ["lstm_given_seed0_470727a1"],
    "characters": ["tale_gcn-2-w3_seed0_74434ce5"],
}
RUNS = sorted(config.parent for config in RECORDED.glob("*/*/config.json"))
each_experiment = pytest.mark.parametrize("name", REDONE)
each_run = pytest.mark.parametrize("run", RUNS, ids=lambda path: f"{path.parent.name}-{path.name}")


@pytest.fixture
def copy(tmp_path, monkeypatch):
    """A function that copies a recorded folder to where a test may write. No text of a corpus lies around there."""
    monkeypatch.chdir(tmp_path)

    def to(name, as_name="first"):
        return Path(shutil.copytree(RECORDED / name, tmp_path / as_name))

    return to


def config_of(run):
    return json.loads((run / "config.json").read_text(encoding="utf-8"))


def models_of(folder):
    return {run.settings.model.label for run in read_runs(folder)}


def labels_in(name):
    """Labels as they were recorded, not as this version reads them."""
    models = (config_of(run)["model"] for run in RUNS if run.parent.name == name)
    return {model.get("label", model["name"]) for model in models}


def missing(recorded, settings, written):
    """Recorded keys, with dots, that settings do not write with the same value."""
    found = []
    for key, value in recorded.items():
        if key in settings.dropped:
            continue
        inner = getattr(settings, key, None)
        if key not in written:
            found.append(key)
        elif isinstance(value, dict) and isinstance(inner, Settings):
            found += [f"{key}.{rest}" for rest in missing(value, inner, written[key])]
        elif written[key] != value:
            found.append(key)
    return found


def test_every_experiment_has_two_seeds_of_every_model():
    for name in REDONE:
        seeds = {}
        for run in (run for run in RUNS if run.parent.name == name):
            values = {**config_of(run), "seed": None, "train": None}
            seeds.setdefault(json.dumps(values), set()).add(config_of(run)["seed"])
        assert seeds
        assert all(found == {0, 1} for found in seeds.values())


@each_run
def test_it_keeps_its_name(run):
    settings = read_run(run).settings
    assert settings.folder == run.name


@each_run
def test_nothing_of_its_settings_is_lost(run):
    settings = read_run(run).settings
    assert missing(config_of(run), settings, settings.to_dict()) == []


@each_run
def test_its_settings_are_read_back_as_they_are_written(run):
    settings = read_run(run).settings
    again = type(settings).from_dict(json.loads(json.dumps(settings.to_dict())))
    assert again == settings
    assert again.folder == run.name


@each_experiment
def test_models_have_the_labels_they_had(name):
    assert models_of(RECORDED / name) == labels_in(name)


def widened(cls):
    """A class of runs with one more setting, whose training has one more setting too."""
    inner = hints_of(cls)["train"]
    metadata = next(item.metadata for item in fields_of(cls) if item.name == "train")

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class MoreTraining(inner):
        extra_training: int = whole(0, added=True)

    @dataclasses.dataclass(frozen=True, kw_only=True)
    class MoreRun(cls):
        train: MoreTraining = dataclasses.field(metadata=metadata)
        extra: bool = plain(False, added=True)

    return MoreRun


@each_experiment
def test_a_setting_added_later_renames_nothing(name):
    cls = widened(load(find_experiment(name).run))
    for path in (run for run in RUNS if run.parent.name == name):
        run = cls.from_dict(config_of(path))
        assert run.to_dict()["extra"] is False
        assert run.to_dict()["train"]["extra_training"] == 0
        assert run.identity == path.name[-8:]
        assert run.folder == path.name
        others = [
            dataclasses.replace(run, extra=True),
            dataclasses.replace(run, train=dataclasses.replace(run.train, extra_training=1)),
        ]
        assert len({run.identity, *(other.identity for other in others)}) == 3


@each_experiment
def test_a_report_is_made(name, copy):
    folder = copy(name)
    assert gnnlab("report", folder) == 0
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert all(label in page for label in labels_in(name))
    with (folder / "results.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["run"] for row in rows} == {run.name for run in RUNS if run.parent.name == name}
    assert {row["status"] for row in rows} == {"ok"}


@each_experiment
def test_a_table_is_made(name, copy, capsys):
    assert gnnlab("table", copy(name)) == 0
    text = capsys.readouterr().out
    assert all(label in text for label in labels_in(name))


@each_experiment
def test_models_are_paired_with_a_baseline(name, copy, capsys):
    folder = copy(name)
    baseline = sorted(labels_in(name))[0]
    assert gnnlab("table", folder, "--baseline", baseline) == 0
    text = capsys.readouterr().out
    assert all(label in text for label in labels_in(name))
    assert gnnlab("table", folder, "--baseline", baseline, "--format", "csv") == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    pairs = {float(row["pairs"] or 0) for row in rows if row["model.name"] != baseline}
    assert pairs == {2}


@each_experiment
def test_a_folder_does_not_differ_from_its_copy(name, copy, capsys):
    assert gnnlab("compare", copy(name, "first"), copy(name, "second")) == 0
    text = capsys.readouterr().out
    assert all(label in text for label in labels_in(name))
    assert "0 better, 0 worse" in text
    assert "Only in" not in text


def columns_of(run):
    """A curve by column: numbers where all its values are numbers, or else words."""
    with curve_path(run).open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    columns = {}
    for key in rows[0]:
        values = [row[key] for row in rows]
        try:
            columns[key] = np.array([float(value or "nan") for value in values])
        except ValueError:
            columns[key] = values
    return columns


@pytest.mark.parametrize(("name", "run"), [(name, run) for name, runs in REDONE.items() for run in runs])
def test_a_run_is_redone(name, run, copy, tmp_path, capsys):
    before, out = copy(name) / run, tmp_path / "redone"
    code = gnnlab("redo", before, "--out", out)
    assert "failed" not in capsys.readouterr().err
    assert code in (0, 1)
    old, new = columns_of(before), columns_of(out / run)
    assert list(new) == list(old)
    for key, values in old.items():
        if isinstance(values, list) or key == "step":
            assert list(new[key]) == list(values)
        else:
            # Not bit by bit: processors add in different orders, so the last bits are those of the one it ran on.
            np.testing.assert_allclose(new[key], values, rtol=1e-3, atol=1e-9, err_msg=key)
    old_result, new_result = read_run(before).result, read_run(out / run).result
    assert old_result
    assert new_result
    assert set(old_result) <= set(new_result)
    for key in ("status", "steps", "selected_step", "parameters"):
        assert new_result.get(key) == old_result.get(key)
