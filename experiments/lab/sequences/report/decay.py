"""Four numbers that say how a memory fades, from D(r)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Decay:
    """How sensitivity falls with distance.

    Args:
        per_step: The factor from one step to the next, exp of the slope of a straight line through log D over r, fitted
            by least squares where D > 0; NaN with fewer than two such places.
        half_distance: Steps after which half is left, by that line; infinite where nothing is lost.
        mean_radius: Mean distance of what is heard, Σ r D(r) / Σ D(r); NaN where nothing is.
        reach: The largest r with D > 0; 0 where there is none. Beyond it the network under-reaches: no weights can
            help. Within it a tiny D has vanished, or was squashed.
    """

    per_step: float
    half_distance: float
    mean_radius: float
    reach: int


def describe_decay(r: Sequence[int] | np.ndarray, sensitivity: Sequence[float] | np.ndarray) -> Decay:
    """The numbers of one model.

    Args:
        r: Distances; those under 1, which are the read-out itself, are left out.
        sensitivity: D at each of them, zero or more.

    Raises:
        ValueError: Vectors of different lengths, or a D that is negative or not finite.

    Example:
        >>> decay = describe_decay([1, 2, 3, 4], [8.0, 4.0, 2.0, 0.0])
        >>> round(decay.per_step, 6), round(decay.half_distance, 6), round(decay.mean_radius, 3), decay.reach
        (0.5, 1.0, 1.571, 3)
    """
    distances, values = np.asarray(r, dtype=float), np.asarray(sensitivity, dtype=float)
    if distances.shape != values.shape or distances.ndim != 1:
        raise ValueError(f"sensitivity: {values.shape} should have one number for each r, {distances.shape}")
    if not (np.isfinite(values) & (values >= 0)).all():
        raise ValueError("sensitivity: every D should be finite and 0 or more")
    distances, values = distances[distances >= 1], values[distances >= 1]
    heard = values > 0
    if not heard.any():
        return Decay(math.nan, math.nan, math.nan, 0)
    slope = math.nan
    if heard.sum() > 1:
        slope = float(np.polyfit(distances[heard], np.log(values[heard]), 1)[0])
    half = math.nan if math.isnan(slope) else math.log(2) / -slope if slope < 0 else math.inf
    share = values / values.max()  # sums of tiny numbers stay above zero
    radius = float((distances * share).sum() / share.sum())
    return Decay(float(np.exp(slope)), half, radius, int(distances[heard].max()))
