"""Records on disk: one folder a run, and one table of all runs above them.

A run's folder holds ``config.json`` (its settings), ``curve.csv`` (metrics by step), ``weights.pt``, for a sequence
task ``sensitivity.csv`` (what is left of each input where the answer is read) and, written last by rename,
``result.json``: a folder without it is an unfinished run. While a run is unfinished, ``checkpoint.pt`` may stand there
too. Numbers are never rounded.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import pandas as pd

from experiments.core.catalogue import experiment_of, read_settings
from experiments.core.run import Run
from experiments.records.files import ordinary, read_json, read_text, write_beside

FORMAT = 1
_RUN_NAME = re.compile(r"_[0-9a-f]{8}$")


class FolderError(ValueError):
    """The folder given cannot hold, or does not hold, the results asked for."""


@dataclass(frozen=True)
class RunRecord:
    """One run as it stands on disk.

    Args:
        path: The run's folder.
        settings: What ran, in the settings class of its experiment.
        result: Content of ``result.json``; None for an unfinished run.
    """

    path: Path
    settings: Any
    result: dict[str, Any] | None

    @property
    def succeeded(self) -> bool:
        """Whether the run ended, and without a failure."""
        return self.result is not None and self.result["status"] == "ok"


class CurveWriter:
    """Metrics by step, one CSV row an evaluation, on disk as soon as they are known."""

    def __init__(self, path: Path) -> None:
        self._file = ordinary(path).open("w", newline="", encoding="utf-8")
        self._writer: csv.DictWriter[str] | None = None

    def __call__(self, row: dict[str, Any]) -> None:
        if self._writer is None:
            self._writer = csv.DictWriter(self._file, list(row))
            self._writer.writeheader()
        self._writer.writerow(row)
        self._file.flush()

    def __enter__(self) -> CurveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()


def read_run(path: Path) -> RunRecord:
    """The record in a run's folder.

    Raises:
        FolderError: It is not one, or its files cannot be read as one.
    """
    config = path / "config.json"
    try:
        settings = read_settings(read_json(config))
    except FileNotFoundError as error:
        raise FolderError(_why_no_run(path)) from error
    except (OSError, ValueError) as error:
        raise FolderError(f"{path}: its record cannot be read ({error})") from error
    result = read_result(path)
    if result is not None:
        _check_result(path, settings, result)
    return RunRecord(path, settings, result)


def _why_no_run(path: Path) -> str:
    inside = sorted(config.parent for config in path.glob("*/config.json"))
    if inside:
        return f"{path}: holds {len(inside)} runs; name one of them, such as {inside[0]}"
    return (
        f"{path}: not the folder of a run ({'it has no config.json' if path.is_dir() else 'no such folder'})"
    )


def read_result(path: Path) -> dict[str, Any] | None:
    """Content of a run's ``result.json``; None where the run has not ended.

    Raises:
        FolderError: It cannot be read, or is of another format.
    """
    try:
        result = read_json(path / "result.json")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise FolderError(f"{path}: its record cannot be read ({error})") from error
    except ValueError as error:
        raise FolderError(
            f"{path}: result.json is damaged ({error}); delete the folder and run the command again"
        ) from error
    if not isinstance(result, dict) or result.get("format") != FORMAT:
        found = result.get("format") if isinstance(result, dict) else type(result).__name__
        raise FolderError(f"{path}: result.json has format {found}, this version reads {FORMAT}")
    if result.get("status") not in ("ok", "failed"):
        raise FolderError(
            f"{path}: result.json has the status {result.get('status')!r}; it should be ok or failed"
        )
    return result


def _check_result(path: Path, settings: Run, result: dict[str, Any]) -> None:
    metric = experiment_of(settings).metric.key
    needed = {"ok": (metric, "steps", "parameters"), "failed": ("reason",)}[result["status"]]
    for key in needed:
        if key not in result:
            raise FolderError(f"{path}: result.json lacks {key}; delete the folder and run the command again")
        if key != "reason" and not isinstance(result[key], int | float | None):
            raise FolderError(
                f"{path}: result.json has {key} {result[key]!r}, which should be a number; "
                "delete the folder and run the command again"
            )


def iterate_runs(out: Path) -> Iterator[RunRecord]:
    """Every run of a results folder, by name.

    Raises:
        FolderError: The folder or a run in it cannot be read.
    """
    try:
        folders = sorted(out.iterdir())
    except OSError as error:
        raise FolderError(f"{out}: cannot be read ({error.strerror})") from error
    for folder in folders:
        try:
            is_run = (folder / "config.json").exists()
        except OSError as error:
            if not _RUN_NAME.search(folder.name):
                continue  # somebody else's, as the folder lost+found of a disk
            raise FolderError(f"{folder}: its record cannot be read ({error.strerror})") from error
        if is_run:
            yield read_run(folder)


def read_runs(out: Path) -> list[RunRecord]:
    """Every run of a results folder.

    Raises:
        FolderError: The folder does not exist, cannot be read, holds no run or runs of several experiments, as where
            folders were copied together.
    """
    if not out.is_dir():
        raise FolderError(f"{out}: no such folder of results")
    runs = list(iterate_runs(out))
    if not runs:
        raise FolderError(f"{out}: holds no runs")
    first = runs[0]
    other = next((run for run in runs if run.settings.subject != first.settings.subject), None)
    if other is not None:
        raise FolderError(
            f"{out}: holds runs of {first.settings.subject!r} ({first.path.name}) and of "
            f"{other.settings.subject!r} ({other.path.name}); move those of one experiment to another folder"
        )
    return runs


def curve_path(run: Path) -> Path:
    """Where a run's metrics by step stand."""
    return run / "curve.csv"


