"""Training, validation and test part of the time, and the scale of a series: what is checked before anything runs."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np

from experiments.lab.forecasts.settings import NODE, TOGETHER

PARTS = (0.6, 0.2, 0.2)  # of the time: training, validation, test, in this order
LARGEST_SCALE = 1e100  # of a series' deviation, whose square is a number still
FARTHEST = 1e15  # deviations, whose squares float32 can add up


def time_parts(
    times: int, window: int, horizon: int, folds: int = 1, fold: int = 1
) -> tuple[range, range, range]:
    """Forecast times of the three parts: the first 60 %, the next 20 % and the last 20 % of the time.

    A forecast may look back over a border, as it would on the day; what it forecasts lies in its own part.

    Of several folds each has an origin of its own: the last 40 % of the time are cut into as many blocks. Each block is
    tested after training on all that comes before it, but for a block just before it, which validates. The last one of
    two folds is the one split above.

    Args:
        times: Time steps of the series.
        window: Those that a forecast sees.
        horizon: Steps from the last one seen to the one forecast.
        folds: Origins.
        fold: Which one, from 1.

    Raises:
        ValueError: There is no forecast in one of the parts.

    Example:
        >>> [[*part] for part in time_parts(10, window=3, horizon=1)]
        [[3, 4, 5], [6, 7], [8, 9]]
        >>> [[*part] for part in time_parts(10, window=3, horizon=1, folds=4, fold=2)]
        [[3, 4, 5], [6], [7]]
    """
    first = window + horizon - 1
    parts = _parts(times, first, folds, fold)
    if not all(parts):
        # All of them hold a forecast soon after the first does.
        counts = itertools.count(max(times, int(first / PARTS[0])))
        enough = next(n for n in counts if all(_parts(n, first, folds, fold)))
        where = f" in fold {fold} of {folds}" if folds > 1 else ""
        raise ValueError(
            f"series: {times} time step{'s are' if times != 1 else ' is'} too few for a window of {window} and a "
            f"horizon of {horizon}{where}: take {enough:,} or more, or a smaller window"
        )
    train, validation, test = parts
    return train, validation, test


def _parts(times: int, first: int, folds: int, fold: int) -> list[range]:
    borders = [0, round(PARTS[0] * times), round((PARTS[0] + PARTS[1]) * times), times]
    if folds > 1:  # in units of 1 / (5 folds), of which a block has two
        borders = [0, *(round((3 * folds + 2 * (fold + k)) * times / (5 * folds)) for k in (-2, -1, 0))]
    return [range(max(low, first), max(high, first)) for low, high in itertools.pairwise(borders)]


def check_known(known: np.ndarray, answers: np.ndarray, names: Sequence[str], parts: Sequence[range]) -> None:
    """Raise a ValueError where a node has no value in the training part, or a part has no answer.

    Args:
        known: (times, nodes), which values are known.
        answers: (times, nodes), which of them are answers.
        names: Of the nodes.
        parts: From ``time_parts``.
    """
    counts = known[: parts[0].stop].sum(axis=0)
    alone = [name for name, count in zip(names, counts) if not count]
    if alone:
        more = f" and {len(alone) - 1} more have" if len(alone) > 1 else " has"
        raise ValueError(
            f"series: node {alone[0]!r}{more} no value in the training part, the first {parts[0].stop:,} time steps; "
            "leave such nodes out"
        )
    for part, name in zip(parts, ("training", "validation", "test")):
        if not answers[part.start : part.stop].any():
            raise ValueError(
                f"series: all values of the {name} part (time steps {part.start + 1} to {part.stop}) are missing; a "
                "forecast can be compared with known values only"
            )


def standardised(
    values: np.ndarray,
    known: np.ndarray | None,
    learned: int,
    names: Sequence[str],
    series: str,
    standard: str = TOGETHER,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Values with mean 0 and deviation 1 in the training part, and the mean and the deviation that they had there.

    Args:
        values: (times, nodes).
        known: (times, nodes), the values that count; None for all of them.
        learned: Times of the training part, which come first.
        names: Of the nodes.
        series: The file, for messages.
        standard: ``together`` for one mean and one deviation of all nodes, ``node`` for those of each node by itself;
            a node that stands still there has a deviation of 1.

    Returns:
        Values; mean and deviation, () or (nodes,).

    Raises:
        ValueError: The training part does not change, or squared errors would leave the range of numbers.
    """
    part = values[:learned] if known is None else np.where(known[:learned], values[:learned], np.nan)
    # The deviation of equal numbers is not always 0, because their mean is rounded.
    low, high = np.nanmin(part, axis=0), np.nanmax(part, axis=0)
    if low.min() == high.max() or (standard == NODE and (low == high).all()):
        raise ValueError(
            f"series: {series} does not change in the training part, the first {learned:,} time steps, so there is "
            "nothing to learn"
        )
    axis = 0 if standard == NODE else None
    with np.errstate(over="ignore", invalid="ignore"):
        if known is None:
            mean, deviation = part.mean(axis=axis), part.std(axis=axis)
        else:
            mean, deviation = np.nanmean(part, axis=axis), np.nanstd(part, axis=axis)
    if standard == NODE:
        deviation = np.where(low == high, 1.0, deviation)
    if not ((deviation > 1 / LARGEST_SCALE) & (deviation < LARGEST_SCALE)).all():
        raise ValueError(
            f"series: the values of {series} are too large or too small to be squared; give them in another unit"
        )
    found = (values - mean) / deviation
    far = np.abs(found)
    if far.max() > FARTHEST:
        time, node = np.unravel_index(far.argmax(), values.shape)
        raise ValueError(
            f"series: {series}: time step {time + 1} of node {names[node]!r} is {values[time, node]:g}, more than "
            f"{FARTHEST:g} standard deviations of the training part away from its mean; should it not be a gap?"
        )
    return found, np.asarray(mean), np.asarray(deviation)
