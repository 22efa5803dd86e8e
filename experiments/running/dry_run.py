"""What a sweep would do: its runs, their parameters, and an estimate of time from a few timed steps."""

from __future__ import annotations

import json
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.core.catalogue import find_experiment
from experiments.core.execution import Execution
from experiments.core.experiment import load
from experiments.core.run import Run
from experiments.records.device import computing
from experiments.records.progress import bar, is_watched, spoken
from experiments.records.records import flatten
from experiments.running.interruption import NothingBegun
from experiments.running.session import Session
from experiments.running.sweep import result_there
from experiments.running.titles import titles_of
from experiments.training.fit import Fit, fit
from experiments.training.stopping import Rule
from experiments.training.trainer import Trainer

WARM_STEPS, TIMED_STEPS = 2, 5
LONGEST, LONGEST_ALL = 10.0, 60.0  # seconds for a setting, and for all of them
SILENCE = 2.0  # seconds between two lines that say what is being timed
#: Settings that do not change what a step costs.
CHEAP = ("seed", "learning_rate", "decay", "clip_norm", "weight_decay")


@dataclass
class Timing:
    """What a few steps of a run tell.

    Args:
        parameters: Trainable parameters.
        step: Seconds a training step takes.
        total: Seconds the whole run takes at most.
        cut: It was not timed to its end, so that the run takes longer than ``total``.
    """

    parameters: int = 0
    step: float = 0.0
    total: float = 0.0
    cut: bool = False


class TakesLong(BaseException):
    """A setting has had its seconds. No ``Exception``, so that no model's own code takes it for a failure."""


class TimedSession(Session):
    """A session whose trainings end after a few steps, and that knows how long all of them would have taken."""

    def __init__(self, run: Run, folder: Path) -> None:
        super().__init__(run, folder)
        self.timing = Timing()
        self.left_out = 0.0  # seconds of steps and looks that were not done, less those that were
        self._ends = time.monotonic() + LONGEST

    def fit(
        self, trainer: Trainer, rule: Rule, *, steps: int, every: int = 1, part: str = "", save: bool = True
    ) -> Fit:
        weights = (p.numel() for p in trainer.model.parameters() if p.requires_grad)
        self.timing.parameters = sum(weights)
        for _ in range(min(WARM_STEPS, steps)):  # the first steps of a process are slow
            started = time.perf_counter()
            trainer.step()
            self._know(time.perf_counter() - started, steps)
        trainer.means()
        trainer.clock.pause()
        few = min(TIMED_STEPS, steps)
        started = time.perf_counter()
        found = fit(trainer, rule, steps=few, every=few, on_step=lambda step: self._check())
        spent = time.perf_counter() - started
        step, look = found.seconds / few, max(0.0, spent - found.seconds)
        self.left_out += steps * step + steps / every * look - spent
        self.timing.step = step
        return found

    def _know(self, step: float, steps: int) -> None:
        """Keep the time of one step, for a setting of which there will be no better."""
        self.timing.step, self.timing.total = step, steps * step
        self._check()

    def _check(self) -> None:
        if time.monotonic() > self._ends:
            raise TakesLong


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
    try:
        known = _time_all([group[0] for group in groups.values()])
    except KeyboardInterrupt:
        raise NothingBegun from None
    rows, to_do, total, cut = [], 0, 0.0, False
    for group in groups.values():
        missing = [run for run in group if result_there(run, out, how) is None]
        timing = known.get(_cost_key(group[0]))
        to_do += len(missing)
        if timing is not None:
            total += timing.total * len(missing)
        cut = cut or timing is None or timing.cut
        rows.append(
            flatten(group[0].to_dict())
            | {"model.name": group[0].model.label, "runs": len(group), "to do": len(missing)}
            | _shown(timing)
        )
    share = 1 if how.on_ray else max(1, min(workers, to_do))
    who = f"{share} worker{'s' * (share > 1)}"
    if cut:
        estimate = (
            f"longer than {spoken(total / share)} with {who}, if every run takes all its steps: a setting is timed for "
            f"{LONGEST:.0f} s at most, all of them for {LONGEST_ALL:.0f} s"
        )
    else:
        estimate = (
            f"at most {spoken(total / share)} with {who}, if every run takes all its steps "
            f"(from {TIMED_STEPS} timed steps of each setting; start-up left out)"
        )
    there = len(runs) - to_do
    counted = (
        f"{len(runs)} run{'s' * (len(runs) != 1)}, of which {there} are there already: {to_do} to do in {out}"
    )
    return "\n".join([_table(pd.DataFrame(rows)), "", counted, estimate])


