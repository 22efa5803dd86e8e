"""Trained character models from their run folders."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from experiments.lab.characters.models.models import build_character_model, character_hidden
from experiments.lab.characters.settings import CharacterRun
from experiments.lab.characters.text.vocabulary import read_vocabulary
from experiments.records.checkpoints import load_checkpoint
from experiments.records.files import ordinary
from experiments.records.records import read_run
from experiments.running.session import CHECKPOINT
from seq import Vocabulary

#: Files of an unfinished run, and the best weights in what they hold; an older version wrote the second.
UNFINISHED: dict[str, Callable[[dict[str, Any]], Any]] = {
    CHECKPOINT: lambda values: values.get("parts", {}).get("", {}).get("rule", {}).get("weights"),
    "best.pt": lambda values: values.get("weights"),
}


def load_character_model(run_folder: Path | str) -> tuple[nn.Module, Vocabulary, CharacterRun]:
    """The model of a run, as validation selected it, in evaluation mode on the CPU. Nothing in the files is run.

    Args:
        run_folder: Folder of one run (it holds ``config.json``). An unfinished run gives its best weights so far.

    Returns:
        The model, called ``model(tokens, state=None) -> (logits, state)``; its vocabulary; the run's settings.

    Raises:
        ValueError: The folder is no run of the experiment ``characters``, or its files are missing or damaged.
    """
    folder = Path(run_folder)
    record = read_run(folder)
    settings = record.settings
    if not isinstance(settings, CharacterRun):
        raise ValueError(f"run: {folder} is a run of {settings.experiment}, which is no character model")
    vocabulary = read_vocabulary(folder, settings)
    hidden = character_hidden(settings.model, settings.train, len(vocabulary))
    model = build_character_model(settings.model, settings.train, len(vocabulary), hidden)
    try:
        model.load_state_dict(_weights(folder))
    except (RuntimeError, TypeError) as error:  # TypeError: what was read is no dict
        raise ValueError(f"run: the weights in {folder} are of another model") from error
    return model.eval(), vocabulary, settings


def _weights(folder: Path) -> dict[str, Any]:
    path = folder / "weights.pt"
    if path.exists():
        try:
            return torch.load(ordinary(path), map_location="cpu", weights_only=True)
        except Exception as error:  # unpickling a damaged file can raise nearly anything
            raise ValueError(f"run: {path} cannot be read; it is damaged, or of another program") from error
    for name, find in UNFINISHED.items():
        if (folder / name).exists() and (found := find(load_checkpoint(folder / name))) is not None:
            return dict(found)
    raise ValueError(f"run: {folder} has no weights yet; its first look at the validation part makes some")
