"""What looks wrong in a user's own series, though nobody can be sure: it is said, and the runs go on."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np

from experiments.lab.forecasts.series.files import has_unknown_times, read_series

#: Numbers that often stand for a missing value.
CODES = (0, -1, *(sign * (10**digits - 1) for digits in range(2, 7) for sign in (-1, 1)))
LEAST_OTHERS = 3  # different values that a node needs besides, so that its range says something


@cache
def series_doubts(series: str, content: str) -> tuple[str, ...]:
    """Sentences on a series; none where nothing looks wrong.

    A number of ``CODES`` is doubted in a node whose other values are farther from it than they are from one another.

    Args:
        series: The file.
        content: Its hash, so that another content is read anew.
    """
    values, names = read_series(Path(series))
    name, found = Path(series).name, []
    if has_unknown_times(Path(series)):
        found.append(
            f"{name}: the column time has neither numbers nor dates that are known, so its order is not checked"
        )
    for code in CODES:
        nodes = [node for node in np.flatnonzero((values == code).any(0)) if _is_far(code, values[:, node])]
        if nodes:
            first = values[:, nodes[0]]
            others = first[first != code]
            more = f" (and {len(nodes) - 1} more nodes)" if len(nodes) > 1 else ""
            times = f"{(first == code).sum()} of {len(first)} times"
            found.append(
                f"{name}: node {names[nodes[0]]!r}{more} is {code} at {times}, and from {others.min():g} to "
                f"{others.max():g} at all others; if {code} stands for a missing value, fill it first"
            )
    return tuple(found)


def _is_far(code: int, values: np.ndarray) -> bool:
    others = np.unique(values[values != code])
    return len(others) >= LEAST_OTHERS and bool(np.abs(others - code).min() > others[-1] - others[0])
