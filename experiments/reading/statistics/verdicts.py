"""From differences to words: better, worse, equivalent, or not shown, at a level that holds for a whole page."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from experiments.core.metric import Metric
from experiments.reading.statistics.contrast import SUCCESSES, WELCH
from experiments.reading.statistics.intervals import CONFIDENCE, LEVEL, Estimate
from experiments.reading.statistics.power import seeds_for_mean, seeds_for_successes

BETTER, WORSE, EQUIVALENT, NOT_SHOWN, TOO_FEW = (
    *("better", "worse", "equivalent", "not shown", "too few seeds"),
)
SPARED = "not judged"  # a model as given, where the same model tuned stands beside it
VERDICTS = (BETTER, WORSE, EQUIVALENT, NOT_SHOWN, TOO_FEW)
LEAST_SEEDS = 3  # with two, an interval says nearly nothing


def holm(values: Sequence[float]) -> list[float]:
    """P values after Holm's correction; NaN stays NaN and is not counted.

    Holm, "A simple sequentially rejective multiple test procedure" (1979).

    Example:
        >>> holm([0.01, 0.04, 0.03])
        [0.03, 0.06, 0.06]
    """
    order = sorted((i for i, p in enumerate(values) if not math.isnan(p)), key=lambda i: values[i])
    adjusted, largest = [math.nan] * len(values), 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(order) - rank) * values[i]))
        adjusted[i] = largest
    return adjusted


def judge(
    comparisons: pd.DataFrame, metric: Metric, *, equivalent: float | None = None, families: int = 1
) -> pd.DataFrame:
    """The comparisons with their verdicts. All that a page says of differences is judged at once.

    The chance of even one false ``better`` or ``worse`` on a page is at most 5 %, and so is that of a false
    ``equivalent``.

    Args:
        comparisons: Rows of ``contrast``.
        metric: Which way is better.
        equivalent: A difference of the metric that the user would call none; None for no such region.
        families: Into how many such calls a page is divided; each gets its share of the level.

    Returns:
        With the columns ``p_holm``; ``verdict``; and, for differences that are not shown, ``seen``, a difference, and
        ``seeds``, about how many seeds it needs (NaN for more than a thousand, or where nothing is known of spread).
    """
    rows = comparisons.to_dict("records")
    decided = decide(rows, metric, equivalent=equivalent, families=families)
    level = LEVEL / families / max(1, judged_count([verdict for verdict, _ in decided]))
    needed = [
        _needed(row, equivalent, level) if verdict == NOT_SHOWN else (math.nan, None)
        for row, (verdict, _) in zip(rows, decided)
    ]
    return comparisons.assign(
        p_holm=[p for _, p in decided],
        verdict=[verdict for verdict, _ in decided],
        seen=[wanted for wanted, _ in needed],
        seeds=[math.nan if n is None else n for _, n in needed],
    )


def decide(
    rows: Sequence[dict[str, Any]], metric: Metric, *, equivalent: float | None = None, families: int = 1
) -> list[tuple[str, float]]:
    """The verdict of each comparison, and its p value after Holm's correction; see ``judge``.

    Where models were tuned, those are what is compared: rows of the same models as given stand beside them unjudged.
    """
    level = LEVEL / families
    tuned = any(isinstance(row.get("tuned"), str) and row["tuned"] != "no" for row in rows)
    spared = [tuned and row.get("tuned") == "no" for row in rows]
    known = [min(row["n"], row["n_base"]) >= LEAST_SEEDS and not left for row, left in zip(rows, spared)]
    p = holm([row["p"] if enough else math.nan for row, enough in zip(rows, known)])
    outside = holm(
        [_p_equivalent(row, equivalent) if enough else math.nan for row, enough in zip(rows, known)]
    )
    return [
        (
            _verdict(row, p[i], outside[i], metric, level) if known[i] else SPARED if spared[i] else TOO_FEW,
            p[i],
        )
        for i, row in enumerate(rows)
    ]


def judged_count(verdicts: Iterable[str]) -> int:
    """How many of them say something."""
    return sum(verdict not in (TOO_FEW, SPARED) for verdict in verdicts)


def judge_together(
    parts: Sequence[pd.DataFrame], metric: Metric, *, equivalent: float | None = None, families: int = 1
) -> list[pd.DataFrame]:
    """Several tables of one page, judged as one."""
    if not parts:
        return []
    whole = pd.concat([part.reset_index(drop=True) for part in parts], ignore_index=True)
    verdicts = judge(whole, metric, equivalent=equivalent, families=families)
    found, first = [], 0
    for part in parts:
        own = verdicts.iloc[first : first + len(part)].reset_index(drop=True)[
            [*part.columns, *("p_holm", "verdict", "seen", "seeds")]
        ]
        own.attrs = part.attrs
        found.append(own)
        first += len(part)
    return found


def _verdict(row: dict[str, float], p: float, outside: float, metric: Metric, level: float) -> str:
    if outside <= level:
        return EQUIVALENT
    if not p <= level:
        return NOT_SHOWN
    # More successes are better, whatever the metric.
    better = row["effect"] > 0 if row["test"] == SUCCESSES else metric.better(row["difference"])
    return BETTER if better else WORSE


def _p_equivalent(row: dict[str, float], region: float | None) -> float:
    # Where runs failed, those that ended say nothing of the model as a whole.
    if region is None or row["test"] == SUCCESSES or row["failed"] or math.isnan(row["error"]):
        return math.nan
    return Estimate(row["difference"], row["error"], row["freedom"]).p_outside(region / row["scale"])


def _needed(row: dict[str, float], region: float | None, level: float) -> tuple[float, int | None]:
    """A difference that was not shown, and about how many seeds it needs."""
    if row["test"] == SUCCESSES:
        rates = row["successes"] / row["n"], row["base_successes"] / row["n_base"]
        return row["effect"], seeds_for_successes(*rates, level)
    wanted = abs(row["difference"]) if region is None else region / row["scale"]
    if wanted == 0 or not row["spread"] > 0:
        return wanted, None
    return wanted, seeds_for_mean(wanted, row["spread"], level, paired=row["test"] != WELCH)


def meaning(count: int, metric: Metric, *, equivalent: float | None = None, families: int = 1) -> str:
    """What the words of a table of differences mean, for the text beside it.

    Args:
        count: How many differences are judged; see ``judged_count``.
        metric: What they are of.
        equivalent, families: As for ``judge``.
    """
    level = 100 * LEVEL / families
    text = (
        f"Intervals are of Student's t, {100 * CONFIDENCE:.0f} % each for its row alone; where scores "
        "count test examples, their spread is taken as at least one of them; the effect is Cohen's d, the "
        "difference in standard deviations of one pair; below 0 counts the pairs with a negative one. Where some runs "
        "learn the task and others stay far below, shares of successes are compared, and not means (Boschloo's exact "
        "test), and the effect is their difference. Verdicts rest on p after Holm's correction over the "
        f"{count} rows: the chance of even one false better or worse among them is at most {level:.3g} %. Not shown "
        "does not mean equal: beside it stands how many seeds that difference needs, with this spread, to be found in "
        "four of five cases. Below three seeds there is no verdict. Models as given are not judged where the same "
        "models tuned stand beside them."
    )
    if equivalent is not None:
        shown = f"{metric.scale * equivalent:g} {metric.unit}".strip()
        text += f" Equivalent means that the difference is shown to be below {shown}, at the same level."
    return text
