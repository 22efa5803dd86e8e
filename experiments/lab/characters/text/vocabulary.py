"""The vocabulary that a run keeps, with a digest that says whose it is."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

from experiments.lab.characters.settings import CharacterRun
from experiments.records.files import read_json
from seq import Vocabulary


def described(vocabulary: Vocabulary, settings: CharacterRun) -> dict[str, Any]:
    """Plain values for ``vocabulary.json``; ``read_vocabulary`` reads them back.

    Args:
        vocabulary: The characters of the run's text.
        settings: The run.
    """
    return {**vocabulary.to_dict(), "digest": _digest(vocabulary, settings)}


def read_vocabulary(folder: Path, settings: CharacterRun) -> Vocabulary:
    """The vocabulary in the folder of a run.

    Runs of before there was a digest have none, and are read as they are.

    Args:
        folder: Of the run.
        settings: The run.

    Raises:
        ValueError: It is missing or damaged, was changed, or is that of a run on another text.
    """
    path = folder / "vocabulary.json"
    try:
        values = read_json(path)
        vocabulary = Vocabulary.from_dict(values)
    except (OSError, ValueError) as error:
        raise ValueError(f"run: {folder} has no vocabulary that can be read ({error})") from error
    if "digest" in values and values["digest"] != _digest(vocabulary, settings):
        raise ValueError(
            f"run: {path} was changed after it was written, or is of a run on another text; put the right one there, "
            "or give the run's command again in an empty folder"
        )
    return vocabulary


def _digest(vocabulary: Vocabulary, settings: CharacterRun) -> str:
    text = f"{settings.corpus.sha256},{settings.corpus.validation!r},{settings.corpus.test!r}"
    return hashlib.sha256(f"{text},{vocabulary.characters}".encode()).hexdigest()
