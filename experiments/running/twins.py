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


def twin_of(run: Run, out: Path) -> Path | None:
    """The folder of the run that trains alike, where it is recorded and ended well.

    A run whose settings were tuned trains as one to which they were given.

    Args:
        run: The run.
        out: Results folder.
    """
    if not run.tuned:
        return None
    folder = out / dataclasses.replace(run, tuned="").folder
    there = read_result(folder)
    return folder if there is not None and there["status"] == "ok" else None


def adopt(twin: Path, folder: Path) -> dict[str, Any]:
    """Copy what a twin left beside its settings and its result, and answer the result.

    Args:
        twin: Its folder.
        folder: That of the run.
    """
    for path in sorted(twin.iterdir()):
        if path.name in _ITS_OWN or path.match(".*"):
            continue
        if path.is_dir():
            shutil.copytree(path, folder / path.name, dirs_exist_ok=True)
        else:
            shutil.copy2(path, folder / path.name)
    return {**(read_result(twin) or {}), "same_as": twin.name}
