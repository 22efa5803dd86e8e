"""One run on characters, from its settings to what its result says."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import torch

from experiments.lab.characters.models.evaluation import Evaluator, loss_by_context
from experiments.lab.characters.models.models import build_character_model, character_hidden
from experiments.lab.characters.models.training import CharacterTrainer
from experiments.lab.characters.samples import take_samples
from experiments.lab.characters.settings import CharacterRun
from experiments.lab.characters.text.corpus import Corpus, open_corpus
from experiments.lab.characters.text.vocabulary import described
from experiments.records.files import write_json
from experiments.records.results_folder import SHARED
from experiments.records.rows import write_rows
from experiments.running.session import Session
from experiments.training.budget import count_parameters
from experiments.training.processes import this_process
from experiments.training.stopping import Lowest

#: Numbers of the last look that a result has too.
FINAL = ("train_loss", "train_bits", "train_accuracy", "train_accuracy_100", "learning_rate")


def work(run: CharacterRun, folder: Path, session: Session) -> dict[str, Any]:
    """Train and test a character model; of several processes that share it, the first one tests and writes.

    Writes ``vocabulary.json``, ``samples.csv`` while it trains, ``context.csv`` and ``weights.pt``.
    """
    corpus = open_corpus(run.corpus, folder.parent / SHARED)
    hidden = character_hidden(run.model, run.train, len(corpus.vocabulary))
    # Weights are drawn on the CPU, so that a run starts from the same ones on every device.
    torch.manual_seed(run.seed)
    model = build_character_model(run.model, run.train, len(corpus.vocabulary), hidden)
    trainer = CharacterTrainer(
        model,
        corpus,
        run.train,
        seed=run.seed,
        device=session.device,
        processes=this_process(),
        sample=lambda step: take_samples(
            model, corpus, step=step, seed=run.seed, prompt=run.train.prompt, device=session.device
        ),
        keep=partial(write_rows, folder / "samples.csv"),
    )
    if session.writes:
        write_json(folder / "vocabulary.json", described(corpus.vocabulary, run))
    rule = Lowest("validation_loss", run.train.patience)
    test = corpus.part("test")
    evaluator = Evaluator(test, "test", run.train, session.device)
    session.tested = lambda: {
        "test_bits": trainer.processes.from_first(lambda: evaluator.measure(trainer.model)).bits
    }
    fit = session.fit(trainer, rule, steps=run.train.steps, every=run.train.evaluate_every)
    if not session.writes:
        return {}
    score = evaluator.measure(trainer.model)
    by_context = loss_by_context(trainer.model, test, session.device)
    rows = [{"context": context, "bits": bits} for context, bits in enumerate(by_context, 1)]
    write_rows(folder / "context.csv", rows)
    return {
        "test_accuracy": score.accuracy,
        "test_loss": score.loss,
        "test_bits": score.bits,
        **{f"final_{name}": fit.rows[-1][name] for name in FINAL},
        **fit.facts(),
        "parameters": count_parameters(trainer.model),
        "hidden": hidden,
        "reach": run.model.reach(run.train.window),
        "chance": _most_frequent(corpus),
        "vocabulary": len(corpus.vocabulary),
        "parts": corpus.sizes(),
        "unknown": corpus.unknown,
    }


def _most_frequent(corpus: Corpus) -> float:
    """Share of the test part that is the training part's most frequent character."""
    counts = torch.zeros(len(corpus.vocabulary), dtype=torch.long)
    train, chunk = corpus.part("train"), 1 << 24
    for start in range(0, len(train), chunk):
        piece = torch.from_numpy(train[start : start + chunk].astype("int64"))
        counts += torch.bincount(piece, minlength=len(counts))
    return float((corpus.part("test") == int(counts.argmax())).mean())
