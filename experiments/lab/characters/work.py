"""One run on characters, from its settings to what its result says; it goes on where a checkpoint stands."""

from __future__ import annotations

import csv
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from torch import nn

from experiments.lab.characters.checkpoints import ADVICE, BEST, LAST, load_last
from experiments.lab.characters.interrupts import stop_requests
from experiments.lab.characters.models.evaluation import Evaluator, loss_by_context
from experiments.lab.characters.models.models import build_character_model, character_hidden
from experiments.lab.characters.models.processes import Processes, this_process
from experiments.lab.characters.models.training import CharacterTrainer
from experiments.lab.characters.samples import take_samples
from experiments.lab.characters.settings import CharacterSettings
from experiments.lab.characters.text.corpus import Corpus, open_corpus
from experiments.lab.characters.text.vocabulary import described
from experiments.lab.sequences.models import count_parameters
from experiments.records.checkpoints import CheckpointError, save_checkpoint, save_tensors
from experiments.records.device import computing, environment
from experiments.records.files import write_beside, write_json
from experiments.records.records import CurveWriter, curve_path

CORPUS_FOLDER = "corpus"  # beside the runs of a results folder
FINAL = (
    "train_loss",
    "train_bits",
    "train_accuracy",
    "train_accuracy_100",
    "learning_rate",
)  # of the last look
EXCHANGE = 10  # steps after which several processes agree on stopping and on checkpoints


def train_and_test(
    settings: CharacterSettings, folder: Path, on_step: Callable[[int], None]
) -> dict[str, Any]:
    """Train and test a character model.

    Writes ``vocabulary.json``, ``curve.csv``, ``samples.csv``, ``context.csv``, ``weights.pt`` and the checkpoints
    ``last.pt`` (everything, to go on from) and ``best.pt`` (the weights with the lowest validation loss so far). Where
    ``last.pt`` is there, the run goes on from it.

    Args:
        settings: The run.
        folder: Where its records are.
        on_step: Called with the number of steps taken.

    Returns:
        What ``result.json`` says of it.
    """
    with computing(settings.threads):
        return _train_and_test(settings, folder, on_step, this_process())


def _train_and_test(
    settings: CharacterSettings, folder: Path, on_step: Callable[[int], None], processes: Processes
) -> dict[str, Any]:
    corpus = open_together(settings, folder.parent, processes)
    hidden = character_hidden(settings.model, settings.train, len(corpus.vocabulary))
    # Weights are drawn on the CPU, so that a run starts from the same ones on every device.
    torch.manual_seed(settings.seed)
    model = build_character_model(settings.model, settings.train, len(corpus.vocabulary), hidden)
    trainer = CharacterTrainer(
        model,
        corpus,
        settings.train,
        seed=settings.seed,
        device=settings.device,
        processes=processes,
    )
    if processes.first:
        write_json(folder / "vocabulary.json", described(corpus.vocabulary, settings))
    _train(trainer, corpus, settings, folder, on_step)
    if not processes.first:
        return {}
    return _test(trainer, corpus, settings, folder) | {"hidden": hidden}


def open_together(settings: CharacterSettings, out: Path, processes: Processes) -> Corpus:
    """The corpus of a run; where its tokens are missing, process 0 makes them while the others wait.

    Args:
        settings: The run.
        out: The results folder, where tokens are kept.
        processes: Which share the run.
    """
    mine = open_corpus(settings.corpus, out / CORPUS_FOLDER) if processes.first else None
    processes.from_first(lambda: None)
    return mine or open_corpus(settings.corpus, out / CORPUS_FOLDER)


def _train(
    trainer: CharacterTrainer,
    corpus: Corpus,
    settings: CharacterSettings,
    folder: Path,
    on_step: Callable[[int], None],
) -> None:
    """All steps that are missing, with looks, samples and checkpoints on the way.

    Raises:
        KeyboardInterrupt: It was asked to stop; a checkpoint holds all that was done.
    """
    processes, keep, sample_steps = trainer.processes, settings.keep, settings.train.sample_steps
    samples: list[dict[str, Any]] = []
    saved = load_last(settings, folder)
    if saved is not None:
        try:
            trainer.load(saved["training"])
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise CheckpointError(
                f"checkpoint: {folder / LAST} lacks what training goes on from ({type(error).__name__}: {error}); "
                f"{ADVICE}"
            ) from error
        samples = saved["samples"]
    with stop_requests() as stop_asked, _Curves(folder, trainer, settings) as on_row:
        last_save = time.monotonic()
        on_step(trainer.steps)
        while not trainer.done:
            trainer.step()
            on_step(trainer.steps)
            if trainer.due:
                best = trainer.best["step"]
                on_row(trainer.look())
                if trainer.best["step"] > best and processes.first:
                    _save_best(trainer, settings, folder)
            if trainer.steps in sample_steps and processes.first:
                samples += take_samples(
                    trainer.model,
                    corpus,
                    step=trainer.steps,
                    seed=settings.seed,
                    prompt=settings.train.prompt,
                    device=settings.device,
                )
                _write_rows(folder / "samples.csv", samples)
            late = bool(keep.seconds) and time.monotonic() - last_save >= keep.seconds
            stop, save = _agree(processes, trainer, stop_asked(), late)
            if stop or save or trainer.done or (keep.steps and trainer.steps % keep.steps == 0):
                values = {"identity": settings.identity, "training": trainer.state(), "samples": samples}
                if processes.first:
                    save_checkpoint(folder / LAST, values)
                last_save = time.monotonic()
            if stop and not trainer.done:
                raise KeyboardInterrupt(f"stopped at step {trainer.steps}")


