"""Tables for people: the terminal's, the report's, and Markdown."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from experiments.plots import natural
from experiments.statistics import SUCCESS

HEADINGS = ("model", "T", "parameters", "accuracy", "IQM", "success", "n", "steps", "ms/step")


def _number(value: float, digits: int = 3) -> str:
    return "-" if pd.isna(value) else f"{value:.{digits}f}"


def summary_rows(summary: pd.DataFrame) -> list[dict[str, Any]]:
    """Rows of the summary as text, models in natural order."""
    others = [c for c in summary.columns if c.startswith("train.") or c in ("device", "threads")]
    order = sorted(summary.index, key=lambda i: (natural(summary["model.name"][i]), summary["length"][i]))
    return [_summary_row(summary.loc[i], others) for i in order]


def _summary_row(row: pd.Series, others: list[str]) -> dict[str, Any]:
    std = "" if pd.isna(row["std"]) else f" ± {row['std']:.3f}"
    interval = "" if pd.isna(row["iqm_low"]) else f" [{row['iqm_low']:.3f}, {row['iqm_high']:.3f}]"
    return {
        "model": row["model.name"],
        "T": f"{row['length']}",
        "parameters": "-" if pd.isna(row["parameters"]) else f"{row['parameters']:,.0f}",
        "accuracy": _number(row["mean"]) + std,
        "IQM": _number(row["iqm"]) + interval,
        "success": _number(row["success"], 2),
        "n": f"{row['n']}" + (f" ({row['failed']} failed)" if row["failed"] else ""),
        "steps": _number(row["steps"], 0),
        "ms/step": _number(row["ms_per_step"], 2),
        **{name: f"{row[name]}" for name in others},
    }


def text_summary(summary: pd.DataFrame) -> str:
    """The summary as aligned columns for a terminal; accuracy is mean ± standard deviation on test."""
    rows = summary_rows(summary)
    columns = [c for c in rows[0] if c != "IQM"]
    widths = {c: max(len(c), *(len(row[c]) for row in rows)) for c in columns}

    def line(row: dict[str, str]) -> str:
        cells = (row[c].ljust(widths[c]) if c == "model" else row[c].rjust(widths[c]) for c in columns)
        return "  ".join(cells).rstrip()

    head = line({c: c for c in columns})
    return "\n".join([head, "-" * len(head), *(line(row) for row in rows)])


def markdown_summary(summary: pd.DataFrame) -> str:
    """The summary as a Markdown table."""
    rows = summary_rows(summary)
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return "\n".join(lines + ["| " + " | ".join(row[c] for c in columns) + " |" for row in rows])


def reach_rows(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """For each graph model and length: hops, layers, the answer's share, accuracy, and what a failure is called.

    Args:
        frame: From ``runs_table``; runs whose answer has no fixed node are left out.
    """
    graphs = frame[(frame["status"] == "ok") & frame["in_reach"].notna()]
    rows = []
    for (label, length), group in graphs.groupby(["model.name", "length"]):
        first, accuracy = group.iloc[0], group["test_accuracy"].mean()
        rows.append(
            {
                "model": label,
                "length": length,
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
    rows = [[_setting(row[c]) for c in columns] + [hidden[row["model.name"]]] for _, row in first.iterrows()]
    return [c.removeprefix("model.").replace("_", " ") for c in columns] + ["hidden size"], rows


def _setting(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if pd.isna(value):
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _range(values: pd.Series) -> str:
    low, high = values.min(), values.max()
    if pd.isna(low):
        return "-"
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"
