"""The runs of a comparison on characters: checked before the first one starts, done by one process or by several."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from experiments.lab.characters.checkpoints import load_last, set_aside
from experiments.lab.characters.models.models import character_hidden
from experiments.lab.characters.models.processes import Processes
from experiments.lab.characters.settings import CharacterSettings
from experiments.lab.characters.specs import CharacterGraph
from experiments.lab.characters.text.corpus import identify, open_corpus, part_bounds, training_vocabulary
from experiments.lab.characters.text.windows import check_size, check_streams
from experiments.lab.characters.work import CORPUS_FOLDER, train_and_test
from experiments.records.records import is_done, read_runs
from experiments.records.results_folder import prepare_folder
from experiments.running.compare import carry_out


def check_runs(runs: list[CharacterSettings], out: Path, *, resume: bool = True) -> list[CharacterSettings]:
    """The runs with their text identified, after checks of all that can be known before training.

    Args:
        runs: What is to be done, all on one text.
        out: Results folder.
        resume: Whether checkpoints will be used, and so have to be good.

    Raises:
        ValueError: A model cannot be shared by processes, the text cannot be read or is too short, a budget cannot be
            met, a prompt is not of the text, or a checkpoint is damaged or of another run.
    """
    check_shared_windows(runs)
    corpus = runs[0].corpus
    sha256, count = identify(corpus)
    corpus = dataclasses.replace(corpus, sha256=sha256, characters=count)
    runs = [dataclasses.replace(run, corpus=corpus) for run in runs]
    bounds = part_bounds(count, corpus)
    for name, (first, end) in bounds.items():
        check_size({"train": "training"}.get(name, name), end - first, runs[0].train.window)
    train = runs[0].train
    if train.stream:
        check_streams("training", bounds["train"][1], train.batch_size, train.window)
    vocabulary = training_vocabulary(corpus, bounds["train"][1])
    if missing := vocabulary.unknown(train.prompt):
        raise ValueError(
            f"prompt: the text has no {', '.join(map(repr, missing))}; it should be of its characters"
        )
    for run in {run.model: run for run in runs}.values():
        character_hidden(run.model, run.train, len(vocabulary))
    if resume:
        for run in runs:
            if not is_done(run, out):
                load_last(run, out / run.folder)
    return runs


def check_shared_windows(runs: list[CharacterSettings]) -> None:
    """Raise a ValueError for a GCN some of whose weights get no gradient, where processes have to exchange them.

    With w of the window's T characters or more no edge has the offset T, and several processes would wait for its
    gradient. One process trains such a model: what has no edge does not change.
    """
    for run in runs:
        model, characters = run.model, run.train.window
        if run.train.processes == 1 or not isinstance(model, CharacterGraph) or model.conv != "gcn":
            continue
        if model.window >= characters:
            raise ValueError(
                f"models: {model.label} has edges from {model.window} characters before, and no two of the "
                f"{characters} in a window are so far apart; with several processes take "
                f"w{characters - 1} or less, --window {model.window + 1} or more, or one process without torchrun"
            )


def carry_out_together(
    runs: list[CharacterSettings],
    out: Path,
    workers: int | None,
    processes: Processes,
    *,
    resume: bool = True,
) -> int:
    """Do the runs; with several processes all of them share each run, and the first one writes.

    Args:
        runs: From ``check_runs``.
        out: Results folder.
        workers: As for ``experiments.running.compare.carry_out``.
        processes: Which share each run.
        resume: Go on from checkpoints, or rename them and begin anew.

    Returns:
        Exit code: 0, or 1 when a run failed.
    """
    from experiments.lab.characters.report.tables import character_text

    if processes.first:
        prepare_folder(out, runs[0].experiment)
        open_corpus(runs[0].corpus, out / CORPUS_FOLDER)  # once, before several workers would
        for run in runs:
            if not resume and not is_done(run, out):
                set_aside(out / run.folder)
    missing = processes.from_first(lambda: [run for run in runs if not is_done(run, out)])
    if not processes.first:
        for run in missing:
            train_and_test(run, out / run.folder, lambda step: None)
        return 0
    return carry_out(
        runs,
        out,
        workers if processes.count == 1 else 1,
        draw=lambda: None,
        table=lambda: character_text(read_runs(out)),
    )
