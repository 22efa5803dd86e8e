"""Runs on sequences for tests: carried out in a moment, or written down as if they had been."""

from pathlib import Path

from experiments.core.catalogue import find_experiment
from experiments.core.specs import parse_model
from experiments.lab.memory.settings import MemoryRun
from experiments.lab.sequences.settings import SequenceRun, SequenceTraining
from experiments.records.files import write_json
from experiments.records.records import FORMAT, RunRecord
from experiments.running.plan import plan
from experiments.running.sweep import run_sweep

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


def sequence_run(label, seed=0, *, length=5, experiment="palindrome", device="cpu", **train):
    """The settings of a run."""
    return SequenceRun(
        experiment=experiment,
        length=length,
        model=parse_model(label),
        seed=seed,
        device=device,
        train=SequenceTraining(**train),
    )


def memory_run(label, seed=0, *, length=5, trained=False):
    """The settings of a run of the experiment memory."""
    return MemoryRun(
        experiment="memory",
        length=length,
        model=parse_model(label),
        seed=seed,
        trained=trained,
        train=SequenceTraining(),
    )


def planned(experiment, labels, lengths, seeds, **train):
    """The runs of a sweep."""
    given = {"length": lengths, **{name: [value] for name, value in train.items()}}
    return plan(find_experiment(experiment), labels, seeds, given)


def sweep(out, experiment, labels, lengths, seeds, **train):
    """Carry out a sweep in this process."""
    run_sweep(planned(experiment, labels, lengths, seeds, **train), out)


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
