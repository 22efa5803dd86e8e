"""Checkpoints: a plain dict of tensors and numbers on disk, whole or not at all, read without running any code."""

from __future__ import annotations

import io
import time
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.utils._pytree import tree_map

from experiments.records.files import ordinary, write_beside

FORMAT = 1


class CheckpointError(ValueError):
    """A file is no checkpoint of this program, or not a whole one."""


def save_checkpoint(path: Path, values: dict[str, Any]) -> None:
    """Write a checkpoint beside its name and rename it, so that the file there before stays good until then.

    Args:
        path: The file to make or replace.
        values: Tensors, numbers, text, and dicts, lists and tuples of them.
    """
    save_tensors(path, {"format": FORMAT, **values})


def save_tensors(path: Path, values: dict[str, Any]) -> None:
    """Write a dict of tensors through ``write_beside``.

    Args:
        path: The file to make or replace.
        values: For ``torch.load(weights_only=True)``.

    Raises:
        OSError: The disk is full. (torch alone, writing to a file, says so with errors that do not tell it.)
    """
    content = io.BytesIO()
    torch.save(tree_map(_by_itself, values), content)
    write_beside(path, lambda beside: beside.write_bytes(content.getbuffer()))


def _by_itself(value: Any) -> Any:
    """A tensor without the larger one that it is a part of, which would be written with it."""
    if not isinstance(value, torch.Tensor) or value.layout != torch.strided:
        return value
    return value.clone() if value.untyped_storage().nbytes() > value.nbytes else value


def load_checkpoint(path: Path, needed: tuple[str, ...] = ()) -> dict[str, Any]:
    """Read what ``save_checkpoint`` wrote, onto the CPU. Nothing in the file is run.

    Args:
        path: The file.
        needed: Keys that have to be there.

    Raises:
        CheckpointError: The file is missing, not readable, truncated, of another program or another format, or lacks
            a key.
    """
    try:
        values = torch.load(ordinary(path), map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise CheckpointError(f"{path}: no such checkpoint") from error
    except PermissionError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror})") from error
    except Exception as error:  # unpickling a damaged file can raise nearly anything
        raise CheckpointError(f"{path}: not a whole checkpoint, or not one of this program") from error
    if not isinstance(values, dict) or "format" not in values:
        raise CheckpointError(f"{path}: not a checkpoint of this program")
    if values["format"] != FORMAT:
        raise CheckpointError(f"{path}: checkpoint of format {values['format']}, this version reads {FORMAT}")
    for key in needed:
        if key not in values:
            raise CheckpointError(f"{path}: the checkpoint lacks {key}")
    return values


def restore_weights(model: nn.Module, path: Path) -> None:
    """Load the weights that a run's ``save_tensors`` wrote into its model, on the CPU.

    Args:
        model: As the run made it.
        path: The file.

    Raises:
        CheckpointError: The file is missing, not readable, damaged, or holds the weights of another model.
    """
    try:
        model.load_state_dict(torch.load(ordinary(path), map_location="cpu", weights_only=True))
    except FileNotFoundError as error:
        raise CheckpointError(f"{path}: is missing, so nobody knows what the run learned") from error
    except PermissionError as error:
        raise CheckpointError(f"{path}: cannot be read ({error.strerror})") from error
    except Exception as error:  # unpickling a damaged file can raise nearly anything
        raise CheckpointError(
            f"{path}: damaged, or the weights of another model; delete the run's folder and run again"
        ) from error


def random_state() -> dict[str, Any]:
    """State of torch's global generators, on the CPU and on every GPU."""
    return {
        "cpu": torch.get_rng_state(),
        "cuda": torch.cuda.get_rng_state_all() if torch.cuda.is_available() else [],
    }


def set_random_state(state: dict[str, Any]) -> None:
    """Put torch's global generators where ``random_state`` found them."""
    torch.set_rng_state(state["cpu"])
    if state["cuda"] and torch.cuda.is_available():
        torch.cuda.set_rng_state_all(state["cuda"])


class CheckpointFile:
    """The checkpoint of one run, in parts: one for each training that the run consists of.

    How often it is written changes nothing that the run computes, so it is no setting of a run.

    Args:
        path: The file; it is there while the run is unfinished.
        seconds: Seconds between two checkpoints; 0 for none by the clock.
        steps: Steps between two checkpoints; 0 for none by steps.
        read: Whether to look at the file; of several processes that share a run, the one that writes it does.
    """

    def __init__(self, path: Path, *, seconds: float = 0.0, steps: int = 0, read: bool = True) -> None:
        self.path, self.seconds, self.steps = path, seconds, steps
        self.parts: dict[str, Any] = {}
        self._last = time.monotonic()
        if read and path.exists():
            try:
                self.parts = load_checkpoint(path, ("parts",))["parts"]
            except CheckpointError:
                set_aside(path)  # what is in it may be worth hours: nothing is deleted

    def part(self, name: str = "") -> Checkpoint:
        """The part of one training."""
        return Checkpoint(self, name)

    def due(self, step: int) -> bool:
        """Whether it is time to write."""
        by_steps = bool(self.steps) and step % self.steps == 0
        return by_steps or (self.seconds > 0 and time.monotonic() - self._last >= self.seconds)

    def write(self) -> None:
        """Write all parts in place of those before."""
        save_checkpoint(self.path, {"parts": self.parts})
        self._last = time.monotonic()


class Checkpoint:
    """The state of one training within the checkpoint of its run.

    Args:
        file: The run's.
        name: Which training.
    """

    def __init__(self, file: CheckpointFile, name: str = "") -> None:
        self._file, self._name = file, name

    def due(self, step: int) -> bool:
        """Whether it is time to write."""
        return self._file.due(step)

    def load(self) -> dict[str, Any] | None:
        """The last state; None where there is none."""
        return self._file.parts.get(self._name)

    def save(self, values: dict[str, Any]) -> None:
        """Write a state in place of the one before."""
        self.end(values)
        self._file.write()

    def end(self, values: dict[str, Any]) -> None:
        """Keep the last state, for the checkpoints of trainings that follow in the same run."""
        self._file.parts[self._name] = values


def set_aside(path: Path) -> Path | None:
    """Rename a file that is not used any more, and delete nothing; answers its new name, None where it is not there."""
    if not path.exists():
        return None
    number = 1
    while (aside := path.with_name(f"{path.stem}.{number}{path.suffix}")).exists():
        number += 1
    path.rename(aside)
    return aside
