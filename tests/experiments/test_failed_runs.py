"""A run that failed counts in every success rate and in no mean, and two seeds are no verdict: in every experiment."""

import dataclasses
import shutil
from pathlib import Path

import numpy as np
import pytest

from experiments.reading.page import blocks_of, sections_of
from experiments.reading.ranking.gathering import gather
from experiments.reading.ranking.profiles import profile
from experiments.reading.ranking.ranking import rank
from experiments.reading.results import Results
from experiments.reading.sections import Sentences, Table
from experiments.reading.statistics.summary import summarize
from experiments.reading.statistics.verdicts import TOO_FEW
from experiments.reading.tables import summary_rows
from experiments.records.files import write_json
from experiments.records.records import FORMAT, read_run

RECORDED = Path(__file__).resolve().parents[1] / "recorded"
NAMES = sorted(path.name for path in RECORDED.iterdir() if path.is_dir())
FAILED = {"format": FORMAT, "status": "failed", "reason": "DivergedError: the loss became nan"}
GOOD, BORDER, GAP = 0.95, 0.9, 0.3
ENDED, LOST = 2, 3


def write(out, name, ended, lost):
    """The first two models of a recorded folder on one task: seeds that end, the second model lower, and that fail."""
    first = {}
    for config in sorted((RECORDED / name).glob("*/config.json")):
        record = read_run(config.parent)
        if record.succeeded:
            first.setdefault(record.settings.place, {}).setdefault(record.settings.model.label, record)
    records = next(list(models.values())[:2] for models in first.values() if len(models) > 1)
    metric = Results(RECORDED / name).metric
    for number, record in enumerate(records):
        for seed in range(ended + lost):
            run = dataclasses.replace(record.settings, seed=seed)
            shutil.copytree(record.path, out / run.folder)
            score = GOOD - number * GAP - seed / 1000
            scores = {metric.key: score, metric.curve: score}
            write_json(out / run.folder / "config.json", run.to_dict())
            write_json(out / run.folder / "result.json", record.result | scores if seed < ended else FAILED)
    return Results(out)


@pytest.mark.parametrize("name", NAMES)
def test_failed_runs_count_in_success_rates_and_in_no_mean(name, tmp_path):
    results = write(tmp_path, name, ENDED, LOST)
    metric = dataclasses.replace(results.metric, success=BORDER, lower_is_better=False)
    summary = summarize(results.frame, [metric])
    assert sorted(summary["success"]) == [0, ENDED / (ENDED + LOST)]
    assert sorted(summary["mean"].round(4)) == [round(GOOD - GAP - 0.0005, 4), round(GOOD - 0.0005, 4)]
    assert set(summary["n"]) == {ENDED}
    assert set(summary["failed"]) == {LOST}
    assert {row["n"] for row in summary_rows(results)} <= {
        f"{ENDED} ({LOST} failed)",
        "",
        "10",
        "100",
    }  # or a paper's

    scores = dataclasses.replace(gather({tmp_path: results.runs}), metric=metric)
    assert sorted(one.success for one in rank(scores).standings) == [0, ENDED / (ENDED + LOST)]
    shares = [profile(scores, model, np.array([0.0])).share[0] for model in scores.models]
    assert shares == [ENDED / (ENDED + LOST)] * 2


@pytest.mark.parametrize("name", NAMES)
def test_two_seeds_are_no_verdict(name, tmp_path):
    results = write(tmp_path, name, 2, 0)
    base = results.models[0]
    assert set(results.paired(base)["verdict"]) <= {TOO_FEW}
    blocks = [block for section in sections_of(results) for block in blocks_of(section)]
    verdicts = [
        row["verdict"]
        for block in blocks
        if isinstance(block, Table)
        for row in block.rows
        if "verdict" in row
    ]
    assert all(verdict.startswith((TOO_FEW, "-")) for verdict in verdicts), verdicts
    told = " ".join(line for block in blocks if isinstance(block, Sentences) for line in block.items)
    for words in ("is ahead of", "is behind", "is better than", "is worse than"):
        assert words not in told
