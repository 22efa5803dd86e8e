"""Rows of tables for people, as text: summaries, paired differences, reach, models, two folders."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from experiments.reading.folder_comparison import FolderComparison
from experiments.reading.plots import natural
from experiments.reading.statistics import METRIC, SUCCESS, setting_columns, task_columns
from experiments.reading.table_formats import aligned, markdown

_WORDS = {
    "length": "T",
    "dataset": "data set",
    "model.name": "model",
    "corpus.name": "corpus",
    "corpus.text": "text",
}
_FIGURES = frozenset(
    {"n", "failed", "parameters", "hidden", "mean", "std", "iqm", "iqm_low", "iqm_high", "success"}
)
_FIGURES |= {"steps", "ms_per_step", "seconds"}


def _number(value: float, digits: int = 3) -> str:
    return "-" if pd.isna(value) else f"{value:.{digits}f}"


def heading(column: str) -> str:
    """What a column of a table is called before people.

    Example:
        >>> heading("train.learning_rate"), heading("length")
        ('learning rate', 'T')
    """
    return _WORDS.get(column, column.removeprefix("train.").removeprefix("model.").replace("_", " "))


def summary_rows(
    summary: pd.DataFrame, paired: pd.DataFrame | None = None, metric: str = METRIC
) -> list[dict[str, str]]:
    """Rows of the summary as text, models in natural order; a column for every setting that differs.

    Args:
        summary: From ``summarize``.
        paired: From ``paired_differences``; adds columns of the difference and of the number of pairs.
        metric: What both are of.
    """
    keys = [c for c in summary.columns if c not in _FIGURES]
    tasks = [c for c in keys[1:] if c in task_columns(summary)]
    order = sorted(
        summary.index, key=lambda i: (natural(summary["model.name"][i]), [summary[c][i] for c in tasks], i)
    )
    differences = {} if paired is None else _differences(paired, keys)
    rows = []
    for i in order:
        row = summary.loc[i]
        cells = _summary_row(row, metric)
        # A setting such as the most steps of a run must not take the place of the steps taken.
        place = {heading(c) if heading(c) not in cells else c: shown(row[c]) for c in keys[1:]}
        if paired is not None:
            nothing = {"difference": "-", "pairs": "0"}
            cells |= differences.get(tuple(shown(row[c]) for c in keys), nothing)
        rows.append({"model": row["model.name"], **place, **cells})
    return rows


def _summary_row(row: pd.Series, metric: str) -> dict[str, str]:
    std = "" if pd.isna(row["std"]) else f" ± {row['std']:.3f}"
    return {
        "parameters": "-" if pd.isna(row["parameters"]) else f"{row['parameters']:,.0f}",
        "accuracy" if metric == METRIC else f"mean {metric.replace('_', ' ')}": _number(row["mean"]) + std,
        "IQM": _number(row["iqm"]) + _interval(row["iqm_low"], row["iqm_high"]),
        "success": _number(row["success"], 2),
        "n": f"{row['n']}" + (f" ({row['failed']} failed)" if row["failed"] else ""),
        "steps": _number(row["steps"], 0),
        "ms/step": _number(row["ms_per_step"], 2),
    }


def _differences(paired: pd.DataFrame, keys: list[str]) -> dict[tuple[str, ...], dict[str, str]]:
    """Cells of the paired differences, by the group they belong to."""
    columns = ["model", *keys[1:]]
    return {
        tuple(shown(row[c]) for c in columns): {
            "difference": f"{row['difference']:+.3f}" + _interval(row["low"], row["high"], sign="+"),
            "pairs": f"{row['n']}",
        }
        for _, row in paired.iterrows()
    }


def _interval(low: float, high: float, sign: str = "") -> str:
    return "" if pd.isna(low) else f" [{low:{sign}.3f}, {high:{sign}.3f}]"


def paired_rows(paired: pd.DataFrame) -> list[dict[str, str]]:
    """Paired differences as text, models in natural order.

    Args:
        paired: From ``paired_differences``.
    """
    keys = [c for c in paired.columns if c not in ("difference", "low", "high", "n")]
    order = sorted(paired.index, key=lambda i: (natural(paired["model"][i]), i))
    return [
        {heading(c): shown(paired[c][i]) for c in keys}
        | {
            "difference": f"{paired['difference'][i]:+.3f}",
            "interval": _interval(paired["low"][i], paired["high"][i], sign="+").strip() or "-",
            "n": f"{paired['n'][i]}",
        }
        for i in order
    ]


def text_summary(summary: pd.DataFrame) -> str:
    """The summary as aligned columns for a terminal; accuracy is mean ± standard deviation on test."""
    return aligned([{c: v for c, v in row.items() if c != "IQM"} for row in summary_rows(summary)])


def markdown_summary(summary: pd.DataFrame) -> str:
    """The summary as a Markdown table."""
    return markdown(summary_rows(summary))


def comparison_rows(comparison: FolderComparison) -> list[dict[str, str]]:
    """Groups of two folders as text, models in natural order."""
    groups = comparison.groups
    always = ("model.name", "length", "dataset")
    keys = [c for c in comparison.keys if c in always or groups[c].nunique(dropna=False) > 1]
    order = sorted(groups.index, key=lambda i: (natural(groups["model.name"][i]), i))
    return [_comparison_row(groups.loc[i], keys) for i in order]


def _comparison_row(row: pd.Series, keys: list[str]) -> dict[str, str]:
    n = f"{row['n']}" if row["how"] == "paired" else f"{row['n']}, {row['n_second']}"
    return {heading(c): shown(row[c]) for c in keys} | {
        "A": f"{row['first']:.4g}",
        "B": f"{row['second']:.4g}",
        "B - A": f"{row['difference']:+.3g}",
        "interval": "-" if pd.isna(row["low"]) else f"[{row['low']:+.3g}, {row['high']:+.3g}]",
        "n": n,
        "runs": row["how"],
        "p (Holm)": "-" if pd.isna(row["p_holm"]) else f"{row['p_holm']:.2g}",
        "verdict": row["verdict"],
    }


def reach_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """For each graph model and length: hops, layers, the answer's share, accuracy, and what a failure is called.

    Args:
        frame: From ``runs_table``; runs whose answer has no fixed node are left out.
    """
    graphs = frame[(frame["status"] == "ok") & frame["in_reach"].notna()]
    settings = setting_columns(graphs)
    rows = []
    for (label, length, *values), group in graphs.groupby(["model.name", "length", *settings], dropna=False):
        first, accuracy = group.iloc[0], group["test_accuracy"].mean()
        rows.append(
            {
                "model": label,
                "length": length,
                "settings": {heading(c): shown(value) for c, value in zip(settings, values)},
                "hops": "no path" if pd.isna(first["hops"]) else f"{first['hops']:.0f}",
                "layers": f"{first['model.layers']:.0f}",
                "share": _share(first["answer_share"]),
                "accuracy": f"{accuracy:.3f}",
                "verdict": _verdict(bool(first["in_reach"]), accuracy, first["chance"]),
            }
        )
    return sorted(rows, key=lambda row: (natural(row["model"]), row["length"]))


def _share(value: float) -> str:
    return "0" if value == 0 else np.format_float_positional(value, precision=2, fractional=False, trim="-")


def _verdict(in_reach: bool, accuracy: float, chance: float) -> str:
    if accuracy >= SUCCESS:
        return "learned"
    if not in_reach:
        return "out of reach (under-reaching)"
    if accuracy <= chance + 0.05:
        return "in reach, not heard (over-squashing)"
    return "in reach, partly learned"


def model_rows(frame: pd.DataFrame) -> tuple[list[str], list[list[str]]]:
    """What each model is: headings, and a row a model with every declared setting; "-" where it has none.

    Args:
        frame: From ``runs_table``.
    """
    columns = [c for c in frame.columns if c.startswith("model.")]
    first = frame.drop_duplicates("model.name").sort_values(
        "model.name", key=lambda names: names.map(natural)
    )
    hidden = frame.groupby("model.name")["hidden"].agg(_range)
    rows = [[shown(row[c]) for c in columns] + [hidden[row["model.name"]]] for _, row in first.iterrows()]
    return [c.removeprefix("model.").replace("_", " ") for c in columns] + ["hidden size"], rows


def shown(value: Any) -> str:
    """A value of a setting as text.

    Example:
        >>> shown(True), shown(0.003), shown(2.0), shown(float("nan"))
        ('yes', '0.003', '2', '-')
    """
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if pd.isna(value):
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)


def digits_needed(values: Any, significant: int) -> int:
    """Digits after the point that show the values to so many significant digits, whatever their unit.

    Args:
        values: Numbers of about one size; their median decides.
        significant: How many digits, leading zeros not counted.

    Example:
        >>> digits_needed([0.0364, 0.0412], 4), digits_needed([120503.6], 4)
        (5, 0)
    """
    sizes = np.abs(np.asarray(values, dtype=float))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    return (
        0 if not len(sizes) else max(0, min(12, significant - 1 - int(np.floor(np.log10(np.median(sizes))))))
    )


def _range(values: pd.Series) -> str:
    low, high = values.min(), values.max()
    if pd.isna(low):
        return "-"
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
