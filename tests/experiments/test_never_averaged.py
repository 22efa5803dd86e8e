"""Runs under different settings are never averaged, in any table or figure of any experiment."""

import dataclasses
import json
import math
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments.core.catalogue import experiments, find_experiment
from experiments.core.experiment import load
from experiments.core.settings import fields_of, names_of
from experiments.lab.sequences.settings import SequenceRun
from experiments.reading.page import blocks_of, sections_of, write_report
from experiments.reading.results import Results
from experiments.reading.sections import Picture
from experiments.reading.tables import summary_rows, text_summary
from experiments.records.files import write_json
from experiments.records.records import read_run
from tests.experiments.runs import TINY, sweep

RECORDED = Path(__file__).resolve().parents[1] / "recorded"
NAMES = sorted(path.name for path in RECORDED.iterdir() if path.is_dir())
LOW, HIGH = 0.2718281, 0.6180339  # no other number in a record is one of these, or their mean
MEAN = (LOW + HIGH) / 2


def changed(run, rate):
    """The same run with another step size, or number of epochs, which no model looks away from."""
    return dataclasses.replace(run, train=dataclasses.replace(run.train, learning_rate=rate))


def spoil(value, score):
    """A result or a curve whose scores are all one number."""
    scores = ("accuracy", "error", "bits", "loss", "f1", "skill")
    return {k: score if k.endswith(scores) and isinstance(v, float) else v for k, v in value.items()}


@pytest.fixture(params=NAMES)
def folder(request, tmp_path):
    """Each recorded run of seed 0 twice, under two step sizes, all scores of the one LOW and of the other HIGH."""
    source = RECORDED / request.param
    for config in sorted(source.glob("*/config.json")):
        record = read_run(config.parent)
        if record.settings.seed:
            continue
        for rate, score in ((0.01, LOW), (0.02, HIGH)):
            run = changed(record.settings, rate)
            target = tmp_path / run.folder
            shutil.copytree(config.parent, target)
            write_json(target / "config.json", run.to_dict())
            write_json(target / "result.json", spoil(record.result, score))
            curve = pd.read_csv(target / "curve.csv")
            scores = [name for name in curve if name.startswith(("validation_", "train_"))]
            curve.assign(**dict.fromkeys(scores, score)).to_csv(target / "curve.csv", index=False)
    return tmp_path


def numbers_of(figure):
    """Every coordinate that is drawn in data units."""
    for ax in figure.axes:
        for line in ax.get_lines():
            yield from np.asarray(line.get_xdata(), dtype=object).ravel()
            yield from np.asarray(line.get_ydata(), dtype=object).ravel()
        for collection in ax.collections:
            yield from np.asarray(collection.get_offsets(), dtype=float).ravel()
            if collection.get_array() is not None:
                yield from np.asarray(collection.get_array(), dtype=float).ravel()
            for path in collection.get_paths():
                yield from path.vertices.ravel()
        for patch in ax.patches:
            yield from np.asarray(patch.get_path().vertices, dtype=float).ravel()


def is_mean(value, scale):
    try:
        return math.isclose(float(value), MEAN * scale, rel_tol=1e-5)
    except (TypeError, ValueError):
        return False


def test_no_table_holds_the_mean_of_two_settings(folder):
    results = Results(folder)
    metric = results.metric
    summary = results.summary()
    assert set(np.round(summary["mean"].dropna(), 6)) <= {round(LOW, 6), round(HIGH, 6)}
    text = text_summary(results) + json.dumps(summary_rows(results))
    shown = f"{MEAN * metric.scale:.{3 if metric.digits is None else metric.digits}f}"
    assert shown not in text


def test_no_figure_and_no_page_holds_it(folder):
    results = Results(folder)
    blocks = [block for section in sections_of(results) for block in blocks_of(section)]
    figures = [(b.title, b.figure) for b in blocks if isinstance(b, Picture) and hasattr(b.figure, "axes")]
    write_report(folder)
    page = (folder / "report.html").read_text(encoding="utf-8")
    scale = find_experiment(read_run(next(folder.glob("*/"))).settings.experiment).metric.scale
    for digits in (3, 4):
        assert f"{MEAN * scale:.{digits}f}" not in page
    assert figures
    for title, figure in figures:
        assert not [v for v in numbers_of(figure) if is_mean(v, 1) or is_mean(v, 100)], title


def another(item, value):
    """A value that a field may hold, and another one."""
    if "known" in item.metadata:
        return next(known for known in item.metadata["known"] if known != value)
    if type(value) is int:
        return value - 1 if value == item.metadata.get("most") else value + 1
    return value / 2


def told_besides_length():
    """Experiments on sequences with the settings, the length left out, that say what is to be learned."""
    return [
        pytest.param(name, item, id=f"{name}-{item.name}")
        for name, experiment in experiments().items()
        if issubclass(kind := load(experiment.run), SequenceRun) and "length" in experiment.values
        for item in fields_of(kind)
        if item.name not in names_of(SequenceRun)
        and not item.metadata.get("treatment")
        and item.metadata.get("option") is not False
    ]


@pytest.mark.parametrize(("name", "item"), told_besides_length())
def test_runs_on_different_tasks_of_one_length_are_told_apart(name, item, tmp_path):
    smoke = find_experiment(name).smoke
    sweep(tmp_path / "one", name, ["gcn-2"], [max(smoke["length"]) + 8], [0], **TINY, budget=4000)
    (config,) = (tmp_path / "one").glob("*/config.json")
    record = read_run(config.parent)
    out = tmp_path / "two"
    now = getattr(record.settings, item.name)
    for value, score in ((now, LOW), (another(item, now), HIGH)):
        run = dataclasses.replace(record.settings, **{item.name: value})
        shutil.copytree(config.parent, out / run.folder)
        write_json(out / run.folder / "config.json", run.to_dict())
        write_json(out / run.folder / "result.json", spoil(record.result, score))
        curve = pd.read_csv(out / run.folder / "curve.csv")
        scores = [column for column in curve if column.startswith(("validation_", "train_"))]
        curve.assign(**dict.fromkeys(scores, score)).to_csv(out / run.folder / "curve.csv", index=False)
    test_no_table_holds_the_mean_of_two_settings(out)
    test_no_figure_and_no_page_holds_it(out)
