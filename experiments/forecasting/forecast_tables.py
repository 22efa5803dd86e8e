"""Tables of forecasts: errors over seeds, and what differs between models in pairs of the same seed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.records import RunRecord
from experiments.statistics import bootstrap_interval, interquartile_mean, runs_table
from experiments.tables import digits_needed

LSTM = "lstm"
COLUMNS = (
    "reason",
    "test_error",
    "test_absolute_error",
    "validation_error",
    "skill",
    "best_error",
    "steps",
    "parameters",
    "ms_per_step",
    "seconds_total",
)


def forecast_runs(runs: Sequence[RunRecord]) -> pd.DataFrame:
    """One row a run, with all columns that the tables below read."""
    frame = runs_table(runs)
    return frame.assign(**{column: np.nan for column in COLUMNS if column not in frame})


def differing(frame: pd.DataFrame) -> list[str]:
    """Settings other than model, edges and seed in which runs differ, so that groups are told apart by them."""
    fixed = ("series", "edge_list", "content", "nodes", "times", "device", "threads")
    candidates = [c for c in frame.columns if c.startswith("train.") or c in fixed]
    return [c for c in candidates if frame[c].nunique(dropna=False) > 1]


def summary_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Figures over seeds for each model and its edges, the smallest error first.

    Args:
        frame: From ``forecast_runs``.
    """
    others = differing(frame)
    rows = []
    for key, group in frame.groupby(["model.label", "edges", *others], dropna=False):
        label, edges, *values = key
        ended = group[group["status"] == "ok"]
        error = ended["test_error"].to_numpy(dtype=float)
        absolute = ended["test_absolute_error"].to_numpy(dtype=float)
        digits = digits_needed(error, 4)
        low, high = bootstrap_interval(error)
        middle = f"{interquartile_mean(error):.{digits}f}" if len(error) else "-"
        failed = int((group["status"] == "failed").sum())
        row = {
            "model": label,
            "edges": seen_edges(label, edges),
            "squared error": _mean_and_std(error, digits),
            "IQM": middle + _interval(low, high, f".{digits}f"),
            "skill": _mean_and_std(ended["skill"].dropna().to_numpy(dtype=float), 3),
            "absolute error": _mean_and_std(absolute, digits_needed(absolute, 4)),
            "n": f"{len(ended)}" + (f" ({failed} failed)" if failed else ""),
            "parameters": _median(ended["parameters"], 0),
            "steps": _median(ended["steps"], 0),
            "ms/step": _median(ended["ms_per_step"], 1),
            "seconds": _median(ended["seconds_total"], 1),
        }
        rows.append(
            (error.mean() if len(error) else np.inf, row | {c: f"{v}" for c, v in zip(others, values)})
        )
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def seen_edges(label: str, edges: str) -> str:
    """The edges that a model uses: an LSTM and the baselines have none, whatever their record says.

    Args:
        label: A model, such as ``"gcn-lstm"``.
        edges: Edges of its run: ``"given"`` or ``"shuffled"``.

    Example:
        >>> seen_edges("gcn-lstm", "given"), seen_edges("lstm", "given")
        ('given', 'none')
    """
    return edges if label.startswith(("gcn", "gat")) else "none"


def paired_rows(frame: pd.DataFrame, reference: str = LSTM) -> list[dict[str, Any]]:
    """Each model's squared error minus the reference's on the same series and seed, in percent of the latter.

    Args:
        frame: From ``forecast_runs``.
        reference: Label of a model; its runs on the given edges are compared with.

    Returns:
        One row a model and edges: mean, bootstrap interval, how many pairs are below 0, and n. Empty where the
        reference did not run.
    """
    ended = frame[frame["status"] == "ok"]
    keys = ["seed", *differing(frame)]
    base = ended[(ended["model.label"] == reference) & (ended["edges"] == "given")][[*keys, "test_error"]]
    pairs = ended[ended["model.label"] != reference].merge(base, on=keys, suffixes=("", "_reference"))
    pairs["difference"] = 100 * (pairs["test_error"] / pairs["test_error_reference"] - 1)
    rows = []
    for (label, edges), group in pairs.groupby(["model.label", "edges"]):
        values = group["difference"].to_numpy(dtype=float)
        low, high = bootstrap_interval(values, np.mean)
        rows.append(
            {
                "model": label,
                "reference": reference,
                "edges": seen_edges(label, edges),
                "difference": values.mean(),
                "low": low,
                "high": high,
                "below": int((values < 0).sum()),
                "n": len(values),
            }
        )
    return sorted(rows, key=lambda row: row["difference"])


def text_table(runs: Sequence[RunRecord]) -> str:
    """The summary for the terminal."""
    frame = forecast_runs(runs)
    text = pd.DataFrame(summary_rows(frame)).to_string(index=False)
    best = frame["best_error"].dropna()
    if len(best):
        text += f"\n\nsmallest squared error that any forecast can expect: {best.mean():.5f} (true probabilities known)"
    for row in paired_rows(frame):
        difference = f"{row['difference']:+.1f} %" + _interval(row["low"], row["high"], "+.1f")
        text += (
            f"\n{row['model']} ({row['edges']}): {difference} of the squared error of lstm, "
            f"lower in {row['below']} of {row['n']} seeds"
        )
    return text


def _interval(low: float, high: float, form: str) -> str:
    return "" if np.isnan(low) else f" [{low:{form}}, {high:{form}}]"


def _mean_and_std(values: np.ndarray, digits: int) -> str:
    if len(values) == 0:
        return "-"
    return f"{values.mean():.{digits}f}" + (f" ± {values.std(ddof=1):.{digits}f}" if len(values) > 1 else "")


def _median(values: pd.Series, digits: int) -> str:
    return "-" if values.isna().all() else f"{values.median():,.{digits}f}"
