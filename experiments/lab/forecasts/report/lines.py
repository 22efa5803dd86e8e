"""Forecasts beside the truth: a few nodes over the test part, the best model and the naive one."""

from __future__ import annotations

from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.lab.forecasts.report.panels import panels
from experiments.lab.forecasts.settings import FORECASTS, GIVEN
from experiments.reading import standard
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section

COLUMNS, TEXTS = ("time", "truth", "naive", "forecast"), ("node",)
SHOWN_TIMES = 100
RULE = (
    "The model with the least validation error on the given edges, in its first seed, on the test part. Nodes: the one "
    "whose deviation in the training part is the smallest, the middle one and the largest, of those that do not stand "
    "still there: neither model nor nodes are chosen by what is shown. Each forecast is made {ahead} before its time."
)


def lines(results: Results) -> Section | None:
    """A figure for each panel whose runs have kept forecasts."""
    blocks: list[Any] = []
    for title, part in list(panels(results).items())[: standard.MOST_PANELS]:
        label, table = best_forecasts(part)
        if not len(table):
            continue
        nodes = list(dict.fromkeys(table["node"]))
        figure = Figure(figsize=(9.0, 1.7 * len(nodes) + 0.9), layout="constrained")
        season = int(part.frame["season"].iloc[0]) if "season" in part.frame else 0
        for node, ax in zip(nodes, figure.subplots(len(nodes), 1, sharex=True, squeeze=False).ravel()):
            plot_forecasts(table[table["node"] == node], ax, part.styles[label]["color"])
            ax.set_title(f"node {node}", fontsize=9, loc="left", parse_math=False)
        ax.set_xlabel("time step")
        handles, _ = ax.get_legend_handles_labels()
        words = ["truth", "value one season ago" if season else "last value", label]
        figure.legend(handles, words, loc="outside lower center", ncols=3, fontsize=9, frameon=False)
        steps = int(part.frame["train.horizon"].iloc[0])
        text = RULE.format(ahead="1 time step" if steps == 1 else f"{steps} time steps")
        if table["time"].nunique() < len(_of_one_run(part, label)["time"].unique()):
            text += f" The first {SHOWN_TIMES} time steps of the test part are drawn."
        blocks.append(Picture(standard.titled("Forecasts and truth", title), text, figure))
    return Section("forecasts", "Forecasts and truth", blocks) if blocks else None


def best_forecasts(part: Results) -> tuple[str, pd.DataFrame]:
    """The model with the least mean validation error on given edges, and the first forecasts of its first seed.

    Args:
        part: A panel.

    Returns:
        The label; rows of ``forecasts.csv``, none where nothing was kept.
    """
    ended = part.ended[part.ended["edges"] == GIVEN]
    errors = ended.groupby(LABEL)["validation_error"].mean().dropna()
    for label in errors.sort_values(kind="stable").index:
        table = _of_one_run(part, str(label))
        if len(table):
            first = sorted(table["time"].unique())[:SHOWN_TIMES]
            return str(label), table[table["time"].isin(first)]
    return "", pd.DataFrame()


def _of_one_run(part: Results, label: str) -> pd.DataFrame:
    frame = part.frame
    chosen = part.some((frame[LABEL] == label) & (frame["edges"] == GIVEN))
    table = chosen.rows(FORECASTS, COLUMNS, TEXTS) if chosen is not None else pd.DataFrame()
    return table[table["seed"] == table["seed"].min()] if len(table) else table


def plot_forecasts(table: pd.DataFrame, ax: Axes, color: str) -> Axes:
    """Truth, naive forecast and forecast of a node against time; the truth has no line where it is missing.

    Args:
        table: Rows of one node, of one run.
        ax: Where to draw.
        color: Of the forecast.
    """
    table = table.sort_values("time")
    # A broad pale line, because a baseline is as grey as a truth in black would be.
    ax.plot(table["time"], table["truth"], color="0.78", lw=3.5, marker="o", ms=4, label="truth")
    ax.plot(table["time"], table["naive"], color="0.35", lw=0.9, ls=(0, (1.5, 1.5)), label="naive")
    ax.plot(table["time"], table["forecast"], color=color, lw=1.5, label="forecast")
    ax.grid(color="0.92")
    return ax
