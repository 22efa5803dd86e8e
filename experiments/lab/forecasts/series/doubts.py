"""What looks wrong in a user's own series, though nobody can be sure: it is said, and the runs go on."""

from __future__ import annotations

import numpy as np

from experiments.lab.forecasts.series.files import Series

#: Numbers that often stand for a missing value.
CODES = (0, -1, *(sign * (10**digits - 1) for digits in range(2, 7) for sign in (-1, 1)))
LEAST_OTHERS = 3  # different values that a node needs besides, so that its range says something


def series_doubts(series: Series, file: str) -> tuple[str, ...]:
    """Sentences on a series; none where nothing looks wrong.

    A number of ``CODES`` is doubted in a node whose other values are farther from it than they are from one another.

    Args:
        series: As it was read.
        file: Its name.
    """
    values, found = series.values, []
    if not series.understood:
        found.append(
            f"{file}: the column time has neither numbers nor dates that are known, so its order is not checked"
        )
    for code in CODES:
        nodes = [node for node in np.flatnonzero((values == code).any(0)) if _is_far(code, values[:, node])]
        if nodes:
            first = _known(values[:, nodes[0]])
            others = first[first != code]
            more = f" (and {len(nodes) - 1} more node{'s' * (len(nodes) > 2)})" if len(nodes) > 1 else ""
            times = f"{(first == code).sum()} of {len(first)} times"
            found.append(
                f"{file}: node {series.names[nodes[0]]!r}{more} is {code} at {times}, and from {others.min():g} to "
                f"{others.max():g} at all others; if {code} stands for a missing value, leave those cells empty"
            )
    return tuple(found)


def _known(values: np.ndarray) -> np.ndarray:
    return values[~np.isnan(values)]


def _is_far(code: int, values: np.ndarray) -> bool:
    known = _known(values)
    others = np.unique(known[known != code])
    return len(others) >= LEAST_OTHERS and bool(np.abs(others - code).min() > others[-1] - others[0])