def _time_all(runs: list[Run]) -> dict[str, Timing]:
    """Times of settings by what they cost, as many as there is time for; stderr says what is being timed."""
    known: dict[str, Timing] = {}
    to_time = {_cost_key(run): run for run in reversed(runs)}
    watched, ends, silent_until = is_watched(), time.monotonic() + LONGEST_ALL, 0.0
    titles = titles_of(list(to_time.values()))
    shown = bar(reversed(to_time.items()), desc="timing", unit="setting", total=len(to_time))
    for number, (key, run) in enumerate(shown, 1):
        now = time.monotonic()
        if now > ends:
            break
        if not watched and now > silent_until:
            print(
                f"gnnlab: timing {titles[run.folder]} (setting {number} of {len(to_time)})",
                file=sys.stderr,
                flush=True,
            )
            silent_until = now + SILENCE
        known[key] = time_run(run)
    return known


def _shown(timing: Timing | None) -> dict[str, Any]:
    """The columns of a time; those that nobody knows are blank."""
    if timing is None:
        return {"parameters": "", "ms/step": "", "at most, a run": "not timed"}
    return {
        "parameters": timing.parameters or "",
        "ms/step": f"{1e3 * timing.step:.3g}" if timing.step or not timing.cut else "",
        "at most, a run": f"over {spoken(timing.total)}" if timing.cut else spoken(timing.total),
    }


def _cost_key(run: Run) -> str:
    return json.dumps(_costly(run.to_dict()), sort_keys=True)


def _costly(values: dict[str, Any]) -> dict[str, Any]:
    """Settings without those that do not change the cost of a run."""
    return {
        name: _costly(value) if isinstance(value, dict) else value
        for name, value in values.items()
        if name not in CHEAP
    }


def time_run(run: Run) -> Timing:
    """Time a few steps of a run, and all else that it does, in a folder that is thrown away.

    What takes more than ``LONGEST`` seconds is left where it is then, between two steps of Python.
    """
    experiment = find_experiment(run.experiment)
    result: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as place:
        out = Path(place)
        started = time.perf_counter()
        session = TimedSession(run, out / run.folder)
        timing = session.timing
        try:
            with _no_longer_than(LONGEST):
                if experiment.begin:
                    load(experiment.begin)([run], out, {})
                session.folder.mkdir()
                started = time.perf_counter()
                with computing(run.threads, run.deterministic), session:
                    result = load(experiment.work)(run, session.folder, session)
        except TakesLong:
            timing.cut = True
        spent = time.perf_counter() - started
        timing.total = max(timing.total, spent) if timing.cut else max(0.0, spent + session.left_out)
    timing.parameters = int(result.get("parameters") or timing.parameters)
    return timing


@contextmanager
def _no_longer_than(seconds: float) -> Iterator[None]:
    """Raise ``TakesLong`` in the body after some seconds, where the system has an alarm and this is its thread."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: object) -> None:
        raise TakesLong

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def _table(frame: pd.DataFrame) -> str:
    """The columns that differ from row to row, and the model."""
    counts = ("runs", "to do", "parameters", "ms/step", "at most, a run")
    shown = [
        name
        for name in frame.columns
        if name in (*counts, "model.name", "length")
        or (not name.startswith(("model.", "seed", "code")) and frame[name].map(str).nunique() > 1)
    ]
    shown = ["model.name", *(name for name in shown if name != "model.name")]
    names = {name: name.removeprefix("train.").removesuffix(".name") for name in shown}
    return str(frame[shown].rename(columns=names).to_string(index=False, float_format=lambda v: f"{v:.3g}"))
