"""What is said of a sweep on its way: bars where somebody watches, elsewhere a line per finished run."""

from __future__ import annotations

import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from tqdm import tqdm

from experiments.core.catalogue import experiment_of
from experiments.core.execution import AS_USUAL, Execution
from experiments.core.run import Run
from experiments.records.progress import bar, is_watched, spoken
from experiments.records.records import flatten
from experiments.running.titles import titles_of

BAR_SECONDS = 0.5  # between two estimates of a bar
SECONDS = 10.0  # below which nobody plans with what is left
HEARTBEAT = 600.0  # seconds without a line after which one says how far the steps are


class Like(NamedTuple):
    """What decides how long a run takes: its model, its task, and its most steps."""

    model: str
    task: str
    steps: int

    @classmethod
    def of(cls, run: Run) -> Like:
        """What a run is like."""
        return cls(run.model.label, run.place, run.most_steps)


class TimeLeft:
    """Estimates how long a sweep still takes, from the runs that ended and the steps of those on their way.

    A run is expected to take as long as those of its model and task that ended; where there is none, as long per step
    as those of its model; or else as long per step as all that is known.

    Args:
        workers: Processes that work at the same time.
    """

    def __init__(self, workers: int) -> None:
        self._workers = max(1, workers)
        # Of those that ended, by what they are like: how many, their seconds, their steps.
        self._ended: dict[tuple[str, ...], tuple[int, float, int]] = {}

    def ended(self, like: Like, seconds: float) -> None:
        """Take in a run that has ended after some seconds."""
        for key in _keys(like):
            count, total, steps = self._ended.get(key, (0, 0.0, 0))
            self._ended[key] = count + 1, total + seconds, steps + like.steps

    def seconds(self, waiting: Mapping[Like, int], on_way: Sequence[Steps]) -> float | None:
        """Seconds until all have ended; None while nothing is known.

        Args:
            waiting: How many runs of each kind have not begun.
            on_way: Steps of the runs that have.
        """
        rates = [steps.rate for steps in on_way if steps.rate is not None]
        usual = sum(rates) / len(rates) if rates else None
        left: list[tuple[float | None, int]] = []
        for like, count in waiting.items():
            whole = self._whole(like)
            left.append((whole if whole is not None or usual is None else usual * like.steps, count))
        for steps in on_way:
            whole, rate = self._whole(steps.like), steps.rate if steps.rate is not None else usual
            if whole is not None:
                left.append((max(0.0, whole - steps.spent), 1))
            else:
                left.append((None if rate is None else rate * (steps.like.steps - steps.taken), 1))
        known = [(seconds, count) for seconds, count in left if seconds is not None]
        if not known or len(known) < len(left):
            return None
        total = sum(seconds * count for seconds, count in known)
        return max(total / self._workers, *(seconds for seconds, _ in known))

    def _whole(self, like: Like) -> float | None:
        """Seconds that a run is expected to take, by those that ended."""
        alike = _keys(like)
        for key in alike:
            if key in self._ended:
                count, seconds, steps = self._ended[key]
                return seconds / count if key == alike[0] else seconds / max(1, steps) * like.steps
        return None


def _keys(like: Like) -> list[tuple[str, ...]]:
    """What ended runs are looked at, the nearest first."""
    return [(like.model, like.task), (like.model,), ()]


class Steps:
    """The steps of one run on its way.

    Args:
        like: What the run is like.
        together: How many runs share its time.
    """

    def __init__(self, like: Like, together: int = 1) -> None:
        self.like, self.together, self.taken, self._first = like, together, 0, 0
        self._begun = self._since = time.monotonic()

    def to(self, step: int) -> int:
        """Take steps up to a number; answers how many are new. The first number may be that of a checkpoint."""
        if self.taken == 0 and step > 0:
            self._first, self._since = step, time.monotonic()
        new, self.taken = max(0, step - self.taken), max(self.taken, step)
        return new

    @property
    def spent(self) -> float:
        """Seconds since it began, of those that share them its part."""
        return (time.monotonic() - self._begun) / self.together

    @property
    def rate(self) -> float | None:
        """Seconds per step; None while too little is known."""
        steps = self.taken - self._first
        return (time.monotonic() - self._since) / self.together / steps if steps > 0 else None


