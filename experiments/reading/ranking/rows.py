"""A ranking as rows of tables: text for people, numbers for programs."""

from __future__ import annotations

import math

import pandas as pd

from experiments.reading.ranking.ranking import Ranking, Standing
from experiments.reading.table_formats import interval, number
from experiments.reading.tables import Rows, form_of


def score_rows(ranking: Ranking) -> Rows:
    """A row per model: its mean on each task, mean rank, interquartile mean with interval, success, n."""
    scores = ranking.scores
    metric, form = scores.metric, form_of(scores.metric, scores.means)
    rows: Rows = []
    for one in ranking.standings:
        cells = {"model": one.model}
        cells |= {
            task: f"{metric.scale * mean:{form}}" for task, mean in zip(scores.tasks, scores.means[one.place])
        }
        cells["mean rank"] = f"{one.mean_rank:.2f}"
        low, high = metric.scale * one.low, metric.scale * one.high
        cells["IQM"] = f"{metric.scale * one.iqm:{form}}" + interval(low, high, form)
        if not math.isnan(one.success):
            cells["success"] = f"{one.success:.2f}" + interval(one.success_low, one.success_high, ".2f")
        rows.append(cells | {"n": _counted(ranking, one)})
    return rows


def _counted(ranking: Ranking, one: Standing) -> str:
    lost = {"failed": ranking.scores.failed, "unfinished": ranking.scores.unfinished}
    words = [f"{len(names[one.model])} {word}" for word, names in lost.items() if one.model in names]
    return f"{one.n}" + (f" ({', '.join(words)})" if words else "")


def improvement_rows(ranking: Ranking) -> Rows:
    """A row for each model but the baseline: the probability that a run of it is better, and where its mean is."""
    tasks = len(ranking.scores.tasks)
    return [
        {
            "model": one.model,
            f"P(better than {ranking.baseline})": number(one.probability, ".2f"),
            "interval": interval(one.low, one.high, ".2f").strip(),
            "tasks ahead": f"{one.ahead} of {tasks}",
        }
        for one in ranking.improvements
    ]


def unrounded(ranking: Ranking) -> pd.DataFrame:
    """The same numbers in one table, a row per model; a metric is in the unit of the records."""
    scores = ranking.scores
    against = {one.model: one for one in ranking.improvements}
    rows = []
    for one in ranking.standings:
        other = against.get(one.model)
        rows.append(
            {
                "model": one.model,
                "mean_rank": one.mean_rank,
                "iqm": one.iqm,
                "iqm_low": one.low,
                "iqm_high": one.high,
                "success": one.success,
                "success_low": one.success_low,
                "success_high": one.success_high,
                "n": one.n,
                "failed": len(scores.failed.get(one.model, ())),
                "unfinished": len(scores.unfinished.get(one.model, ())),
                "baseline": ranking.baseline,
                "improvement": other.probability if other else math.nan,
                "improvement_low": other.low if other else math.nan,
                "improvement_high": other.high if other else math.nan,
                **dict(zip(scores.tasks, scores.means[one.place])),
            }
        )
    return pd.DataFrame(rows)
