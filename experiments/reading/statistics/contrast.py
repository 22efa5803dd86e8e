"""Two models, or the same one under two settings, compared over their seeds."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from experiments.core.metric import Metric
from experiments.reading.statistics.intervals import Estimate, paired_t, welch_t
from experiments.reading.statistics.successes import difference_of_successes, is_bimodal

T, WELCH, SUCCESSES = "t", "Welch's t", "successes"
#: What is known of a comparison, beside the names of what is compared.
COLUMNS = (
    *("difference", "low", "high", "effect", "below", "n", "n_base", "failed", "test", "p"),
    *("error", "freedom", "spread", "successes", "base_successes", "scale"),
)


def contrast(
    values: np.ndarray,
    base: np.ndarray,
    metric: Metric,
    *,
    paired: bool,
    relative: bool = False,
    floor: float = 0.0,
) -> dict[str, Any]:
    """The difference of two groups of runs, with what a verdict needs.

    Means are compared by Student's t over pairs, or by Welch's t. Where runs of the two together are of two kinds, some
    far below the border of success and some above it, shares of successes are compared in place of means.

    Args:
        values: Scores of the group in question; NaN for a run that failed.
        base: Scores of what it is compared with; where runs are pairs, in the same order.
        metric: What they are scores of.
        paired: Whether runs are pairs.
        relative: The difference is in percent of what it is compared with.
        floor: What one test example is worth.

    Returns:
        ``difference`` of the means with its 95 % interval ``low``, ``high`` (NaN where successes are compared);
        ``effect``, in standard deviations of one difference (Cohen's d), or the difference of success rates; ``below``,
        how many pairs are below zero; ``n`` and ``n_base``; ``failed``, runs of either without a score; ``test``,
        ``t``, ``Welch's t`` or ``successes``, and its two-sided ``p``; ``scale``, how much of the metric one unit of
        the difference is; and what equivalence and power rest on.
    """
    there, there_base = ~np.isnan(values), ~np.isnan(base)
    known = there & there_base if paired else there
    known_base = known if paired else there_base
    x, y = values[known], base[known_base]
    scale = 1.0
    differences = x - y if paired else np.array([])
    if relative:
        with np.errstate(divide="ignore", invalid="ignore"):
            differences = 100 * differences / y
        differences = differences[np.isfinite(differences)]  # nothing is a percentage of 0
        scale = float(y.mean()) / 100 if len(y) else 1.0
    if not len(x) or not len(y) or (paired and not len(differences)):
        estimate = Estimate(np.nan)
    else:
        estimate = paired_t(differences, floor=floor) if paired else welch_t(y, x, floor=floor)
    low, high = estimate.interval
    found = {
        "difference": estimate.mean,
        "low": low,
        "high": high,
        "effect": estimate.mean / estimate.spread if estimate.spread else np.nan,
        "below": int((differences < 0).sum()),
        "n": len(differences) if paired else len(x),
        "n_base": len(differences) if paired else len(y),
        "failed": int((~there).sum() + (~there_base).sum()),
        "test": T if paired else WELCH,
        "p": estimate.p,
        "error": estimate.error,
        "freedom": estimate.freedom,
        "spread": estimate.spread,
        "successes": _successes(values, metric),
        "base_successes": _successes(base, metric),
        "scale": scale,
    }
    if not relative and is_bimodal(np.concatenate([values, base]), metric.success):
        return found | _by_successes(found, len(values), len(base))
    return found


def _by_successes(found: dict[str, Any], runs: int, base_runs: int) -> dict[str, Any]:
    """The same with successes in place of means; a run that failed has none."""
    hits, base_hits = found["successes"], found["base_successes"]
    return {
        "low": np.nan,
        "high": np.nan,
        "n": runs,
        "n_base": base_runs,
        "effect": hits / runs - base_hits / base_runs,
        "test": SUCCESSES,
        "p": difference_of_successes(hits, runs, base_hits, base_runs),
    }


def _successes(values: np.ndarray, metric: Metric) -> int:
    return 0 if metric.success is None else int((values >= metric.success).sum())


def resolution(frame: pd.DataFrame, key: str) -> float:
    """What one test example is worth: equal accuracies of a few seeds do not mean that there is no spread."""
    sizes = [
        frame[c].min()
        for c in ("train.test_size", "test_nodes", "test_documents")
        if c in frame and frame[c].notna().any()
    ]
    return 1 / float(min(sizes)) if sizes and key.endswith("accuracy") else 0.0
