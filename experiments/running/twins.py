"""Runs that are the same training under two names: what was recorded once is not trained again."""

from __future__ import annotations

import dataclasses
import shutil
from pathlib import Path
from typing import Any

from experiments.core.run import Run
from experiments.records.records import read_result
from experiments.running.session import CHECKPOINT

_ITS_OWN = ("config.json", "result.json", CHECKPOINT)


def twin_result(run: Run, out: Path) -> dict[str, Any] | None:
    """The result of the run that trains alike, where it is recorded and ended well.

    A run whose settings were tuned trains as one to which they were given.

    Args:
        run: The run.
        out: Results folder.
    """
    if not run.tuned:
        return None
    there = read_result(_twin(run, out))
    return there if there is not None and there["status"] == "ok" else None


def adopt(run: Run, out: Path) -> None:
    """Copy into a run's folder what its twin left beside its settings and its result."""
    for path in sorted(_twin(run, out).iterdir()):
        if path.name in _ITS_OWN or path.match(".*"):
            continue
        target = out / run.folder / path.name
        if path.is_dir():
            shutil.copytree(path, target, dirs_exist_ok=True)
        else:
            shutil.copy2(path, target)


def _twin(run: Run, out: Path) -> Path:
    return out / dataclasses.replace(run, tuned="").folder