class Progress:
    """Says how far a sweep is, on stderr.

    Args:
        runs: The sweep.
        workers: Processes that work at the same time.
        how: ``quiet`` says nothing, ``verbose`` says with lines what each run found.
        show: Whether somebody watches; by default in a notebook, and where stderr is a terminal.
        what: What the runs are called.
    """

    def __init__(
        self,
        runs: Sequence[Run],
        *,
        workers: int = 1,
        how: Execution = AS_USUAL,
        show: bool | None = None,
        what: str = "runs",
    ) -> None:
        self._runs, self._how, self._what = list(runs), how, what
        self._titles = titles_of(self._runs)
        watched = is_watched() if show is None else show
        self.bars = watched and not how.quiet and not how.verbose
        self._lines = not self.bars and not how.quiet and show is not False
        self._left = TimeLeft(workers)
        self._waiting = {run.folder: Like.of(run) for run in self._runs}
        self._on_way: dict[str, tuple[Steps, Any]] = {}
        self._ended = self._failed = 0
        self._steps = sum(run.most_steps for run in self._runs)
        self._taken, self._said = 0, time.monotonic()
        self._lock = threading.RLock()
        self._bar = bar(
            total=self._steps,
            desc=self._count(),
            bar_format="{desc} {percentage:3.0f}%|{bar}| {n_fmt} of {total_fmt} steps, {elapsed}",
            unit="step",
            show=self.bars,
        )

    def begin(self, runs: Sequence[Run], slot: int = 0) -> list[Callable[[int], None]]:
        """Runs begin that are done together. Answers for each what is to be called with the steps it has taken.

        Args:
            runs: The runs.
            slot: Which of the workers has them, for the place of their bar.
        """
        return [
            self._begin(run, slot, show=number == 0, together=len(runs)) for number, run in enumerate(runs)
        ]

    def _begin(self, run: Run, slot: int, *, show: bool, together: int) -> Callable[[int], None]:
        with self._lock:
            self._advance(-self._leave(run))  # of an earlier attempt, whose worker was killed
            own = bar(
                total=run.most_steps,
                desc=f"  {self._title(run):30}",
                unit="step",
                leave=False,
                position=1 + slot,
                show=self.bars and show,
            )
            self._waiting.pop(run.folder, None)
            self._on_way[run.folder] = Steps(Like.of(run), together), own
            if self._lines and self._how.verbose:
                self._say(f"{self._title(run)} begins in {run.folder}")

        def on_step(step: int) -> None:
            with self._lock:
                there = self._on_way.get(run.folder)
                if there is None:
                    return
                new = there[0].to(min(step, run.most_steps))
                self._advance(new)
                own.update(new)
                if self._lines and time.monotonic() - self._said > HEARTBEAT:
                    self._say(self._count(f"{100 * self._taken / max(1, self._steps):.0f} % of all steps"))

        return on_step

    def end(self, run: Run, result: dict[str, Any], *, is_new: bool = True) -> None:
        """A run has ended, or was there already.

        Args:
            run: The run.
            result: What ``result.json`` holds.
            is_new: Whether this sweep did it.
        """
        failed = result["status"] != "ok"
        with self._lock:
            self._waiting.pop(run.folder, None)
            taken = self._leave(run)
            self._ended += 1
            self._failed += failed
            if not failed and "seconds_total" in result:
                self._left.ended(Like.of(run), float(result["seconds_total"]))
            self._advance(run.most_steps - taken, ended=True)
            if not is_new:
                return
            reason, title = " ".join(str(result.get("reason", "")).split()), self._title(run)
            if failed and self.bars:
                tqdm.write(f"gnnlab: failed: {title}: {reason}", file=sys.stderr)
            elif self._lines:
                what = f"{title}: failed: {reason}" if failed else f"{title}{self._found(run, result)}"
                self._say(f"{self._count()}: {what}")

    def there(self, runs: int) -> None:
        """Some runs were there before this sweep began."""
        if runs and self._lines:
            self._say(f"{runs} of {len(self._runs)} {self._what} are there already")

    def given_back(self, run: Run) -> None:
        """A run is not done here after all, or not yet: another process has it."""
        with self._lock:
            self._advance(-self._leave(run))
            self._waiting[run.folder] = Like.of(run)

    def close(self) -> None:
        """End the bars."""
        with self._lock:
            for _, own in self._on_way.values():
                own.close()
            self._bar.close()

    def _title(self, run: Run) -> str:
        return self._titles.get(run.folder, run.title)

    def _leave(self, run: Run) -> int:
        steps, own = self._on_way.pop(run.folder, (None, None))
        if steps is None or own is None:
            return 0
        own.close()
        return steps.taken

    def _advance(self, steps: int, *, ended: bool = False) -> None:
        self._taken += steps
        if not self.bars:
            return
        if ended or time.monotonic() - self._said > BAR_SECONDS:
            self._said = time.monotonic()
            self._bar.set_description_str(self._count(), refresh=False)
        self._bar.update(steps)

    def _count(self, more: str = "") -> str:
        """How many have ended, how many of them failed, and how long the rest takes."""
        left = self._left.seconds(
            Counter(self._waiting.values()), [steps for steps, _ in self._on_way.values()]
        )
        parts = [f"{self._ended}/{len(self._runs)} {self._what}"]
        parts += [f"{self._failed} failed"] if self._failed else []
        parts += [more] if more else []
        if left:
            parts.append(f"about {spoken(left)} left" if left >= SECONDS else "seconds left")
        return ", ".join(parts)

    def _found(self, run: Run, result: dict[str, Any]) -> str:
        """What a run found, for those who want to hear it."""
        if not self._how.verbose:
            return ""
        metric, values, facts = experiment_of(run).metric, flatten(result), []
        if isinstance(values.get(metric.key), (int, float)):
            facts = [f"{metric.heading} {metric.scale * values[metric.key]:.4g}"]
        facts += [f"{values['steps']} steps"] if "steps" in values else []
        facts += [spoken(values["seconds_total"])] if "seconds_total" in values else []
        return f": {', '.join(facts)}" if facts else ""

    def _say(self, text: str) -> None:
        self._said = time.monotonic()
        print(f"gnnlab: {text}", file=sys.stderr, flush=True)
