"""Runs on sequences for tests: planned, carried out in a moment, or written down as if they had been."""

import dataclasses
from pathlib import Path

from experiments.core.catalogue import find_experiment
from experiments.core.experiment import load
from experiments.core.settings import names_of
from experiments.core.specs import parse_model
from experiments.lab.sequences.settings import SequenceTraining
from experiments.records.files import write_json
from experiments.records.records import FORMAT, RunRecord
from experiments.running.plan import plan
from experiments.running.sweep import run_sweep

AS_USUAL = SequenceTraining()
TINY = {
    "steps": 10,
    "batch_size": 8,
    "evaluate_every": 5,
    "validation_size": 20,
    "test_size": 20,
    "success": 2,
    "patience": 0,
}
#: Results that every run has that ended.
ENDED = {"format": FORMAT, "status": "ok", "reason": "", "steps": 9, "parameters": 3}


def sequence_run(label="lstm", length=5, seed=0, *, experiment="palindrome", train=AS_USUAL, **settings):
    """A run of an experiment on sequences.

    Args:
        label: Its model.
        length: Of the sequence.
        seed: Of the run.
        experiment: Name of the experiment.
        train: How it is trained; by default as the class says, and not as the experiment does.
        **settings: Further ones, of the training or of the run.
    """
    inside = {name: settings.pop(name) for name in names_of(SequenceTraining) & settings.keys()}
    return load(find_experiment(experiment).run)(
        experiment=experiment,
        model=parse_model(label),
        length=length,
        seed=seed,
        train=dataclasses.replace(train, **inside),
        **settings,
    )


def planned(labels=("lstm",), lengths=(5,), seeds=(0,), *, experiment="palindrome", **settings):
    """Every combination of models, lengths and seeds, as the command plans it.

    Args:
        labels: Models.
        lengths: Of the sequence.
        seeds: Seeds.
        experiment: Name of the experiment.
        **settings: One value each, or a list of several.
    """
    given = {name: value if isinstance(value, list) else [value] for name, value in settings.items()}
    return plan(find_experiment(experiment), labels, seeds, {"length": list(lengths), **given})


def sweep(out, experiment, labels, lengths, seeds, **settings):
    """Carry out a sweep in this process."""
    run_sweep(planned(labels, lengths, seeds, experiment=experiment, **settings), out, progress=False)


def in_memory(run, **result):
    """The record of a run that stands nowhere on disk; without a result it is unfinished."""
    return RunRecord(Path(run.folder), run, {"format": FORMAT, **result} if result else None)


def written(out, run, curve="", **result):
    """Write a record, and answer it; without a result it is unfinished."""
    folder = out / run.folder
    folder.mkdir(parents=True)
    write_json(folder / "config.json", run.to_dict())
    if result:
        write_json(folder / "result.json", {"format": FORMAT, **result})
    if curve:
        (folder / "curve.csv").write_text(curve)
    return RunRecord(folder, run, {"format": FORMAT, **result} if result else None)
