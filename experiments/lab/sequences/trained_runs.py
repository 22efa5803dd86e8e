"""A recorded run on sequences as the model it was, and a user's sequence as its input."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn

from experiments.lab.sequences.models.models import build_model
from experiments.lab.sequences.settings import SequenceRun
from experiments.lab.sequences.tasks.task import Task
from experiments.lab.sequences.work import make_task
from experiments.records.checkpoints import restore_weights
from experiments.records.records import FolderError, read_run

MOST_SYMBOLS = 200  # more columns than a picture can hold


def load_run(run: Path) -> tuple[SequenceRun, Task, nn.Module]:
    """Settings, task and model of a run; the model has its selected weights, or its first ones if it was not trained.

    Raises:
        FolderError: It is no run of a task on sequences of symbols, or it has no result.
        CheckpointError: It was trained, and its weights are missing or damaged.
    """
    record = read_run(run)
    settings = record.settings
    if not isinstance(settings, SequenceRun):
        raise FolderError(f"run: {run} should be a run of a task on sequences, not of {settings.experiment}")
    if not record.succeeded or record.result is None:
        raise FolderError(f"run: {run} has no result to draw")
    task = make_task(settings)
    if task.num_tokens is None:
        raise FolderError(f"run: {run} reads numbers, and only sequences of symbols can be given")
    torch.manual_seed(settings.seed)
    hidden = record.result.get("hidden")
    if not isinstance(hidden, int) or isinstance(hidden, bool) or hidden < 1:
        raise FolderError(
            f"{run / 'result.json'}: hidden is {hidden!r}; it should be the hidden size, a whole number from 1 on"
        )
    model = build_model(settings.model, task, hidden)
    if settings.trains:
        restore_weights(model, run / "weights.pt")
    return settings, task, model.eval()


def parse_symbols(text: str, task: Task, *, length: int | None = None) -> Tensor:
    """(1, T) symbols as a user writes them.

    Args:
        text: One digit a symbol, or numbers with commas between.
        task: Knows which symbols there are.
        length: How many there have to be; any number from 1 on when left out.

    Raises:
        ValueError: They are no numbers, out of range, or too many or too few.
    """
    # A comma at the end makes one number of 10 and not two digits; elsewhere one with nothing between is a slip.
    text = text.strip()
    words = [word.strip() for word in text.removesuffix(",").split(",")] if "," in text else list(text)
    if not words or not all(word.isascii() and word.isdigit() for word in words):
        raise ValueError(f"input: {text!r} should be digits such as 12321, or numbers with commas between")
    symbols = [int(word) for word in words]
    assert task.num_tokens is not None
    if max(symbols) >= task.num_tokens:
        raise ValueError(f"input: {max(symbols)} should be at most {task.num_tokens - 1} for this task")
    if length is not None and len(symbols) != length:
        raise ValueError(
            f"input: {len(symbols)} symbols should be {length}, what this graph network was made for (the symbols it "
            "reads, without what is asked for)"
        )
    if len(symbols) > MOST_SYMBOLS:
        raise ValueError(f"input: {len(symbols)} symbols should be at most {MOST_SYMBOLS}")
    return torch.tensor([symbols])
