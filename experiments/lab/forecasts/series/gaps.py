"""Missing values: what stands in their place, and which answers count, so that no filled value is ever one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from experiments.lab.forecasts.settings import LINEAR


@dataclass(frozen=True, eq=False)
class Filled:
    """A series whose gaps are filled, and what a forecast may know of it.

    A forecast made at time t sees ``values`` up to ``seen[t]`` of each node, and ``carried`` after it: a gap that is
    still open at t is filled with the last value known, whatever comes later.

    Args:
        values: (times, nodes), gaps filled by the rule; before the first value of a node its mean of the training part.
        carried: (times, nodes), every gap filled with the last value known; the same mean before the first.
        seen: (times, nodes), the last time, up to each one, at which the node's value is known; -1 for none.
        known: (times, nodes), whether the value is known.
    """

    values: np.ndarray
    carried: np.ndarray
    seen: np.ndarray
    known: np.ndarray

    def answers(self, horizon: int) -> np.ndarray:
        """(times, nodes): which values are answers: those that are known, of a node seen a horizon before."""
        before = np.full_like(self.seen, -1)
        before[horizon:] = self.seen[:-horizon]
        found: np.ndarray = self.known & (before >= 0)
        return found


def fill_gaps(values: np.ndarray, rule: str, learned: int) -> Filled:
    """Fill the gaps of a series.

    Args:
        values: (times, nodes), ``nan`` where a value is missing; every node has one in the training part.
        rule: ``last`` for the last value known, ``linear`` for a line between the known ends of a gap.
        learned: Times of the training part, which come first.

    Example:
        >>> filled = fill_gaps(np.array([[1.0], [np.nan], [3.0], [np.nan]]), "linear", learned=3)
        >>> filled.values.ravel().tolist(), filled.carried.ravel().tolist()
        ([1.0, 2.0, 3.0, 3.0], [1.0, 1.0, 3.0, 3.0])
    """
    known = ~np.isnan(values)
    at = np.arange(len(values))
    seen = np.maximum.accumulate(np.where(known, at[:, None], -1))
    first = np.nanmean(values[:learned], axis=0)
    carried = np.where(seen >= 0, np.take_along_axis(values, np.maximum(seen, 0), axis=0), first)
    filled = carried.copy()
    if rule == LINEAR:
        for node in np.flatnonzero(~known.all(0)):
            there = np.flatnonzero(known[:, node])
            inside = slice(there[0], there[-1] + 1)
            filled[inside, node] = np.interp(at[inside], there, values[there, node])
    return Filled(filled, carried, seen, known)
