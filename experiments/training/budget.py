"""Hidden sizes that meet a budget of parameters."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable

from torch import nn

TOLERANCE = 0.05  # a model's parameters come this close to the budget, or the comparison is refused
MOST_HIDDEN = 1 << 20


def count_parameters(model: nn.Module) -> int:
    """Trainable parameters."""
    return sum(p.numel() for p in model.parameters() if p.requires_grad)


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
    if count(step) == count(64 * step):
        raise ValueError(
            f"budget: {what} has {count(step)} parameters whatever hidden is; let its layers be as wide as hidden "
            "says, or set fixed = True on it, to compare it as it is"
        )
    most = 1
    while most < MOST_HIDDEN and count(most * step) <= budget:
        most *= 2  # no further than needed: a model that has to be made to be counted would fill the memory
    above = bisect_right(range(1, most), budget, key=lambda steps: count(steps * step)) + 1
    sizes = [steps * step for steps in (above - 1, above) if steps > 0]
    best = min(sizes, key=lambda size: abs(count(size) - budget))
    if abs(count(best) - budget) > TOLERANCE * budget:
        raise ValueError(
            f"budget: {budget} parameters cannot be met within {TOLERANCE:.0%} by {what}; "
            f"the nearest is {count(best)} with {best} hidden units"
        )
    return best
