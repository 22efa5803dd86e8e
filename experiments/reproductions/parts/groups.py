"""Runs that differ in nothing but the seed, with one score each."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from experiments.reading.frames import LABEL
from experiments.reproductions.evidence import Evidence


@dataclass(frozen=True)
class Group:
    """Runs that differ in nothing but the seed.

    Args:
        name: What they are called.
        scores: One a seed, by rising seed; NaN for a run that failed.
        still: Of each, whether a cut ended it while it was still training, so that a low score says nothing; none
            where it is left out.
    """

    name: str
    scores: np.ndarray
    still: np.ndarray = field(default_factory=lambda: np.array(False))

    @property
    def mean(self) -> float:
        """Over the runs that ended."""
        known = self.scores[~np.isnan(self.scores)]
        return float(known.mean()) if len(known) else float("nan")


def not_run(name: str) -> Group:
    """Runs that there are none of."""
    return Group(name, np.array([]))


def group(frame: pd.DataFrame, label: str, name: str = "", **where: Any) -> Group:
    """Test accuracy of a model's runs.

    Args:
        frame: From ``runs_table``.
        label: The model.
        name: What it is called; its label when left out.
        **where: Values of other columns, ``train__hidden`` for ``train.hidden``.
    """
    rows = frame[frame[LABEL] == label]
    for column, value in where.items():
        rows = rows[rows[column.replace("__", ".")] == value]
    return group_of(rows, name or label)


def group_of(rows: pd.DataFrame, name: str, column: str = "test_accuracy") -> Group:
    """A result of these runs, by rising seed."""
    rows = rows.sort_values("seed")
    return Group(name, rows[column].where(rows["status"] == "ok").to_numpy(dtype=float))


def answered(evidence: Evidence, rows: pd.DataFrame, name: str) -> Group:
    """Test accuracy of these runs, with which of them a cut ended while they were still training.

    A cut ends training early only where the full settings have more steps.
    """
    rows = rows.sort_values("seed")
    cut = (rows["train.steps"] < evidence.claim.most_steps) & (rows["stopped"] == "budget")
    return Group(name, group_of(rows, name).scores, evidence.quick & cut.to_numpy())


def each(scores: np.ndarray) -> str:
    """Every seed, for people."""
    return ", ".join("failed" if np.isnan(score) else f"{score:.3f}" for score in scores)
