"""Runs as one table: which of its columns are settings, tasks, treatments, and which differ."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import PurePath

import numpy as np
import pandas as pd

from experiments.core.catalogue import experiment_of
from experiments.core.registry import ATTENTION, CELLS, CONVOLUTIONS
from experiments.core.run import Run
from experiments.core.settings import nested
from experiments.core.written.tuning import tuned_names
from experiments.records.records import RunRecord, flat_row, flat_settings

LABEL = "model.name"
_RANKS = {name: place for place, name in enumerate((*CELLS, *ATTENTION, *CONVOLUTIONS))}
#: Settings that say what is in a user's files.
CONTENTS = ("content", "digest")
MACHINE = ("device", "threads", "deterministic")
#: How a run was chosen and looked at: neither task nor treatment.
PROTOCOL = ("tuned", "audit")
#: Columns that tables read; those that no run has are columns of gaps.
RESULTS = (
    *("reason", "steps", "selected_step", "stopped", "parameters", "hidden", "ms_per_step", "seconds_total"),
)
#: Parts of a run that say how a task is attempted.
_TREATMENT = ("train.", "model.")


def runs_table(runs: Sequence[RunRecord]) -> pd.DataFrame:
    """One row per run, settings and results as columns; failed and unfinished runs are rows too.

    ``model.name`` is the model's label. ``frame.attrs`` holds names of columns: ``settings``; ``tasks``, the settings
    that say what was to be learned (length, data set, corpus); ``told``, those of them that tables always name;
    ``idle``, settings that change no result, as the place of a file; ``chosen``, those that tuning chose.

    Args:
        runs: Of one experiment.
    """
    frame = pd.DataFrame([flat_row(run) | {LABEL: run.settings.model.label} for run in runs])
    first: Run = runs[0].settings
    experiment = experiment_of(first)
    metrics = [metric.key for metric in experiment.metrics]
    absent = [c for c in (*RESULTS, *metrics, *experiment.own_columns) if c not in frame]
    frame = frame.assign(**dict.fromkeys(absent, np.nan))
    kinds = {(type(run.settings), type(run.settings.model)): run for run in runs}
    settings = dict.fromkeys(name for run in kinds.values() for name in flat_settings(run))
    settings[LABEL] = None
    for name in settings:
        if frame[name].map(type).eq(list).any():
            frame[name] = frame[name].map(lambda value: tuple(value) if isinstance(value, list) else value)
        frame[name] = _short(frame[name], any(column in settings for column in CONTENTS))
    frame.attrs["settings"] = list(settings)
    frame.attrs["chosen"] = _chosen(frame, runs, list(settings))
    unhashed = {
        ".".join(path) for path, _, item in nested(type(first)) if not item.metadata.get("hashed", True)
    }
    frame.attrs["idle"] = [name for name in settings if name in unhashed]
    frame.attrs["tasks"] = [name for name in settings if name not in unhashed and _is_task(first, name)]
    frame.attrs["told"] = [name for name in frame.attrs["tasks"] if name in first.told]
    return frame


def _short(values: pd.Series, told: bool) -> pd.Series:
    """Files by their names alone, where these tell them apart, or their content does: it is the same in any folder.

    Args:
        values: Of one setting.
        told: Whether another setting says what is in the files.
    """
    paths = {value for value in values if isinstance(value, str) and os.path.isabs(value)}
    names = {path: PurePath(path).name for path in paths}
    others = set(values.map(repr)) - {repr(path) for path in paths}
    apart = len(set(names.values())) == len(paths) and not others & {repr(name) for name in names.values()}
    if not paths or not (told or apart):
        return values
    return values.map(lambda value: names.get(value, value) if isinstance(value, str) else value)


def _chosen(frame: pd.DataFrame, runs: Sequence[RunRecord], settings: list[str]) -> list[str]:
    """Columns of settings that validation chose for some of the runs.

    ``tuned`` becomes yes or no, where all were tuned in one way; and what was chosen for a run becomes a gap, because
    runs that were tuned alike are a group, whatever was chosen for each model. Where the same model on the same task
    was given two choices, as after its code has changed, both stay, so that they are told apart.
    """
    texts = [text for text in frame["tuned"].unique() if text]
    chosen: dict[str, list[bool]] = {}
    for place, run in enumerate(runs if texts else ()):
        model = run.settings.model
        names = tuned_names(run.settings.tuned, model.label, getattr(model, "family", ""))
        for column in (c for c in settings if c.rpartition(".")[2] in names):
            chosen.setdefault(column, [False] * len(runs))[place] = True
    rest = [c for c in settings if c not in chosen and c != "seed"]
    for column, rows in list(chosen.items()):
        groups = frame[rows].groupby(rest, dropna=False)[column]
        if (groups.nunique(dropna=False) > 1).any():
            del chosen[column]
        else:
            frame[column] = frame[column].mask(rows)
    words = {"": "no"} | ({texts[0]: "yes"} if len(texts) == 1 else {})
    frame["tuned"] = frame["tuned"].replace(words)
    return list(chosen)


def _is_task(run: Run, column: str) -> bool:
    """Whether a setting says what was to be learned; such runs are never averaged across, nor compared."""
    if column in ("experiment", "seed", *MACHINE, *PROTOCOL) or column.startswith(_TREATMENT):
        return False
    found = [item for path, _, item in nested(type(run)) if ".".join(path) == column]
    # One without a field is shown beside the fields, as the name of a text.
    return not any(item.metadata.get("treatment") for item in found)


def setting_names(frame: pd.DataFrame) -> list[str]:
    """Columns that are settings of a run."""
    return [c for c in frame.attrs["settings"] if c in frame]


def task_columns(frame: pd.DataFrame) -> list[str]:
    """Settings that say what was to be learned: never averaged across, nor compared."""
    return [c for c in frame.attrs["tasks"] if c in frame]


def told_tasks(frame: pd.DataFrame) -> list[str]:
    """Those of them that a table names: some always, any other where it differs and says more than another."""
    named = [c for c in task_columns(frame) if c in frame.attrs["told"]]
    found = list(named)
    for column in task_columns(frame):
        if (
            column not in found
            and frame[column].nunique(dropna=False) > 1
            and not _told_by(frame, column, found)
        ):
            found.append(column)
    return [c for c in task_columns(frame) if c in found]


def _told_by(frame: pd.DataFrame, column: str, others: Sequence[str]) -> bool:
    """Whether one of the others says as much, as the name of a text does of its length and its hash."""
    return any((frame.groupby(c, dropna=False)[column].nunique(dropna=False) == 1).all() for c in others)


def setting_columns(frame: pd.DataFrame) -> list[str]:
    """Settings, beside model, task and seed, that differ between runs, so that groups are told apart by them.

    What each model has in its own way, as its training in a paper, counts only where one model has it in two.
    """
    varying = differing_settings(frame)
    within = varying_within_a_model(frame, varying)
    return [c for c in varying if c in within]


def differing_settings(frame: pd.DataFrame) -> list[str]:
    """Settings, beside model, task and seed, that differ between runs, of one model or of two."""
    skipped = {"experiment", "seed", LABEL, *task_columns(frame), *frame.attrs.get("idle", ())}
    candidates = [c for c in setting_names(frame) if c not in skipped]
    return [c for c in candidates if _given(frame, c)[c].nunique(dropna=False) > 1]


def varying_within_a_model(frame: pd.DataFrame, columns: Sequence[str]) -> set[str]:
    """Those of the columns that take more than one value among the runs of one model."""
    return {c for c in columns if (_given(frame, c).groupby(LABEL)[c].nunique(dropna=False) > 1).any()}


def _given(frame: pd.DataFrame, column: str) -> pd.DataFrame:
    """The runs to which a setting was given: of those for which it was chosen, ``tuned`` says so."""
    if column not in frame.attrs.get("chosen", ()):
        return frame
    return frame[(frame["tuned"] == "no") | frame[column].notna()]


def group_columns(frame: pd.DataFrame) -> list[str]:
    """What a group of runs shares: everything but the seed, as far as it differs in this table."""
    return [LABEL, *told_tasks(frame), *setting_columns(frame)]


def ended(frame: pd.DataFrame) -> pd.DataFrame:
    """The runs that ended well."""
    return frame[frame["status"] == "ok"]


def natural(label: str) -> tuple[tuple[int, int, str, int], ...]:
    """Sort key of the one order of models: cells, attention and convolutions as the lab lists them, then others.

    Of one cell or convolution, fewer layers come first, and words after numbers.

    Example:
        >>> sorted(["gcn-reach", "gcn-12", "gcn-4-skip9", "gcn-4-skip10", "gat-2", "gcn-4", "lstm", "rnn"], key=natural)
        ['rnn', 'lstm', 'gcn-4', 'gcn-4-skip9', 'gcn-4-skip10', 'gcn-12', 'gcn-reach', 'gat-2']
    """
    name, *words = label.split("-")
    return ((_RANKS.get(name, len(_RANKS)), 0, name, 0), *map(_word, words))


def _word(word: str) -> tuple[int, int, str, int]:
    stem = word.rstrip("0123456789")
    number = int(word[len(stem) :] or 0)
    return (0, number, "", 0) if not stem else (1, 0, stem, number)


def sortable(column: pd.Series) -> pd.Series:
    """Models in their order, numbers by size, anything else, and a mixture, as text."""
    if column.name == LABEL:
        return column.map(lambda label: natural(str(label)))
    return column if pd.api.types.is_numeric_dtype(column) else column.astype(str)
