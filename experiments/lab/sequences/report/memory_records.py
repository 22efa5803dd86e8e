"""The two files of a run that hold its memory: ``sensitivity.csv`` and ``depth.csv``."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.records.files import write_beside
from experiments.records.records import FolderError, RunRecord

SENSITIVITY = "sensitivity.csv"
DEPTH = "depth.csv"


def write_rows(path: Path, parts: dict[str, list[dict[str, Any]]]) -> None:
    """Write rows as CSV, each with the column ``when`` in front; numbers are not rounded.

    Args:
        path: The file.
        parts: Rows by when they were measured, ``initial`` or ``trained``; there is at least one row.
    """
    rows = [{"when": when, **row} for when, part in parts.items() for row in part]

    def write(beside: Path) -> None:
        with beside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    write_beside(path, write)


def read_rows(runs: Iterable[RunRecord], name: str) -> pd.DataFrame:
    """One file of all runs as a table, with the columns ``model``, ``length`` and ``seed`` in front.

    Runs without the file are passed over: they failed, or were made by an older version. What two runs measured alike,
    as one that was trained and one that was not did at their initial weights, stands once.

    Raises:
        FolderError: A file is no such table.
    """
    tables = []
    place = "r" if name == SENSITIVITY else "depth"
    for run in runs:
        path = run.path / name
        if not run.succeeded or not path.exists():
            continue
        try:
            table = pd.read_csv(path)
        except PermissionError as error:
            raise FolderError(f"{path}: cannot be read ({error.strerror})") from error
        except (OSError, ValueError) as error:
            raise FolderError(
                f"{path}: cannot be read ({error}); delete the run's folder and run again"
            ) from error
        numbers = table.drop(columns="when", errors="ignore").select_dtypes("number")
        if not {"when", place} <= set(table.columns) or numbers.shape[1] < table.shape[1] - 1 or table.empty:
            raise FolderError(f"{path}: is damaged; delete the run's folder and run the command again")
        settings = run.settings
        table.insert(0, "seed", settings.seed)
        table.insert(0, "length", settings.length)
        table.insert(0, "model", settings.model.label)
        tables.append(table)
    if not tables:
        return pd.DataFrame()
    # Twice the same seed would count double in every mean.
    return pd.concat(tables).drop_duplicates(["model", "length", "seed", "when", place], ignore_index=True)
