"""Claims on how many training steps it takes: the binary palindromes of A1 and A2, and four optimisers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from experiments.lab.sequences.experiment import SUCCESS
from experiments.reading.statistics.verdicts import LEAST_SEEDS
from experiments.records.records import RunRecord
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.parts.decided import decided
from experiments.reproductions.parts.groups import Group, answered
from experiments.reproductions.parts.mostly import Border, Mostly, reach
from experiments.reproductions.parts.times import NEVER, Sooner, Steadier
from experiments.reproductions.verdicts import Check, Measurement

LEFT_CHANCE = 0.75  # validation accuracy of binary palindromes, of which two in three end in 1
PLATEAU = 500
A_STEP = (
    "A step counts as reached with the first of two looks in a row at 0.99 or more on the validation split; a run that "
    "never gets there comes after all others."
)
OTHERS = ("momentum", "rmsprop", "adam")
_NO_LOOKS = pd.DataFrame({"step": [], "validation_accuracy": []}, dtype=float)
_Looks = list[tuple[RunRecord, pd.DataFrame]]


def steps_to(curve: pd.DataFrame, accuracy: float) -> float:
    """The first of two looks in a row with at least that validation accuracy; ``NEVER`` where there are none.

    Two in a row, because a single look can be luck on its way through.

    Example:
        >>> looks = pd.DataFrame({"step": [10, 20, 30, 40], "validation_accuracy": [1.0, 0.5, 1.0, 0.99]})
        >>> steps_to(looks, 0.99)
        30.0
    """
    high = (curve["validation_accuracy"] >= accuracy).to_numpy()
    both = high[:-1] & high[1:]
    return float(curve["step"].iloc[int(both.argmax())]) if both.any() else NEVER


def measure_a1(evidence: Evidence) -> Measurement:
    """LSTM on binary palindromes, n = 10 and 20."""
    curves = _looks(evidence)
    short, long = (_of(curves, "lstm", n) for n in (10, 20))
    left = Group("", np.array([_first_above(curve, LEFT_CHANCE) for _, curve in long]))
    jumped = _steps_of(long, "n = 20")
    parts = (
        reach("n = 10 reaches 1.0", [_accuracy(evidence, "lstm", 10)], SUCCESS),
        reach(
            f"n = 20 stays near chance for long: at {LEFT_CHANCE} or less until step {PLATEAU}",
            [Group("n = 20", left.scores)],
            PLATEAU,
        ),
        Sooner("n = 20 is learned later than n = 10", _steps_of(short, "n = 10"), jumped),
    )
    some = int(np.isfinite(jumped.scores).sum())
    checks = (
        *decided(parts),
        Check(
            "some seeds jump to 1.0 all the same",
            f"{some} of {len(long)}",
            None if len(long) < LEAST_SEEDS or (not some and evidence.quick) else some > 0,
        ),
    )
    note = (
        f"First above {LEFT_CHANCE} at n = 20: step {_steps(left.scores)}. The largest standard deviation over seeds "
        f"at any step is {_spread([curve for _, curve in long]):.2f}; it grows wherever some seeds jump before others."
    )
    return Measurement(checks, len(short), _table(curves), note)


def measure_a2(evidence: Evidence) -> Measurement:
    """Cell-gated LSTM beside the LSTM on the same palindromes."""
    curves = _looks(evidence)
    gated = _of(curves, "cellgated", 20)
    ours, lstm = _steps_of(gated, "cell-gated"), _steps_of(_of(curves, "lstm", 20), "LSTM")
    parts = (
        reach("n = 20 reaches 1.0", [_accuracy(evidence, "cellgated", 20)], SUCCESS),
        Mostly(
            "at about 500 steps (between 250 and 1,000)",
            [
                Border(Group("n = 20", ours.scores), 250),
                Border(Group("n = 20", ours.scores), 1000, below=True),
            ],
        ),
        Sooner("n = 20: sooner than the LSTM", ours, lstm),
        Steadier("n = 20: with less spread over seeds", ours, lstm),
    )
    return Measurement(tuple(decided(parts)), len(gated), _table(curves), A_STEP)


def measure_optimizers(evidence: Evidence) -> Measurement:
    """Plain SGD against three others, on a ravine and on palindromes."""
    paths = evidence.numbers
    ends = {name: found["heights"][-1] for name, found in paths.items()}
    checks = [
        Check(
            f"ravine: {name} ends lower than SGD",
            f"height {ends[name]:.2g} against {ends['sgd']:.2g} after {len(paths[name]['points']) - 1} steps",
            ends[name] < ends["sgd"],
        )
        for name in OTHERS
    ]
    crossings = {name: paths[name]["crossings"] for name in paths}
    best = best_rates(evidence)
    steps = {name: _steps_of(runs, name) for name, runs in best.items()}
    edges = {name for name in best if _at_edge(evidence, best[name])}
    parts = [
        Sooner(
            f"palindromes: {name} is sooner at {SUCCESS} than SGD",
            steps[name],
            steps["sgd"],
            _edge(edges, name),
        )
        for name in OTHERS
    ]
    rows = tuple(
        {
            "optimiser": name,
            "rate (ravine)": f"{paths[name]['rate']:g}",
            "height": f"{ends[name]:.2g}",
            "crossings": f"{crossings[name]}",
            "rate (palindromes)": f"{_rate(best[name]):g}",
            "steps to 0.99": _steps(steps[name].scores),
        }
        for name in paths
    )
    note = (
        "Every optimiser is shown at the best of the same grid of step sizes: on the ravine by its height at the end, "
        "on palindromes by how many seeds get to 0.99 on the validation split, then by their mean steps, then by the "
        f"accuracy there. {A_STEP}"
    )
    return Measurement((*checks, *decided(parts)), len(best["sgd"]), rows, note)


def _rate(runs: _Looks) -> float:
    return float(runs[0][0].settings.train.learning_rate)


def _at_edge(evidence: Evidence, runs: _Looks) -> bool:
    """Whether the best step size is the smallest or the largest that was tried, so that a better one may be beyond."""
    tried = {
        run.settings.train.learning_rate
        for run in evidence.runs
        if run.settings.train.optimizer == runs[0][0].settings.train.optimizer
    }
    return _rate(runs) in (min(tried), max(tried))


def _edge(edges: set[str], name: str) -> str:
    there = [who for who in ("sgd", name) if who in edges]
    return f"the best step size of {' and '.join(there)} is the last of the grid" if there else ""


def best_rates(evidence: Evidence) -> dict[str, _Looks]:
    """For each optimiser its runs at the step size that did best on validation."""
    groups: dict[str, dict[float, _Looks]] = {}
    for run, curve in _looks(evidence):
        train = run.settings.train
        groups.setdefault(train.optimizer, {}).setdefault(train.learning_rate, []).append((run, curve))

    def rank(runs: _Looks) -> tuple[int, float, float]:
        steps = _steps_of(runs, "").scores
        there = steps[np.isfinite(steps)]
        accuracy = np.mean([_result(run, "validation_accuracy") for run, _ in runs])
        return -len(there), float(there.mean()) if len(there) else 0.0, -float(accuracy)

    return {name: min(rates.values(), key=rank) for name, rates in groups.items()}


def _looks(evidence: Evidence) -> _Looks:
    """Each run with its metrics by step; none for a run that failed, which so never gets anywhere."""
    ended = {run.path: curve for run, curve in evidence.curves()}
    return [(run, ended.get(run.path, _NO_LOOKS)) for run in evidence.runs]


def _result(run: RunRecord, name: str) -> float:
    return run.result[name] if run.succeeded and run.result else 0.0


def _of(curves: Iterable[tuple[RunRecord, pd.DataFrame]], cell: str, length: int) -> _Looks:
    return [
        (run, curve)
        for run, curve in curves
        if run.settings.model.cell == cell and run.settings.length == length
    ]


def _accuracy(evidence: Evidence, cell: str, n: int) -> Group:
    frame = evidence.frame()
    return answered(evidence, frame[(frame["model.cell"] == cell) & (frame["length"] == n)], f"n = {n}")


def _first_above(curve: pd.DataFrame, accuracy: float) -> float:
    steps = curve.loc[curve["validation_accuracy"] > accuracy, "step"]
    if not len(curve):
        return float("nan")
    return float(steps.iloc[0]) if len(steps) else NEVER


def _spread(curves: list[pd.DataFrame]) -> float:
    """Largest standard deviation over seeds at any step; a run that ended keeps its last accuracy."""
    table = pd.concat([c.set_index("step")["validation_accuracy"] for c in curves], axis=1).sort_index()
    return float(table.ffill().std(axis=1, ddof=1).max())


def _steps_of(runs: _Looks, name: str) -> Group:
    return Group(name, np.array([steps_to(curve, SUCCESS) for _, curve in runs]))


def _steps(steps: Iterable[float]) -> str:
    told = {np.inf: "never"}
    return ", ".join("failed" if np.isnan(step) else told.get(step, f"{step:.0f}") for step in steps)


def _table(curves: _Looks) -> tuple[dict[str, Any], ...]:
    return tuple(
        {
            "model": run.settings.model.label,
            "n": f"{run.settings.length}",
            "seed": f"{run.settings.seed}",
            "steps to 0.99": _steps([steps_to(curve, SUCCESS)]),
            "test accuracy": f"{_result(run, 'test_accuracy'):.3f}" if run.succeeded else "failed",
        }
        for run, curve in sorted(
            curves,
            key=lambda pair: (pair[0].settings.length, pair[0].settings.model.label, pair[0].settings.seed),
        )
    )
