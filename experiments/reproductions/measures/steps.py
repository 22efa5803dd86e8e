"""Claims on how many training steps it takes: the binary palindromes of A1 and A2, and four optimisers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from experiments.lab.sequences.experiment import SUCCESS
from experiments.records.records import RunRecord
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.verdicts import Check, Measurement

LEFT_CHANCE = 0.75  # validation accuracy of binary palindromes, of which two in three end in 1
OTHERS = ("momentum", "rmsprop", "adam")
_NO_LOOKS = pd.DataFrame({"step": [], "validation_accuracy": []}, dtype=float)
_Looks = list[tuple[RunRecord, pd.DataFrame]]


def steps_to(curve: pd.DataFrame, accuracy: float) -> int | None:
    """The first of two looks in a row at which the validation accuracy is at least so high; None if there are none.

    Two in a row, because a single look can be luck on its way through.

    Example:
        >>> looks = pd.DataFrame({"step": [10, 20, 30, 40], "validation_accuracy": [1.0, 0.5, 1.0, 0.99]})
        >>> steps_to(looks, 0.99)
        30
    """
    high = (curve["validation_accuracy"] >= accuracy).to_numpy()
    both = high[:-1] & high[1:]
    return int(curve["step"].iloc[int(both.argmax())]) if both.any() else None


def measure_a1(evidence: Evidence) -> Measurement:
    """LSTM on binary palindromes, n = 10 and 20."""
    curves = _looks(evidence)
    short, long = (_of(curves, "lstm", n) for n in (10, 20))
    left = [_first_above(curve, LEFT_CHANCE) for _, curve in long]
    jumped = [steps_to(curve, SUCCESS) for _, curve in long]
    spread = _spread([curve for _, curve in long])
    done = [step for step in jumped if step is not None]
    checks = (
        _solved(short, "n = 10 reaches 1.0"),
        Check(
            "n = 20 stays near chance until about 1,000 steps",
            f"above {LEFT_CHANCE} for the first time at step {_steps(left)}",
            all(step is None or step >= 500 for step in left),
        ),
        Check(
            "then some seeds jump to 1.0",
            f"{SUCCESS} on validation from step {_steps(jumped)}",
            bool(done),
        ),
        Check(
            "the standard deviation over seeds grows when they jump",
            f"largest {spread:.2f}",
            spread >= 0.1,
        ),
    )
    return Measurement(checks, len(short), _table(curves))


def measure_a2(evidence: Evidence) -> Measurement:
    """Cell-gated LSTM beside the LSTM on the same palindromes."""
    curves = _looks(evidence)
    ours = _steps_or_budget(_of(curves, "cellgated", 20))
    lstm = _steps_or_budget(_of(curves, "lstm", 20))
    median, theirs = np.median(ours), np.median(lstm)
    checks = (
        _solved(_of(curves, "cellgated", 20), "n = 20 reaches 1.0"),
        Check(
            "at about 500 steps (between 250 and 1,000)",
            f"{SUCCESS} on validation at a median of {median:.0f} steps",
            bool(250 <= median <= 1000),
        ),
        Check(
            "n = 20: sooner than the LSTM",
            f"median {median:.0f} against {theirs:.0f} steps",
            bool(median < theirs),
        ),
        Check(
            "n = 20: with less spread over seeds",
            f"standard deviation {np.std(ours, ddof=1):.0f} against {np.std(lstm, ddof=1):.0f} steps",
            bool(np.std(ours, ddof=1) < np.std(lstm, ddof=1)),
        ),
    )
    short = [np.median(_steps_or_budget(_of(curves, cell, 10))) for cell in ("cellgated", "lstm")]
    note = (
        f"At n = 10 the cell-gated LSTM takes a median of {short[0]:.0f} steps and the LSTM {short[1]:.0f}. A step "
        f"counts as reached with the first of two looks in a row at {SUCCESS} or more on the validation split; a run "
        "that never gets there counts with all its steps."
    )
    return Measurement(checks, len(ours), _table(curves), note)


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
    for name in OTHERS:
        mean, sgd = (np.mean(_steps_or_budget(best[key])) for key in (name, "sgd"))
        checks.append(
            Check(
                f"palindromes: {name} is sooner at {SUCCESS} than SGD",
                f"mean of {mean:.0f} steps against {sgd:.0f}",
                bool(mean < sgd),
            )
        )
    rows = tuple(
        {
            "optimiser": name,
            "rate (ravine)": f"{paths[name]['rate']:g}",
            "height": f"{ends[name]:.2g}",
            "crossings": f"{crossings[name]}",
            "rate (palindromes)": f"{best[name][0][0].settings.train.learning_rate:g}",
            "steps to 0.99": _steps(steps_to(curve, SUCCESS) for _, curve in best[name]),
        }
        for name in paths
    )
    note = (
        "Every optimiser is shown at the best of the same grid of step sizes: on the ravine by its height at the end, "
        "on palindromes by the mean steps to 0.99 on the validation split, then by the accuracy there."
    )
    return Measurement(tuple(checks), len(best["sgd"]), rows, note)


def best_rates(evidence: Evidence) -> dict[str, _Looks]:
    """For each optimiser its runs at the step size that did best on validation."""
    groups: dict[str, dict[float, _Looks]] = {}
    for run, curve in _looks(evidence):
        train = run.settings.train
        groups.setdefault(train.optimizer, {}).setdefault(train.learning_rate, []).append((run, curve))

    def rank(runs: _Looks) -> tuple[float, float]:
        accuracy = np.mean([_result(run, "validation_accuracy") for run, _ in runs])
        return float(np.mean(_steps_or_budget(runs))), -float(accuracy)

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


def _solved(runs: _Looks, said: str) -> Check:
    accuracy = [_result(run, "test_accuracy") for run, _ in runs]
    good = sum(value >= SUCCESS for value in accuracy)
    found = f"test accuracy of at least {SUCCESS} in {good} of {len(accuracy)} seeds"
    return Check(said, found, good == len(accuracy))


def _first_above(curve: pd.DataFrame, accuracy: float) -> int | None:
    steps = curve.loc[curve["validation_accuracy"] > accuracy, "step"]
    return int(steps.iloc[0]) if len(steps) else None


def _spread(curves: list[pd.DataFrame]) -> float:
    """Largest standard deviation over seeds at any step; a run that ended keeps its last accuracy."""
    table = pd.concat([c.set_index("step")["validation_accuracy"] for c in curves], axis=1).sort_index()
    return float(table.ffill().std(axis=1, ddof=1).max())


def _steps_or_budget(runs: _Looks) -> list[int]:
    return [steps_to(curve, SUCCESS) or run.settings.train.steps for run, curve in runs]


def _steps(steps: Iterable[int | None]) -> str:
    return ", ".join("never" if step is None else str(step) for step in steps)


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
