"""What a run can be judged by."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

from experiments.core.written.kinds import check_fields


@dataclass(frozen=True)
class Metric:
    """A number of ``result.json``.

    Args:
        key: Its name there, such as ``test_accuracy``.
        title: What tables and axes call it.
        lower_is_better: Whether a smaller number is the better one.
        digits: After the point; None for as many as the size of the numbers needs.
        scale: What it is multiplied with before people see it; 100 with the unit ``%``.
        unit: Behind the title.
        success: A run that reaches this has learned its task; None where there is no such border.
        least, most: What it can be: the interval of a mean ends there. None for no bound.
    """

    key: str
    title: str
    lower_is_better: bool = False
    digits: int | None = 3
    scale: float = 1.0
    unit: str = ""
    success: float | None = None
    least: float | None = None
    most: float | None = None

    def __post_init__(self) -> None:
        check_fields(self)

    @property
    def curve(self) -> str:
        """Its column in ``curve.csv``, of the validation part."""
        return self.key.replace("test_", "validation_")

    @property
    def heading(self) -> str:
        """Title and unit."""
        return f"{self.title} {self.unit}".strip()

    def better(self, difference: float) -> bool:
        """Whether such a difference is an improvement."""
        return difference < 0 if self.lower_is_better else difference > 0


def check_equivalent(region: float | None, metric: Metric | None = None) -> None:
    """Raise a ValueError unless a region of equivalence is None, or a number above 0 in the unit that records have.

    Args:
        region: A difference that would be none to the user; of percents 0.005 for half a percent.
        metric: What it is a difference of, where that is known.
    """
    if region is None:
        return
    if not (math.isfinite(region) and region > 0):
        raise ValueError(f"equivalent: {region:g} should be a number above 0")
    if metric is not None and metric.unit == "%" and region >= 1:
        raise ValueError(f"equivalent: {region:g} should be a share below 1; half a percent is 0.005")


LOWER_IS_BETTER = ("loss", "error", "bits", "seconds", "ms_per_step", "steps", "parameters")


def metric_of(key: str, known: tuple[Metric, ...] = ()) -> Metric:
    """The metric of that key: one that an experiment declares, or one guessed from the name.

    Example:
        >>> metric_of("test_loss").lower_is_better
        True
    """
    declared = next((metric for metric in known if metric.key == key), None)
    return declared or Metric(key, key.replace("_", " "), key.endswith(LOWER_IS_BETTER), digits=None)


@dataclass(frozen=True)
class Published:
    """A figure that a paper reports, to stand beside ours.

    Args:
        model: What we call the model.
        metric: Key of the metric.
        mean: In our scale: an accuracy in 0..1.
        source: Paper and table.
        std: Standard deviation; None where the paper gives none.
        runs: How many; None where the paper does not say.
        task: Values of the task's columns that it belongs to, such as ``{"dataset": "cora"}``.
        note: What is different there.
    """

    model: str
    metric: str
    mean: float
    source: str
    std: float | None = None
    runs: int | None = None
    task: dict[str, Any] = field(default_factory=dict)
    note: str = ""