def _agree(processes: Processes, trainer: CharacterTrainer, stop: bool, save: bool) -> tuple[bool, bool]:
    """Whether to stop, if any process was asked to, and whether to save, if the first one wants to."""
    if processes.count == 1:
        return stop, save
    if trainer.steps % EXCHANGE:
        return False, False  # asking the others costs time
    asked = processes.gather((stop, save))
    return any(stop for stop, _ in asked), asked[0][1]


def _save_best(trainer: CharacterTrainer, settings: CharacterSettings, folder: Path) -> None:
    save_checkpoint(folder / BEST, {"identity": settings.identity, **trainer.best})


class _Curves:
    """Rows of the training curve: in ``curve.csv``, those before a resumption too, and in TensorBoard if asked for."""

    def __init__(self, folder: Path, trainer: CharacterTrainer, settings: CharacterSettings) -> None:
        self.writer: CurveWriter | None = None
        self.board: Any = None
        if not trainer.processes.first:
            return
        self.writer = CurveWriter(curve_path(folder))
        for row in trainer.curve:
            self.writer(row)
        if settings.keep.tensorboard:
            from torch.utils.tensorboard import SummaryWriter

            # What an interrupted run wrote beyond its checkpoint is told to be hidden.
            self.board = SummaryWriter(str(folder / "tensorboard"), purge_step=trainer.steps + 1)

    def __call__(self, row: dict[str, Any]) -> None:
        if self.writer is not None:
            self.writer(row)
        if self.board is not None:
            for name, value in row.items():
                if name != "step":
                    self.board.add_scalar(name, value, row["step"])

    def __enter__(self) -> _Curves:
        return self

    def __exit__(self, *exception: object) -> None:
        if self.writer is not None:
            self.writer.__exit__(None, None, None)
        if self.board is not None:
            self.board.close()


def _test(
    trainer: CharacterTrainer, corpus: Corpus, settings: CharacterSettings, folder: Path
) -> dict[str, Any]:
    """Measure the weights that validation selected on the test part, which is read here only."""
    model: nn.Module = trainer.model
    model.load_state_dict(trainer.best["weights"])
    test = corpus.part("test")
    score = Evaluator(test, "test", settings.train, settings.device).measure(model)
    by_context = loss_by_context(model, test, settings.device)
    rows = [{"context": context, "bits": bits} for context, bits in enumerate(by_context, 1)]
    _write_rows(folder / "context.csv", rows)
    save_tensors(folder / "weights.pt", trainer.best["weights"])
    selected = next(row for row in trainer.curve if row["step"] == trainer.best["step"])
    return {
        "test_accuracy": score.accuracy,
        "test_loss": score.loss,
        "test_bits": score.bits,
        **{name: selected[name] for name in ("validation_accuracy", "validation_loss", "validation_bits")},
        **{f"final_{name}": trainer.curve[-1][name] for name in FINAL},
        "steps": trainer.steps,
        "selected_step": trainer.best["step"],
        "stopped": "budget",
        "parameters": count_parameters(model),
        "ms_per_step": 1e3 * trainer.seconds / trainer.steps,
        "seconds_training": trainer.seconds,
        "reach": settings.model.reach,
        "chance": _most_frequent(corpus),
        "vocabulary": len(corpus.vocabulary),
        "parts": corpus.sizes(),
        "unknown": corpus.unknown,
        "environment": environment(settings.device, settings.threads),
    }


def _most_frequent(corpus: Corpus) -> float:
    """Share of the test part that is the training part's most frequent character."""
    counts = torch.zeros(len(corpus.vocabulary), dtype=torch.long)
    train, chunk = corpus.part("train"), 1 << 24
    for start in range(0, len(train), chunk):
        piece = torch.from_numpy(train[start : start + chunk].astype("int64"))
        counts += torch.bincount(piece, minlength=len(counts))
    return float((corpus.part("test") == int(counts.argmax())).mean())


def _write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    def write(beside: Path) -> None:
        with beside.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)

    write_beside(path, write)
