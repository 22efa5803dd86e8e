"""What a run needs of its checkpoints: whether one is there, and whether it is this run's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.lab.characters.settings import CharacterSettings
from experiments.records.checkpoints import CheckpointError, load_checkpoint

LAST, BEST = "last.pt", "best.pt"
NEEDED = ("identity", "training", "samples")
ADVICE = "move it away, and the run begins anew, or put a copy of the right one there"


def load_last(settings: CharacterSettings, folder: Path) -> dict[str, Any] | None:
    """The last checkpoint of a run; None where there is none.

    A damaged file, or one of another run, is never passed over: what is in it may be worth hours, so the user decides.

    Raises:
        CheckpointError: It is damaged, of another program, or of another run.
    """
    path = folder / LAST
    if not path.exists():
        return None
    try:
        values = load_checkpoint(path, NEEDED)
    except CheckpointError as error:
        raise CheckpointError(f"checkpoint: {error}; {ADVICE}") from error
    if values["identity"] != settings.identity:
        raise CheckpointError(f"checkpoint: {path} is of another run ({values['identity']}); {ADVICE}")
    return values


def set_aside(folder: Path) -> None:
    """Make room for a run from the first step: its last checkpoint is renamed, and nothing is deleted."""
    path, number = folder / LAST, 1
    if not path.exists():
        return
    while (aside := folder / f"last.{number}.pt").exists():
        number += 1
    path.rename(aside)