def read_curve(run: Path) -> pd.DataFrame:
    """A run's metrics by step.

    Raises:
        FolderError: The file is missing, is no table of steps, or ends within a line.
    """
    try:
        text = read_text(curve_path(run))
        curve = pd.read_csv(io.StringIO(text))
    except PermissionError as error:  # nothing is wrong with the run, so it should not be deleted
        raise FolderError(f"{run}: curve.csv cannot be read ({error.strerror})") from error
    except (OSError, ValueError) as error:
        raise FolderError(
            f"{run}: curve.csv cannot be read ({error}); delete the folder and run again"
        ) from error
    measured = any(name.startswith("validation_") for name in curve)
    if "step" not in curve or not measured or curve.empty or not text.endswith("\n"):
        raise FolderError(f"{run}: curve.csv is damaged; delete the folder and run the command again")
    return curve


def flat_row(run: RunRecord) -> dict[str, Any]:
    """A run as one row: settings and result side by side, nested keys joined by dots."""
    row: dict[str, Any] = {"run": run.path.name, "status": "unfinished"}
    row |= flat_settings(run)
    if run.result is not None:
        row |= flatten(run.result)
    return row


def flat_settings(run: RunRecord) -> dict[str, Any]:
    """The settings of a run, nested keys joined by dots."""
    values = run.settings.to_dict()
    for name in run.settings.not_columns & values.keys():
        del values[name]
    if run.settings.code:
        values["code"] = ", ".join(code.where for code in run.settings.code)
    return flatten(values)


def flatten(values: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested values as one row, keys joined by dots.

    Example:
        >>> flatten({"seed": 1, "train": {"steps": 2}})
        {'seed': 1, 'train.steps': 2}
    """
    row: dict[str, Any] = {}
    for key, value in values.items():
        name = f"{prefix}{key}"
        row |= flatten(value, f"{name}.") if isinstance(value, dict) else {name: value}
    return row


def write_results(out: Path, runs: Iterable[RunRecord] | None = None) -> Path:
    """Write ``results.csv``, one row per run, and answer its path.

    Args:
        out: Results folder.
        runs: Its runs, where they have been read already.
    """
    rows = [flat_row(run) for run in (iterate_runs(out) if runs is None else runs)]
    columns = list(dict.fromkeys(key for row in rows for key in row))
    path = out / "results.csv"

    def write(beside: Path) -> None:
        with beside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(rows)

    write_beside(path, write)
    return path
