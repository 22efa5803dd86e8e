"""The last part of every page: the runs that did not end well, and the table of all runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from experiments.reading.run_explorer import explorer
from experiments.records.records import FolderError, RunRecord, curve_path, read_curve

MOST_FAILURES = 100  # listed by name; the table of runs has them all


def run_section(
    frame: pd.DataFrame,
    curves: Mapping[str, pd.DataFrame],
    out: Path,
    *,
    model: str = "model.name",
    step: str = "step",
) -> dict[str, Any]:
    """What ``failures.html.j2`` and ``runs.html.j2`` show.

    Args:
        frame: From ``runs_table``.
        curves: From ``read_curves``.
        out: The results folder.
        model: Column that names a run's model.
        step: What a step of training is called, such as ``"epoch"``.
    """
    failures = failure_rows(frame)
    return {
        "count": len(frame),
        "failures": failures[:MOST_FAILURES],
        "failed_count": len(failures),
        "folder": str(out),
        "explorer": explorer(frame, curves, str(out), model=model, step=step),
    }


def failure_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Runs that did not end well, with their reasons."""
    rows = frame.loc[frame["status"] != "ok", ["run", "status", "reason"]].astype(object)
    # Of unfinished runs alone the reasons are a column of missing numbers.
    return rows.where(rows.notna(), "").to_dict("records")


def read_curves(runs: Sequence[RunRecord], measure: str = "accuracy") -> dict[str, pd.DataFrame]:
    """The training curve of each run that has one, by the run's name.

    Args:
        runs: The runs.
        measure: What runs of their experiment are judged by, as for ``records.read_curve``.

    Raises:
        FolderError: A run that ended well has none that can be read.
    """
    curves = {}
    for run in tqdm(runs, desc="curves", unit="run", delay=1, leave=False, disable=None):
        if run.succeeded:
            curves[run.path.name] = read_curve(run.path, measure)
        elif curve_path(run.path).exists():
            try:
                curves[run.path.name] = read_curve(run.path, measure)
            except FolderError:
                continue  # a run that broke off may have left half a line
    return curves
