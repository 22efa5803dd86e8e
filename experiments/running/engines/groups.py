"""Which runs of a sweep train together."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from experiments.core.catalogue import find_experiment
from experiments.core.execution import MOST_TOGETHER, Execution
from experiments.core.run import Run


def groups_of(runs: Sequence[Run], how: Execution) -> list[tuple[Run, ...]]:
    """Runs that differ in their seed alone, as many at a time as train together, in the order of the sweep.

    Args:
        runs: What is to do.
        how: How many, on a GPU; on a CPU the runs say it, because it changes their last digits there.
    """
    groups: list[list[Run]] = []
    open_for: dict[Run, list[Run]] = {}
    for run in runs:
        most, alike = _most(run, how), dataclasses.replace(run, seed=0)
        group = open_for.get(alike)
        if group is None or len(group) >= most:
            groups.append(group := [])
            open_for[alike] = group
        group.append(run)
    return [tuple(group) for group in groups]


def _most(run: Run, how: Execution) -> int:
    if how.on_ray or not find_experiment(run.experiment).joins_seeds:
        return 1
    return run.seeds_together if run.device == "cpu" else how.seeds_together or MOST_TOGETHER
