"""The folder that the runs of one experiment are added to, and what else may lie in it."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

from experiments.records.files import read_json
from experiments.records.locks import LOCKS
from experiments.records.records import FolderError, read_run

SHARED = "corpus"  # beside the runs: what several of them read
CHOICES = "choices-*.json"  # beside trials: what validation chose
TRIALS = "tuning"  # beside the runs: the trials that chose their settings, a results folder of its own
_OURS = ("results.csv", "report.html", "pictures", SHARED, TRIALS, LOCKS)
_PROBE = ".probe."
#: What is known of a model on a task that was tuned: its settings as given, those chosen, and the trials.
POINT = ("model", "default", "chosen", "trials")


def choices_path(folder: Path, text: str) -> Path:
    """Where the choices of a tuning stand.

    Args:
        folder: Of the trials.
        text: The tuning, as its runs record it.
    """
    return folder / CHOICES.replace("*", hashlib.sha256(text.encode()).hexdigest()[:8])


def read_choices(folder: Path, text: str) -> dict[str, dict[str, Any]]:
    """What was chosen, and from what, by the identity of the run with the settings given; empty where nothing was.

    Args:
        folder: Of the trials.
        text: The tuning, as its runs record it.

    Raises:
        FolderError: The file is damaged.
    """
    path = choices_path(folder, text)
    if not path.exists():
        return {}
    try:
        points = dict(read_json(path)["points"])
        if any(set(point) != set(POINT) for point in points.values()):
            raise ValueError("it is no record of choices")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise FolderError(f"{path}: cannot be read ({error}); delete it and run the command again") from error
    return points


def prepare_folder(out: Path, experiment: str) -> None:
    """Make a results folder, or check that an existing one may be added to.

    Raises:
        FolderError: It cannot be written, holds another experiment, or holds files that are not results.
    """
    check_folder(out, experiment)
    try:
        out.mkdir(parents=True, exist_ok=True)
        probe = out / f"{_PROBE}{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError as error:
        raise FolderError(f"out: {out} cannot be written ({error.strerror})") from error


def check_folder(out: Path, experiment: str) -> None:
    """Check that a folder, if it is there, may be added to. Writes nothing.

    Raises:
        FolderError: It holds another experiment, or files that are not results, or is a file.
    """
    if "\0" in str(out):
        raise FolderError("out: there is a null byte in its name, which no folder can have")
    if out.exists() and not out.is_dir():
        raise FolderError(f"out: {out} is a file; it should be a folder")
    if not out.exists():
        return
    # One run tells for all: none is added to a folder of another experiment.
    config = next(out.glob("*/config.json"), None)
    if config is None:
        foreign = [entry.name for entry in out.iterdir() if not _is_ours(entry)]
        if foreign:
            raise FolderError(
                f"out: {out} holds other files ({sorted(foreign)[0]}) and no runs; name a new folder"
            )
        return
    there = read_run(config.parent).settings.subject
    if there != experiment:
        raise FolderError(f"out: {out} holds runs of {there!r}, not {experiment!r}; name another folder")


def _is_ours(entry: Path) -> bool:
    """Whether this is a file of ours, or what a sweep leaves when it is ended before its first file is complete."""
    if entry.is_dir() and entry.name not in _OURS:
        return all(file.name.startswith(".config.json.") for file in entry.iterdir())
    return entry.name in _OURS or entry.match(f"{_PROBE}*") or entry.match(".*.part") or entry.match(CHOICES)
