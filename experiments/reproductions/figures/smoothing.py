"""Smoothing of curves for figures. Records are never smoothed."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

Smoothing = Callable[[np.ndarray], np.ndarray]


def running_mean(values: Sequence[float] | np.ndarray, window: int) -> np.ndarray:
    """The mean of each value and the ``window - 1`` before it.

    At the beginning, where fewer are there, it is the mean of those that are. The curve lags behind by half a window;
    nothing in it looks ahead.

    Args:
        values: A curve (N,).
        window: How many values, 1 or more; 1 changes nothing.

    Raises:
        ValueError: ``window`` is no whole number from 1 on, or ``values`` are not one row.

    Example:
        >>> running_mean([0.0, 2.0, 4.0, 6.0], 3).tolist()
        [0.0, 1.0, 2.0, 4.0]
    """
    values = _curve(values, window)
    ends = np.arange(1, len(values) + 1)
    return _means(values, np.maximum(ends - window, 0), ends)


def box_filter(values: Sequence[float] | np.ndarray, window: int) -> np.ndarray:
    """The mean of a window of ``window`` values around each value.

    An even window reaches one value further back than ahead. At both ends the window is cut off, and the mean is of
    the values that are left, so that the curve keeps its length and is not pulled towards zero.

    Args:
        values: A curve (N,).
        window: How many values, 1 or more; 1 changes nothing.

    Raises:
        ValueError: ``window`` is no whole number from 1 on, or ``values`` are not one row.

    Example:
        >>> box_filter([0.0, 2.0, 4.0, 6.0], 3).tolist()
        [1.0, 2.0, 4.0, 5.0]
    """
    values = _curve(values, window)
    places = np.arange(len(values))
    ends = np.minimum(places + (window - 1) // 2 + 1, len(values))
    return _means(values, np.maximum(places - window // 2, 0), ends)


def _curve(values: Sequence[float] | np.ndarray, window: int) -> np.ndarray:
    if isinstance(window, bool) or not isinstance(window, (int, np.integer)) or window < 1:
        raise ValueError(f"window: {window!r} should be a whole number, 1 or more")
    curve = np.asarray(values, dtype=float)
    if curve.ndim != 1:
        raise ValueError(f"values: should be one row of numbers, have shape {curve.shape}")
    return curve


def _means(values: np.ndarray, starts: np.ndarray, ends: np.ndarray) -> np.ndarray:
    """Mean of values[start:end] for each pair; one window at a time, so that a NaN spoils no window beyond it."""
    return np.array([values[start:end].mean() for start, end in zip(starts, ends)], dtype=float)
