"""``gnnlab run memory``: how far back each model hears. Imports no torch until a run starts."""

from __future__ import annotations

import dataclasses
import itertools
from pathlib import Path
from typing import Any

from experiments.core.arguments import parse_lengths, parse_models, parse_seeds
from experiments.core.catalogue import EXPERIMENTS
from experiments.core.model_specs import ModelSpec
from experiments.core.settings import RunSettings, TrainSettings
from experiments.lab.memory.settings import MemorySettings, was_trained

NAME = "memory"
SMOKE = ("rnn,lstm,gcn-2,gcn-2-mirrored,gat-2", "6", "2")
SMOKE_TRAIN: dict[str, Any] = {
    "steps": 40,
    "evaluate_every": 20,
    "validation_size": 100,
    "test_size": 100,
    "budget": 3000,
}


def memory(
    *,
    models: str | None = None,
    lengths: str | None = None,
    seeds: str | None = None,
    trained: bool = False,
    steps: int | None = None,
    budget: int | None = None,
    results: Path | None = None,
    smoke: bool = False,
    out: Path | None = None,
    device: str = "cpu",
    workers: int | None = None,
    threads: int = 1,
) -> int:
    """How much of each input is left where the answer is read: recurrent and graph networks in one figure.

    D(r) is the size of the derivative of the logits with respect to the input r steps, or r hops, from the read-out of
    a palindrome of length T, computed exactly at initial weights and, with --trained, after training. An exact zero is
    out of reach: more hops than layers, or a phased network whose gates are all shut at that step. A tiny number has
    vanished through time, or was squashed through the graph.
    Beside it: what every step or layer does (singular values of its Jacobian), and over-smoothing (Dirichlet energy).

    Parameters
    ----------
    models
        Models with commas between, as for `gnnlab run palindrome`. The remedies are options of a model: lstm-bias3,
        phased; gcn-4-mirrored, gcn-4-skip6, gcn-4-virtual, gcn-4-fulllast, gcn-23-residual [the experiment's
        models].
    lengths
        Lengths T of the palindrome [24].
    seeds
        How many seeds, or the seeds themselves with commas between [3].
    trained
        Train every model too, and measure again: minutes, not seconds.
    steps
        Most training steps of a run [2000].
    budget
        Trainable parameters of every model [20000].
    results
        A folder of `gnnlab run palindrome`: its accuracy and success rate against length go into the report.
    smoke
        The same from end to end in seconds, on tiny sizes.
    out
        Folder for the results [runs/memory].
    device
        Where to train: cpu, auto (a GPU where there is one), cuda or cuda:N. What is measured is measured on the CPU.
    workers
        Processes that work at the same time [the number of cores; 1 on a GPU]. It changes no result.
    threads
        CPU threads inside a run. It can change the last bits of a result.
    """
    experiment = EXPERIMENTS[NAME]
    defaults = SMOKE if smoke else (",".join(experiment.models), "24", str(experiment.seeds))
    specs = parse_models(models if models is not None else defaults[0])
    sizes = parse_lengths(lengths if lengths is not None else defaults[1])
    numbers = parse_seeds(seeds if seeds is not None else defaults[2])
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers} should be 1 or more")
    given: dict[str, Any] = {
        name: value for name, value in (("steps", steps), ("budget", budget)) if value is not None
    }
    train = TrainSettings(**{**experiment.train, **(SMOKE_TRAIN if smoke else {}), **given})

    from experiments.lab.memory.pictures import draw_memory
    from experiments.lab.sequences.models import hidden_size
    from experiments.lab.sequences.report.memory_tables import text_table
    from experiments.lab.sequences.tasks import DigitPalindromes
    from experiments.records.device import resolve_device
    from experiments.records.records import read_runs
    from experiments.running.compare import carry_out

    runs = expand(
        specs, sizes, numbers, train, trained=trained, device=resolve_device(device), threads=threads
    )
    for spec, size in itertools.product(
        specs, sizes
    ):  # what cannot be built is named before anything is written
        hidden_size(spec, DigitPalindromes(size, 0), train)
    if results is not None:
        _check_results(results)
    folder = out or Path("runs") / (f"{NAME}-smoke" if smoke else NAME)
    return carry_out(
        runs,
        folder,
        workers,
        draw=lambda: draw_memory(folder, results),
        table=lambda: text_table(read_runs(folder)),
    )


def _check_results(results: Path) -> None:
    """Raise a ValueError unless a folder holds accuracies against length."""
    from experiments.reading.statistics import METRIC, runs_table
    from experiments.records.records import read_runs

    runs = read_runs(results)
    experiment = runs[0].settings.experiment
    if not isinstance(runs[0].settings, RunSettings):
        raise ValueError(
            f"results: {results} holds runs of {experiment!r}; it should be a folder of gnnlab run palindrome, or of "
            "another task on sequences"
        )
    if not any(was_trained(run.settings) for run in runs):
        raise ValueError(
            f"results: nothing in {results} was trained, so it says nothing of what is learned; make one with --trained"
        )
    if not runs_table(runs)[METRIC].notna().any():
        raise ValueError(f"results: no run of {experiment!r} in {results} ended with an accuracy")


def expand(
    models: list[ModelSpec],
    lengths: list[int],
    seeds: list[int],
    train: TrainSettings,
    *,
    trained: bool = False,
    device: str = "cpu",
    threads: int = 1,
) -> list[MemorySettings]:
    """Every combination of model, length and seed, once each, long runs first."""
    settings = MemorySettings(NAME, 2, models[0], 0, train, device, threads, trained=trained)
    runs = [
        dataclasses.replace(settings, length=length, model=model, seed=seed)
        for length, model, seed in itertools.product(lengths, models, seeds)
    ]
    return sorted(dict.fromkeys(runs), key=lambda run: -run.length * run.model.layers)
