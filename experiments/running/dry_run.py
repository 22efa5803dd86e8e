"""What a sweep would do: its runs, their parameters, and an estimate of time from a few timed steps."""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.core.catalogue import find_experiment
from experiments.core.execution import Execution
from experiments.core.experiment import load
from experiments.core.run import Run
from experiments.records.device import computing
from experiments.records.progress import bar
from experiments.records.records import flatten
from experiments.running.session import Session
from experiments.running.sweep import result_there
from experiments.training.fit import Fit, fit
from experiments.training.stopping import Rule
from experiments.training.trainer import Trainer

WARM_STEPS, TIMED_STEPS = 2, 5
#: Settings that do not change what a step costs.
CHEAP = ("seed", "learning_rate", "decay", "clip_norm", "weight_decay")


@dataclass
class Timing:
    """What a few steps of a run tell.

    Args:
        parameters: Trainable parameters.
        step: Seconds a training step takes.
        total: Seconds the whole run takes at most.
    """

    parameters: int = 0
    step: float = 0.0
    total: float = 0.0


class TimedSession(Session):
    """A session whose trainings end after a few steps, and that knows how long all of them would have taken."""

    def __init__(self, run: Run, folder: Path) -> None:
        super().__init__(run, folder)
        self.timing = Timing()
        self.left_out = 0.0  # seconds of steps and looks that were not done, less those that were

    def fit(
        self, trainer: Trainer, rule: Rule, *, steps: int, every: int = 1, part: str = "", save: bool = True
    ) -> Fit:
        for _ in range(min(WARM_STEPS, steps)):  # the first steps of a process are slow
            trainer.step()
        trainer.means()
        trainer.clock.pause()
        few = min(TIMED_STEPS, steps)
        started = time.perf_counter()
        found = fit(trainer, rule, steps=few, every=few)
        spent = time.perf_counter() - started
        step, look = found.seconds / few, max(0.0, spent - found.seconds)
        self.left_out += steps * step + steps / every * look - spent
        weights = (p.numel() for p in trainer.model.parameters() if p.requires_grad)
        self.timing.parameters, self.timing.step = sum(weights), step
        return found


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
    known: dict[str, Timing] = {}
    rows, to_do, total = [], 0, 0.0
    for group in bar(groups.values(), desc="timing", unit="setting"):
        missing = [run for run in group if result_there(run, out, how) is None]
        to_do += len(missing)
        key = json.dumps(_costly(group[0].to_dict()), sort_keys=True)
        if key not in known:
            known[key] = time_run(group[0])
        timing = known[key]
        total += timing.total * len(missing)
        rows.append(
            flatten(group[0].to_dict())
            | {"model.name": group[0].model.label, "runs": len(group), "to do": len(missing)}
            | {
                "parameters": timing.parameters,
                "ms/step": 1e3 * timing.step,
                "at most, a run": _words(timing.total),
            }
        )
    share = 1 if how.on_ray else max(1, min(workers, to_do))
    who = f"{share} worker{'s' * (share > 1)}"
    return "\n".join(
        [
            _table(pd.DataFrame(rows)),
            "",
            f"{len(runs)} runs, of which {len(runs) - to_do} are there already: {to_do} to do in {out}",
            f"at most {_words(total / share)} with {who}, if every run takes all its steps "
            f"(from {TIMED_STEPS} timed steps of each setting; start-up left out)",
        ]
    )


def _costly(values: dict[str, Any]) -> dict[str, Any]:
    """Settings without those that do not change the cost of a run."""
    return {
        name: _costly(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if name not in CHEAP
    }


def time_run(run: Run) -> Timing:
    """Time a few steps of a run, and all else that it does, in a folder that is thrown away."""
    experiment = find_experiment(run.experiment)
    with tempfile.TemporaryDirectory() as place:
        out = Path(place)
        if experiment.begin:
            load(experiment.begin)([run], out, {})
        folder = out / run.folder
        folder.mkdir()
        started = time.perf_counter()
        with computing(run.threads, run.deterministic), TimedSession(run, folder) as session:
            result = load(experiment.work)(run, folder, session)
        timing = session.timing
        timing.total = max(0.0, time.perf_counter() - started + session.left_out)
    timing.parameters = int(result.get("parameters") or timing.parameters)
    return timing


def _table(frame: pd.DataFrame) -> str:
    """The columns that differ from row to row, and the model."""
    counts = ("runs", "to do", "parameters", "ms/step", "at most, a run")
    shown = [
        name
        for name in frame.columns
        if name in (*counts, "model.name", "length")
        or (not name.startswith(("model.", "seed")) and frame[name].map(str).nunique() > 1)
    ]
    shown = ["model.name", *(name for name in shown if name != "model.name")]
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
