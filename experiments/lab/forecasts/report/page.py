"""The page of a results folder of forecasts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from experiments.core.catalogue import EXPERIMENTS
from experiments.lab.forecasts.report.plots import plot_error_curves, plot_errors, plot_gain
from experiments.lab.forecasts.report.tables import (
    best_errors,
    forecast_runs,
    gains_of_edges,
    paired_rows,
    parts,
    summary_rows,
)
from experiments.lab.forecasts.settings import BASELINES, EPIDEMIC
from experiments.reading.page import figure_entry, pictures, render
from experiments.reading.run_section import read_curves, run_section
from experiments.reading.statistics import CONFIDENCE
from experiments.records.records import RunRecord


def forecast_page(runs: list[RunRecord], out: Path) -> str:
    """The page: errors of every seed, paired differences, what the edges gave, curves, every run."""
    frame = forecast_runs(runs)
    paired = paired_rows(frame)
    ended = bool((frame["status"] == "ok").any())
    curves = read_curves(runs, "error")
    context = {
        "title": "forecast",
        "question": EXPERIMENTS["forecast"].question,
        "own_data": own_data(frame),
        "simulated": set(frame["series"]) == {EPIDEMIC},
        "summary": summary_rows(frame),
        "findings": [finding(row) for row in _hybrids(frame)],
        "paired": paired,
        "confidence": CONFIDENCE,
        "best": best_errors(frame),
        "figures": _figures(frame, runs, paired, curves) if ended else [],
        "pictures": pictures(out),
        "settings": _values(frame, "train."),
        "data": _values(frame, "series", "edge_list", "content", "node_count", "edge_count", "time_count"),
        "machine": _values(frame, "environment."),
        **run_section(frame, curves, out, model="model.label"),
    }
    return render("forecast.html.j2", context)


def own_data(frame: pd.DataFrame) -> list[str]:
    """What each series of the user's own is, in a sentence; nothing where the epidemic alone is forecast.

    Args:
        frame: From ``forecast_tables.forecast_runs``.
    """
    lines = []
    own = frame[frame["series"] != EPIDEMIC]
    for (series, edge_list, _), group in own.groupby(["series", "edge_list", "content"], sort=False):
        ended = group[group["status"] == "ok"]
        line = f"Your series {Path(series).name}, on the graph of {Path(edge_list).name}"
        if len(ended):
            nodes, edges, times = (int(ended[c].iloc[0]) for c in ("node_count", "edge_count", "time_count"))
            line += f": {nodes:,} nodes, {edges:,} edges, {times:,} time steps"
        horizons = sorted(group["train.horizon"].unique())
        if horizons != [1]:
            line += f"; forecast {', '.join(map(str, horizons))} steps ahead"
        lines.append(f"{line}.")
    if lines and len(own) < len(frame):
        lines.append("Beside it, a simulated epidemic.")
    return lines


def _hybrids(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Each model that is both against its halves, an LSTM and graph layers, and against itself on shuffled edges."""
    rows = [row for row in paired_rows(frame) if row["model"].endswith("-lstm")]
    for half in ("gcn-last", "gcn", "gat-last", "gat"):
        both = f"{half.removesuffix('-last')}-lstm"
        rows += [row for row in paired_rows(frame, half) if row["model"] == both and row["edges"] == "given"]
    return rows + [row for row in gains_of_edges(frame) if row["model"].endswith("-lstm")]


def finding(row: dict[str, Any]) -> str:
    """What a paired difference says, in a sentence.

    Args:
        row: From ``forecast_tables.paired_rows``.

    Example:
        >>> row = {"model": "gcn-lstm", "edges": "given", "settings": "", "reference": "lstm", "n": 5}
        >>> finding(row | {"difference": -12.0, "low": -14.0, "high": -9.5})
        'With given edges gcn-lstm is better than lstm: -12.0 % squared error, interval [-14.0, -9.5], 5 pairs.'
    """
    other = row["reference"]
    if row["low"] != row["low"]:
        verdict = f"cannot be compared with {other}, because one pair says nothing about spread"
    elif row["high"] < 0:
        verdict = f"is better than {other}"
    elif row["low"] > 0:
        verdict = f"is worse than {other}"
    else:
        verdict = f"is not told apart from {other}"
    numbers = "" if row["low"] != row["low"] else f", interval [{row['low']:+.1f}, {row['high']:+.1f}]"
    settings = f" and {row['settings']}" if row["settings"] else ""
    return (
        f"With {row['edges']} edges{settings} {row['model']} {verdict}: "
        f"{row['difference']:+.1f} % squared error{numbers}, {row['n']} pair{'s' if row['n'] > 1 else ''}."
    )


def _figures(
    frame: pd.DataFrame,
    runs: list[RunRecord],
    paired: list[dict[str, Any]],
    tables: Mapping[str, pd.DataFrame],
) -> list[dict[str, Any]]:
    from matplotlib.figure import Figure

    by_settings = {title: part for title, part in parts(frame).items() if (part["status"] == "ok").any()}
    figures = []
    for title, part in by_settings.items():
        errors = Figure(figsize=(9.0, 4.0), layout="constrained")
        plot_errors(part, errors.subplots())
        text = (
            "Dots: single seeds; bars: mean and one standard deviation. Full dots: the given edges, or no "
            "edges; hollow: the same graph with its nodes renamed at random. The axis does not begin at 0."
        )
        figures.append(figure_entry(_titled("Test error", title), text, errors))
    networks = [row for row in paired if row["model"] not in BASELINES]
    if networks:
        gain = Figure(figsize=(9.0, 0.45 * len(networks) + 1.1), layout="constrained")
        plot_gain(networks, gain.subplots())
        text = "Left of 0 is better than an LSTM that sees no edges, on the same series and seed."
        figures.append(figure_entry("Against the LSTM alone", text, gain))
    for title, part in by_settings.items():
        curves: dict[tuple[str, str], list[pd.DataFrame]] = {}
        names = set(part["run"])
        for run in runs:
            if run.path.name in names and run.succeeded and run.settings.model.trained:
                key = (run.settings.model.label, run.settings.edges)
                curves.setdefault(key, []).append(tables[run.path.name])
        if curves:
            figure = Figure(figsize=(9.0, 4.2), layout="constrained")
            plot_error_curves(dict(sorted(curves.items())), figure.subplots())
            text = (
                "Validation error against steps, one line a seed; dashed: shuffled edges. "
                "A line ends where its run did."
            )
            figures.append(figure_entry(_titled("Training curves", title), text, figure))
    return figures


def _titled(what: str, settings: str) -> str:
    return f"{what}: {settings}" if settings else what


def _values(frame: pd.DataFrame, *prefixes: str) -> dict[str, str]:
    """Columns that begin so, each with the values it took."""
    columns = [c for c in frame.columns if c.startswith(prefixes) and frame[c].notna().any()]
    return {
        c.rpartition(".")[2]: ", ".join(map(str, frame[c].dropna().convert_dtypes().unique()))
        for c in columns
    }
