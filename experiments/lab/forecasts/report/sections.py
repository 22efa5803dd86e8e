"""The page of forecasts: the series, scores, errors of every seed, curves."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from experiments.lab.forecasts.report.panels import best_errors, panels
from experiments.lab.forecasts.report.plots import plot_error_curves, plot_errors
from experiments.lab.forecasts.settings import EPIDEMIC
from experiments.lab.forecasts.specs import parse_forecast_model
from experiments.reading import standard
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section, Sentences, Text

SIMULATED = (
    "In the simulated epidemic a forecast needs both, memory and edges: who is immune shows in the past alone, who "
    "will fall ill shows at the neighbours alone. Values are 1 (ill) or 0, so the squared error is the Brier score."
)
SCORES = (
    "Errors are over all test times and nodes, squared ones in the square of the series' unit. Skill is 1 minus the "
    "squared error over that of the last value. RMSE is the root of the squared error. MASE is each node's absolute "
    "error over that of {naive} in the training part, averaged over nodes (Hyndman & Koehler 2006): it has no unit, "
    "and counts every node alike. An lstm and the baselines see no edges, whatever their column says."
)
EXPECTED = "It is an expectation: over few test times chance may put a model a little below it."
ERRORS = (
    "Dots: single seeds; bars: mean and one standard deviation. Full dots: the given edges, or no edges; hollow: the "
    "same graph with its nodes renamed at random. The axis does not begin at 0."
)
CURVES = "Validation error against steps, one line per seed; dashed: shuffled edges. A line ends where its run did."


def data(results: Results) -> Section:
    """What is forecast, in sentences."""
    sentences = own_series(results)
    if (results.frame["series"] == EPIDEMIC).any():
        sentences.append(SIMULATED)
    return Section("data", "What is forecast", [Sentences(sentences)])


def own_series(results: Results) -> list[str]:
    """What each series of the user's own is, in a sentence; nothing where the epidemic alone is forecast."""
    lines = []
    own = results.frame[results.frame["series"] != EPIDEMIC]
    for (series, edge_list, _), group in own.groupby(["series", "edge_list", "content"], sort=False):
        ended = group[group["status"] == "ok"]
        line = f"Your series {Path(str(series)).name}, on the graph of {Path(str(edge_list)).name}"
        if len(ended):
            nodes, edges, times = (int(ended[c].iloc[0]) for c in ("node_count", "edge_count", "time_count"))
            line += f": {nodes:,} nodes, {edges:,} edges, {times:,} time steps"
        horizons = sorted(group["train.horizon"].unique())
        if horizons != [1]:
            line += f"; forecast {', '.join(map(str, horizons))} steps ahead"
        lines.append(f"{line}.")
        for column, before in (("notes", ""), ("doubts", "In doubt: ")):
            told = ended[column].dropna() if column in ended else ()
            lines += [f"{before}{sentences}" for sentences in dict.fromkeys(told)]
        lines += _of_weights(ended)
    return lines


def _of_weights(ended: pd.DataFrame) -> list[str]:
    """What becomes of the weights of edges; nothing where no network on edges has ended, or they have none."""
    reads = ended["reads_weights"].dropna() if "reads_weights" in ended else pd.Series(dtype=object)
    if not len(reads):
        return []
    blind = sorted(set(ended.loc[reads.index[~reads.astype(bool)], LABEL]))
    without = f" {', '.join(blind)}: the layer takes no weights, and sees edges alone." if blind else ""
    return [f"Its edges have weights, divided by their mean.{without}"]


def summary(results: Results) -> Section:
    """Figures over seeds, what they mean, and the smallest error that can be expected."""
    section = standard.summary(results)
    blocks: list[Any] = [*section.blocks, Text(_scores(results), soft=True)]
    if best := best_errors(results):
        errors = (f"{error:.5f}" + (f" with {title}" if title else "") for title, error in best.items())
        known = "A forecast that knows who is immune, and the true probabilities, expects a squared error of"
        blocks.append(Text(f"{known} {'; '.join(errors)}: none can expect less. {EXPECTED}"))
    return dataclasses.replace(section, blocks=blocks)


def _scores(results: Results) -> str:
    """What the columns mean, and which nodes MASE leaves out."""
    seasons = sorted(set(results.frame["season"].dropna().astype(int))) if "season" in results.frame else [0]
    named = [f"the value {season} steps ago" if season else "the last value" for season in seasons]
    text = SCORES.format(naive=" or ".join(named))
    left = (results.ended["node_count"] - results.ended["scaled_nodes"]).dropna()
    if len(left) and left.max() > 0:
        low, high = int(left.min()), int(left.max())
        count = f"{high:,}" if low == high else f"{low:,} to {high:,}"
        text += (
            f" It leaves out {count} of the nodes, which have no such error because they stand still there."
        )
    return text


def errors(results: Results) -> Section | None:
    """Test error of every run, a figure for each panel."""
    blocks = []
    for title, part in panels(results).items():
        if len(part.ended):
            figure = Figure(figsize=(9.0, 4.0), layout="constrained")
            plot_errors(part, figure.subplots())
            blocks.append(Picture(standard.titled("Test error", title), ERRORS, figure))
    return Section("errors", "Test error", blocks) if blocks else None


def curves(results: Results) -> Section | None:
    """Training curves of the networks, a figure for each panel."""
    blocks = []
    for title, part in panels(results).items():
        by_group = network_curves(part)
        if by_group:
            figure = Figure(figsize=(9.0, 4.2), layout="constrained")
            plot_error_curves(by_group, figure.subplots(), part.styles)
            blocks.append(Picture(standard.titled("Training curves", title), CURVES, figure))
    return Section("curves", "Training curves", blocks[: standard.MOST_PANELS]) if blocks else None


def network_curves(part: Results) -> dict[tuple[str, str], list[pd.DataFrame]]:
    """Curves of the seeds, by model and edges; baselines have none."""
    return {
        (str(label), str(edges)): [part.curves[run] for run in runs]
        for (label, edges), runs in part.ended.groupby([LABEL, "edges"])["run"]
        if parse_forecast_model(str(label)).trained
    }
