"""Before runs on characters: their text is identified, and all is checked that can be known before training."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

from experiments.lab.characters.models.models import character_hidden
from experiments.lab.characters.settings import CharacterRun, CharacterTraining, CorpusSettings
from experiments.lab.characters.text.corpus import (
    copy_corpus,
    identify,
    open_corpus,
    part_bounds,
    training_vocabulary,
)
from experiments.lab.characters.text.text import resolve_texts
from experiments.lab.characters.text.windows import check_size, check_streams
from experiments.records.results_folder import SHARED
from experiments.training.processes import started_processes
from seq import Vocabulary


def prepare(runs: list[CharacterRun], out: Path, options: dict[str, Any]) -> list[CharacterRun]:
    """The runs with their texts identified, and the number of processes that share them.

    Raises:
        ValueError: A model cannot be shared by processes, a text cannot be read or is too short, a budget cannot be
            met, or a prompt is not of the text.
    """
    count = started_processes()
    runs = [dataclasses.replace(r, train=dataclasses.replace(r.train, processes=count)) for r in runs]
    for run in runs:
        _check_precision(run)
        _check_shared_windows(run)
    texts: dict[CorpusSettings, tuple[CorpusSettings, Vocabulary]] = {}
    for corpus in dict.fromkeys(run.corpus for run in runs):
        found = _identified(corpus)
        texts[corpus] = found, training_vocabulary(found, part_bounds(found.characters, found)["train"][1])
    for run in {(run.corpus, run.model, run.train): run for run in runs}.values():
        found, vocabulary = texts[run.corpus]
        _check_text(found, vocabulary, run.train)
        character_hidden(run.model, run.train, len(vocabulary))
    return [dataclasses.replace(run, corpus=texts[run.corpus][0]) for run in runs]


def _identified(corpus: CorpusSettings) -> CorpusSettings:
    corpus = dataclasses.replace(corpus, text=resolve_texts(corpus.text))
    sha256, count = identify(corpus)
    return dataclasses.replace(corpus, sha256=sha256, characters=count)


def _check_text(corpus: CorpusSettings, vocabulary: Vocabulary, train: CharacterTraining) -> None:
    """Raise a ValueError for parts that are too short, or a prompt of other characters."""
    bounds = part_bounds(corpus.characters, corpus)
    for name, (first, end) in bounds.items():
        check_size({"train": "training"}.get(name, name), end - first, train.window)
    if train.stream:
        check_streams("training", bounds["train"][1], train.batch_size, train.window)
    if missing := vocabulary.unknown(train.prompt):
        raise ValueError(
            f"prompt: the text has no {', '.join(map(repr, missing))}; it should be of its characters"
        )


def _check_precision(run: CharacterRun) -> None:
    """Raise a ValueError for short numbers on a CPU, where torch's bfloat16 autocast crashes its LSTM."""
    if run.train.precision != "float32" and not run.device.startswith("cuda"):
        raise ValueError(
            f"precision: {run.train.precision} needs a GPU (--device cuda); on a CPU it should be float32"
        )


def _check_shared_windows(run: CharacterRun) -> None:
    """Raise a ValueError for a model some of whose weights get no gradient, where processes have to exchange them.

    With weights for each offset and w of the window's T characters or more no edge has the offset T, and several
    processes would wait for its gradient. One process trains such a model: what has no edge does not change.
    """
    model, characters = run.model, run.train.window
    reach = getattr(model, "window", 0)
    if run.train.processes == 1 or "relations" not in model.part.features or reach < characters:
        return
    raise ValueError(
        f"models: {model.label} has edges from {reach} characters before, and no two of the {characters} in a window "
        f"are so far apart; with several processes take w{characters - 1} or less, --window {reach + 1} or more, or "
        "one process without torchrun"
    )


def begin(runs: list[CharacterRun], out: Path, options: dict[str, Any]) -> None:
    """Make the tokens of each text, once, before several workers would."""
    for corpus in dict.fromkeys(run.corpus for run in runs):
        open_corpus(corpus, out / SHARED)


def again(run: CharacterRun, results: Path, out: Path) -> None:
    """Copy the tokens that a run was recorded with; where they are not kept any more, its text is read again.

    Raises:
        ValueError: The tokens were changed.
    """
    copy_corpus(run.corpus, results / SHARED, out / SHARED)
