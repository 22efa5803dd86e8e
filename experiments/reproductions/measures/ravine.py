"""Four optimisers on a ravine: a quadratic that is steep across and flat along."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

OPTIMIZERS = ("sgd", "momentum", "rmsprop", "adam")
MOMENTUM = 0.9
RMSPROP_DECAY = 0.99
ADAM_DECAYS = (0.9, 0.999)
EPSILON = 1e-8  # all constants are the defaults of torch.optim


def ravine(steepness: float, angle: float) -> np.ndarray:
    """The matrix M of f(x) = xᵀ M x / 2 with curvature 1 along the ravine and ``steepness`` across.

    Args:
        steepness: The condition number, 1 or more.
        angle: Of the ravine with the first axis, in degrees. At 0 each coordinate has a curvature of its own, which
            RMSProp and Adam can undo one by one; at other angles they cannot.

    Raises:
        ValueError: ``steepness`` under 1.

    Example:
        >>> ravine(30.0, 0.0).tolist()
        [[1.0, 0.0], [0.0, 30.0]]
    """
    if not steepness >= 1:
        raise ValueError(f"steepness: {steepness} should be 1 or more")
    turn = np.radians(angle)
    along = np.array([np.cos(turn), np.sin(turn)])
    across = np.array([-np.sin(turn), np.cos(turn)])
    return np.outer(along, along) + steepness * np.outer(across, across)


def path(matrix: np.ndarray, start: Sequence[float], optimizer: str, rate: float, steps: int) -> np.ndarray:
    """Where an optimiser goes on f(x) = xᵀ M x / 2, whose gradient is M x.

    .. code-block:: text

        sgd       x' = x - η g
        momentum  v' = μ v + g;  x' = x - η v'
        rmsprop   s' = α s + (1 - α) g²;  x' = x - η g / (√s' + ε)
        adam      m' = β₁ m + (1 - β₁) g;  s' = β₂ s + (1 - β₂) g²
                  x' = x - η m' / (1 - β₁ᵗ) / (√(s' / (1 - β₂ᵗ)) + ε)

    Args:
        matrix: M, symmetric (n, n).
        start: The first point (n,).
        optimizer: One of ``OPTIMIZERS``.
        rate: η, above 0.
        steps: 1 or more.

    Returns:
        The points (steps + 1, n), the start first.

    Raises:
        ValueError: An unknown optimiser, a rate that is not above 0, or no step.

    Example:
        >>> path(ravine(2.0, 0.0), (1.0, 1.0), "sgd", 0.5, 2).tolist()
        [[1.0, 1.0], [0.5, 0.0], [0.25, 0.0]]
    """
    if optimizer not in OPTIMIZERS:
        raise ValueError(f"optimizer: {optimizer!r} should be one of {', '.join(OPTIMIZERS)}")
    if not rate > 0:
        raise ValueError(f"rate: {rate} should be above 0")
    if steps < 1:
        raise ValueError(f"steps: {steps} should be 1 or more")
    x = np.asarray(start, dtype=float)
    first, second = np.zeros_like(x), np.zeros_like(x)
    points = [x]
    for t in range(1, steps + 1):
        gradient = matrix @ x
        if optimizer == "sgd":
            step = gradient
        elif optimizer == "momentum":
            first = MOMENTUM * first + gradient
            step = first
        elif optimizer == "rmsprop":
            second = RMSPROP_DECAY * second + (1 - RMSPROP_DECAY) * gradient**2
            step = gradient / (np.sqrt(second) + EPSILON)
        else:
            early, late = ADAM_DECAYS
            first = early * first + (1 - early) * gradient
            second = late * second + (1 - late) * gradient**2
            step = first / (1 - early**t) / (np.sqrt(second / (1 - late**t)) + EPSILON)
        x = x - rate * step
        points.append(x)
    return np.stack(points)


def height(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    """f at points (..., n)."""
    return 0.5 * np.einsum("...i,ij,...j->...", points, matrix, points)


def best_paths(
    *, steepness: float, angle: float, start: Sequence[float], rates: Sequence[float], steps: int
) -> dict[str, Any]:
    """Each optimiser at the rate that brings it lowest, of those given.

    Args:
        steepness, angle: Of the ravine.
        start: The first point.
        rates: Rates to try; the same for all.
        steps: Of each path.

    Returns:
        By optimiser the rate, the points, the height at each of them, and how often the path changed sides across the
        ravine.
    """
    matrix = ravine(steepness, angle)
    found: dict[str, Any] = {}
    for name in OPTIMIZERS:
        with np.errstate(over="ignore", invalid="ignore"):  # too high a rate leaves the ravine for good
            paths = {rate: path(matrix, start, name, rate, steps) for rate in rates}
            ends = {rate: float(height(matrix, points[-1])) for rate, points in paths.items()}
        rate = min((rate for rate in ends if np.isfinite(ends[rate])), key=lambda rate: ends[rate])
        points = paths[rate]
        turn = np.radians(angle)
        side = np.sign(points @ np.array([-np.sin(turn), np.cos(turn)]))
        found[name] = {
            "rate": rate,
            "points": points.tolist(),
            "heights": height(matrix, points).tolist(),
            "crossings": int((side[1:] * side[:-1] < 0).sum()),
        }
    return found
