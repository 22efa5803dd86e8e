"""Hidden sizes that meet a budget of parameters."""

from __future__ import annotations

from collections.abc import Callable

TOLERANCE = 0.05  # a model's parameters come this close to the budget, or the comparison is refused


def closest_size(count: Callable[[int], int], budget: int, step: int, what: str) -> int:
    """The hidden size whose number of parameters comes closest to a budget.

    Args:
        count: Parameters by hidden size; grows with it.
        budget: Parameters wanted.
        step: Sizes are multiples of this.
        what: Which model it is, for the message.

    Raises:
        ValueError: No size comes within ``TOLERANCE`` of the budget.

    Example:
        >>> closest_size(lambda hidden: 4 * hidden * hidden, 10_000, 1, "a square")
        50
    """
    hidden = _bisect(count, budget, step)
    best = min((hidden, hidden + step), key=lambda size: abs(count(size) - budget))
    if abs(count(best) - budget) > TOLERANCE * budget:
        raise ValueError(
            f"budget: {budget} parameters cannot be met within {TOLERANCE:.0%} by {what}; "
            f"the nearest is {count(best)} with {best} hidden units"
        )
    return best


def _bisect(count: Callable[[int], int], budget: int, step: int) -> int:
    """The largest multiple of ``step`` whose count does not exceed the budget (``step`` at least)."""
    low, high = 1, 2
    while count(high * step) <= budget:
        low, high = high, high * 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if count(middle * step) <= budget else (low, middle)
    return low * step
