"""Tuning as a part of a comparison: trials on seeds of their own, a choice by validation, runs with what it chose."""

from __future__ import annotations

import dataclasses
import math
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from experiments.core.experiment import Experiment
from experiments.core.metric import Metric
from experiments.core.run import Run
from experiments.core.settings import names_of
from experiments.core.written.tuning import Tuning
from experiments.records.files import write_json
from experiments.records.records import read_result
from experiments.records.results_folder import TRIALS, choices_path, read_choices
from experiments.running.plan import value_of, with_values
from experiments.running.sweep import SweepResult

Values = dict[str, Any]
#: Carries out trials in a folder.
Carry = Callable[[list[Run], Path], SweepResult]
HALVINGS = (4, 2, 1)  # what the steps are divided by, stage by stage


def trials_of(runs: Sequence[Run], tuning: Tuning) -> dict[Run, list[Values]]:
    """The settings to try, for every model on every task: runs that differ in nothing but the seed share them.

    Args:
        runs: What is to be compared, with the settings that it has without tuning.
        tuning: How models are tuned.
    """
    points = dict.fromkeys(dataclasses.replace(run, seed=0) for run in runs)
    found = {point: tuning.trials_of(point.model.label, _family(point)) for point in points}
    # A model that looks at none of these settings, as a baseline without weights, has nothing to try.
    return {point: [{}] if _looks_at_none(point, trials) else trials for point, trials in found.items()}


def _looks_at_none(run: Run, trials: Sequence[Values]) -> bool:
    unused = {name.rpartition(".")[2] for name in run.unused}
    return all(set(values) <= unused for values in trials)


def check(runs: Sequence[Run], tuning: Tuning) -> None:
    """Raise a ValueError unless all models get as many trials."""
    tuning.check_models(list(dict.fromkeys((run.model.label, _family(run)) for run in runs)))


def _family(run: Run) -> str:
    return str(getattr(run.model, "family", ""))


def trial_runs(point: Run, trials: Sequence[Values], tuning: Tuning, part: int = 1) -> list[Run]:
    """The runs of some trials.

    Args:
        point: The run without tuning, whatever its seed.
        trials: The settings to try.
        tuning: Whose seeds they have.
        part: What the number of steps is divided by.
    """
    found = []
    for values in trials:
        run = with_values(point, values)
        if part > 1:
            name = _steps(run)
            run = with_values(run, {name: math.ceil(value_of(run, name) / part)})
        found += [dataclasses.replace(run, seed=seed, audit=False) for seed in tuning.seeds]
    return found


def _steps(run: Run) -> str:
    return "steps" if "steps" in names_of(type(run.train)) else "epochs"


def tuned_runs(
    experiment: Experiment, runs: Sequence[Run], out: Path, tuning: Tuning, carry: Carry
) -> list[Run]:
    """Do the trials, choose by validation, and answer the same runs with the chosen settings.

    Args:
        experiment: Which one.
        runs: What is to be compared, with the settings that it has without tuning.
        out: Results folder; trials go into a folder inside it.
        tuning: How models are tuned.
        carry: Carries out trials.
    """
    left = trials_of(runs, tuning)
    metric, folder = runs[0].described(experiment).metric, out / TRIALS
    seen: dict[Run, list[Values]] = {point: [] for point in left}
    read_choices(folder, tuning.text)  # a damaged one is named before anything is done
    for part in HALVINGS if tuning.halving else (1,):
        # Two are tried to the end, so that what is chosen was trained as it will be.
        least = 1 if part == 1 else 2
        stage = {point: trials for point, trials in left.items() if len(trials) > least}
        todo = [run for point, trials in stage.items() for run in trial_runs(point, trials, tuning, part)]
        if not todo:
            continue
        steps = f" with 1/{part} of the steps" if part > 1 else ""
        print(
            f"gnnlab: tuning over {tuning.text}: {len(todo)} trial runs{steps} in {folder}", file=sys.stderr
        )
        carry(sorted(dict.fromkeys(todo), key=lambda run: -run.cost), folder)
        for point, trials in stage.items():
            scored = [_scored(point, values, tuning, part, folder, metric) for values in trials]
            seen[point] += scored
            ranked = sorted(range(len(trials)), key=lambda i: scored[i]["rank"])
            keep = ranked if part == 1 else sorted(ranked[: max(2, math.ceil(len(ranked) / 2))])
            left[point] = [trials[i] for i in keep]
    chosen = {
        point: trials[0] if any(_ended(t) for t in seen[point]) else {} for point, trials in left.items()
    }
    for point in (point for point, trials in seen.items() if trials and not any(map(_ended, trials))):
        print(
            f"gnnlab: tuning: every trial of {point.title} failed; it keeps the settings given",
            file=sys.stderr,
        )
    _write_choices(folder, tuning, metric, chosen, seen)
    return [
        dataclasses.replace(with_values(run, chosen[dataclasses.replace(run, seed=0)]), tuned=tuning.text)
        for run in runs
    ]


def _scored(
    point: Run, values: Values, tuning: Tuning, part: int, folder: Path, metric: Metric
) -> dict[str, Any]:
    """A trial with its validation score over the tuning seeds, and its rank.

    Of equal scores that of the settings given comes first, and one that failed with any seed comes last.
    """
    runs = trial_runs(point, [values], tuning, part)
    results = [read_result(folder / run.folder) or {} for run in runs]
    validation, test = (_mean([result.get(key) for result in results]) for key in (metric.curve, metric.key))
    # Sums in another order differ in their last digits.
    score = math.inf if validation is None else round(validation, 12) * (1 if metric.lower_is_better else -1)
    given = all(value_of(point, name) == value for name, value in values.items())
    return {
        "values": values,
        "part": part,
        "validation": validation,
        "test": test,
        "rank": (score, not given),
        "seconds": sum(result.get("seconds_total", 0.0) for result in results),
        "runs": [run.folder for run in runs],
    }


def _ended(trial: Values) -> bool:
    return trial["validation"] is not None


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None


def _write_choices(
    folder: Path, tuning: Tuning, metric: Metric, chosen: dict[Run, Values], seen: dict[Run, list[Values]]
) -> None:
    """Write what was chosen and why; points of an earlier command with the same tuning stay."""
    there = read_choices(folder, tuning.text)
    for point, values in chosen.items():
        if not seen[point]:
            continue
        trials = [{key: value for key, value in trial.items() if key != "rank"} for trial in seen[point]]
        there[point.identity] = {
            "model": point.model.label,
            "default": {name: value_of(point, name) for name in seen[point][0]["values"]},
            "chosen": values,
            "trials": trials,
        }
    folder.mkdir(parents=True, exist_ok=True)
    write_json(
        choices_path(folder, tuning.text), {"tuning": tuning.text, "metric": metric.key, "points": there}
    )
