"""What a sweep would do: its runs, their parameters, and an estimate of time from a few timed steps."""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from tqdm import tqdm

from experiments.core.catalogue import Experiment, find_experiment
from experiments.core.execution import Execution
from experiments.core.run_protocol import Run
from experiments.core.settings import RunSettings, TrainSettings
from experiments.records.records import flatten, read_result

TIMED_STEPS = 5


@dataclass(frozen=True)
class Timing:
    """What a few steps of a run tell.

    Args:
        parameters: Trainable parameters.
        step: Seconds a training step takes.
        look: Seconds a look at the validation split takes.
        test: Seconds the test takes.
    """

    parameters: int
    step: float
    look: float
    test: float


def describe(runs: Sequence[Run], out: Path, *, workers: int, how: Execution) -> str:
    """The runs of a sweep as a text for the terminal; runs that differ in nothing but the seed are one line.

    Args:
        runs: The sweep.
        out: Results folder, which need not be there. Nothing is written.
        workers: Processes that would work at the same time.
        how: The engine.
    """
    groups: dict[str, list[Run]] = {}
    for run in runs:
        groups.setdefault(json.dumps(run.to_dict() | {"seed": None}, sort_keys=True), []).append(run)
    ask = _timer(runs[0].experiment)
    rows, to_do, total = [], 0, 0.0
    for group in tqdm(groups.values(), desc="timing", unit="setting", disable=not sys.stderr.isatty()):
        missing = [run for run in group if _is_missing(run, out, how)]
        to_do += len(missing)
        row = flatten(group[0].to_dict()) | {"runs": len(group), "to do": len(missing)}
        if ask is not None:
            parameters, step, seconds = ask(group[0])
            total += seconds * len(missing)
            row |= {"parameters": parameters, "ms/step": 1e3 * step, "at most, a run": _words(seconds)}
        rows.append(row)
    lines = [_table(pd.DataFrame(rows)), ""]
    lines.append(f"{len(runs)} runs, of which {len(runs) - to_do} are there already: {to_do} to do in {out}")
    if ask is None:
        lines.append("no estimate of time for this experiment")
    else:
        share = 1 if how.on_ray else max(1, min(workers, to_do))
        who = f"{share} worker{'s' * (share > 1)}"
        lines.append(
            f"at most {_words(total / share)} with {who}, if every run takes all its steps "
            f"(from {TIMED_STEPS} timed steps of each setting; start-up left out)"
        )
    return "\n".join(lines)


def _is_missing(run: Run, out: Path, how: Execution) -> bool:
    result = read_result(out / run.folder)
    return result is None or (how.retry_failed and result["status"] == "failed")


def _timer(experiment: str) -> Callable[[Any], tuple[int, float, float]] | None:
    """Asks for parameters, seconds a step and seconds a run; times settings that cost the same only once."""
    if find_experiment(experiment).runner != Experiment.runner:
        return None  # it has a training loop of its own
    known: dict[RunSettings, Timing] = {}

    def ask(run: RunSettings) -> tuple[int, float, float]:
        key = _what_costs(run)
        if key not in known:
            known[key] = time_steps(key)
        timing, train = known[key], run.train
        looks = train.steps / train.evaluate_every
        return (
            timing.parameters,
            timing.step,
            train.steps * timing.step + looks * timing.look + timing.test,
        )

    return ask


def _what_costs(run: RunSettings) -> RunSettings:
    """The run with everything that does not change the cost of a step set to one value."""
    costly = ("batch_size", "optimizer", "budget", "hidden", "validation_size", "test_size")
    train = TrainSettings(**{name: getattr(run.train, name) for name in costly})
    return dataclasses.replace(run, seed=0, train=train)


def time_steps(settings: RunSettings) -> Timing:
    """Time a few steps of a sequence task, and one look at each split."""
    import torch

    from experiments.lab.sequences.models import build_model, count_parameters, hidden_size
    from experiments.records.device import computing
    from experiments.running.runs import make_task
    from experiments.training.training import evaluate, train

    task = make_task(settings)
    torch.manual_seed(0)
    model = build_model(settings.model, task, hidden_size(settings.model, task, settings.train))
    few = dataclasses.replace(
        settings.train, steps=TIMED_STEPS, evaluate_every=TIMED_STEPS, validation_size=1, test_size=1
    )
    with computing(settings.threads, settings.deterministic):
        train(model, task, few, device=settings.device)  # the first steps of a process are slow
        outcome = train(model, task, few, device=settings.device)
        looks = []
        for split, size in (
            ("validation", settings.train.validation_size),
            ("test", settings.train.test_size),
        ):
            started = time.perf_counter()
            evaluate(model, task, task.batch(split, size, task.generator(split)).to(settings.device))
            looks.append(time.perf_counter() - started)
    return Timing(count_parameters(model), outcome.seconds_training / outcome.steps, *looks)


def _table(frame: pd.DataFrame) -> str:
    """The columns that differ from row to row, and the model."""
    counts = ("runs", "to do", "parameters", "ms/step", "at most, a run")
    shown = [
        name
        for name in frame.columns
        if name in (*counts, "model.name", "length")
        or (not name.startswith(("model.", "seed")) and frame[name].nunique(dropna=False) > 1)
    ]
    names = {name: name.removeprefix("train.").removesuffix(".name") for name in shown}
    return str(frame[shown].rename(columns=names).to_string(index=False, float_format=lambda v: f"{v:.3g}"))


def _words(seconds: float) -> str:
    """A time as a person says it.

    Example:
        >>> _words(0.4), _words(95), _words(7500)
        ('0.4 s', '1.6 min', '2.1 h')
    """
    if seconds < 60:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
