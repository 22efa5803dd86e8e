"""From folders of results to scores: which runs are of one task, who has them all, and what is left out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from experiments.core.metric import Metric
from experiments.reading.frames import LABEL, ended, natural, setting_columns
from experiments.reading.ranking.scores import Scores
from experiments.reading.results import Results
from experiments.reading.statistics.checks import check_metric
from experiments.reading.table_formats import heading, listed
from experiments.records.records import RunRecord, read_runs


def read_folders(folders: Sequence[Path]) -> dict[Path, list[RunRecord]]:
    """The runs of each folder.

    Raises:
        FolderError: One is missing, holds no runs or cannot be read.
        ValueError: There is none, or one is named twice.
    """
    if not folders:
        raise ValueError("folders: there should be at least one folder of results")
    seen: dict[Path, Path] = {}
    for folder in folders:
        first = seen.setdefault(folder.resolve(), folder)
        if first is not folder:
            raise ValueError(f"folders: {first} and {folder} are the same folder; name it once")
    return {folder: read_runs(folder) for folder in folders}


def gather(folders: Mapping[Path, Sequence[RunRecord]], metric: str | None = None) -> Scores:
    """Scores of all models that have one on every task.

    A task is an experiment with the values of its tasks (length, data set) and of every setting that differs between
    runs of one model, but for those that may be tuned: the same task under two step sizes is no second task. Of a
    folder with tuned runs these are ranked, and not those that they were compared with. Folders of one experiment are
    read as one.

    Args:
        folders: The runs of each folder.
        metric: A number of ``result.json``; by default what the experiments judge their runs by.

    Raises:
        ValueError: The folders are judged by different metrics, no run has the number asked for, or fewer than two
            models have a score on every task.
    """
    by_subject: dict[str, list[RunRecord]] = defaultdict(list)
    places: dict[str, Path] = {}
    _check_tuned_alike(folders)
    for folder, runs in folders.items():
        by_subject[runs[0].settings.subject] += _one_way(Results(folder, runs), folder)
        places.setdefault(runs[0].settings.subject, folder)
    read = {subject: Results(places[subject], runs) for subject, runs in by_subject.items()}
    judge = _one_metric(read, metric)
    values: dict[tuple[str, str], np.ndarray] = {}
    tasks: list[str] = []
    repeated: list[str] = []
    lost: dict[tuple[str, str], int] = {}
    for subject, results in read.items():
        for title, part in results.panels(("tuned", "audit")).items():
            task = " ".join(filter(None, (subject if len(read) > 1 or not title else "", title)))
            tasks.append(task)
            broken = part.frame[part.frame["status"] == "failed"].drop_duplicates([LABEL, "seed"])
            lost |= {(str(label), task): len(rows) for label, rows in broken.groupby(LABEL)}
            good = ended(part.frame)
            good = good[good[judge.key].notna()].sort_values("seed", kind="stable")
            again = good.duplicated([LABEL, "seed"])
            repeated += list(good.loc[again, "run"])
            for label, rows in good[~again].groupby(LABEL):
                values[str(label), task] = rows[judge.key].to_numpy(dtype=float)
    models = sorted({label for results in read.values() for label in results.models}, key=natural)
    scored = [task for task in tasks if any((model, task) in values for model in models)]
    lacking = {model: [task for task in scored if (model, task) not in values] for model in models}
    kept = [model for model in models if scored and not lacking[model]]
    if len(kept) < 2:
        raise ValueError(_too_few(folders, kept))
    return Scores(
        metric=judge,
        models=kept,
        tasks=scored,
        values={(model, task): values[model, task] for model in kept for task in scored},
        lacking={model: there for model, there in lacking.items() if there},
        unscored=[task for task in tasks if task not in scored],
        failed=_named(read, lambda frame: frame["status"] == "failed"),
        lost=lost,
        unfinished=_named(read, lambda frame: (frame["status"] != "failed") & frame[judge.key].isna()),
        repeated=repeated,
    )


def _one_way(results: Results, folder: Path) -> list[RunRecord]:
    """The tuned runs of a folder where there are any, or else all.

    Raises:
        ValueError: Runs differ in how they were tuned, or in a setting that may be tuned.
    """
    frame = results.frame
    ways = [way for way in frame["tuned"].unique() if way != "no"]
    if len(ways) > 1:
        raise ValueError(
            f"folders: {folder} holds runs tuned in {len(ways)} ways; rank those of one, from a folder of their own"
        )
    part = results.some(frame["tuned"] != "no") if ways else results
    assert part is not None
    tunable = [c for c in setting_columns(part.frame) if c.rpartition(".")[2] in results.experiment.tunable]
    if tunable:
        names = ", ".join(map(heading, tunable))
        raise ValueError(
            f"folders: runs in {folder} differ in {names}, which is no task; rank those with one value"
        )
    return part.runs


def _check_tuned_alike(folders: Mapping[Path, Sequence[RunRecord]]) -> None:
    """Raise a ValueError where tuned runs would be ranked among others."""
    tuned = [folder for folder, runs in folders.items() if any(run.settings.tuned for run in runs)]
    given = [folder for folder in folders if folder not in tuned]
    if tuned and given:
        raise ValueError(f"folders: {tuned[0]} holds tuned runs and {given[0]} none; rank them apart")


def _one_metric(read: Mapping[str, Results], key: str | None) -> Metric:
    """The metric of all experiments.

    Raises:
        ValueError: They have not the same, in name and direction, or no run has the one asked for.
    """
    found: dict[str, Metric] = {}
    for subject, results in read.items():
        if key is not None:
            check_metric(results.frame, key)
        found[subject] = results.metrics(key)[0]
    (first, judge), *others = found.items()
    for subject, metric in others:
        if (metric.key, metric.lower_is_better) != (judge.key, judge.lower_is_better):
            raise ValueError(
                f"folders: {first} is judged by {_told(judge)}, {subject} by {_told(metric)}; a ranking needs one "
                "metric, so rank them apart or name a number that both have with --metric"
            )
    return judge


def _told(metric: Metric) -> str:
    return f"{metric.key} ({'lower' if metric.lower_is_better else 'higher'} is better)"


def _named(read: Mapping[str, Results], chosen: Callable[[pd.DataFrame], pd.Series]) -> dict[str, list[str]]:
    """Names of the chosen runs by model, each once."""
    found: dict[str, list[str]] = {}
    for results in read.values():
        for label, runs in results.frame[chosen(results.frame)].groupby(LABEL)["run"]:
            found.setdefault(str(label), []).extend(dict.fromkeys(runs))
    return found


def _too_few(folders: Mapping[Path, Sequence[RunRecord]], kept: Sequence[str]) -> str:
    parts = []
    for folder, runs in folders.items():
        labels = sorted({run.settings.model.label for run in runs if run.succeeded}, key=natural)
        parts.append(f"{folder} has {listed(pd.Series(labels)) if labels else 'no run that ended well'}")
    who = f"only {kept[0]} has" if kept else "no model has"
    return f"folders: {who} a score on every task, and a ranking needs two models; {'; '.join(parts)}"
