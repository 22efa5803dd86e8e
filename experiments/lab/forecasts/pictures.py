"""Pictures of a series on its graph, kept beside the records for the report."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.lab.forecasts.data import load_forecast
from experiments.lab.forecasts.series.own import own_data
from experiments.lab.forecasts.settings import EPIDEMIC, GIVEN, ForecastRun
from experiments.records.pictures import KeptPicture, keep_pictures

SHOWN_NODES, SHOWN_TIMES, NAMED_NODES = 60, 120, 30


def draw_series(runs: list[ForecastRun], out: Path, options: dict[str, Any]) -> None:
    """Draw each series that is forecast, with the given edges: nodes against time, and the graph at one time."""
    series = {(run.content, run.nodes, run.times): run for run in reversed(runs)}
    pictures = []
    for (content, nodes, times), run in series.items():
        file = f"series-{content or f'{nodes}-{times}'}.svg"
        figure, text = series_picture(dataclasses.replace(run, edges=GIVEN))
        title = (
            "The series"
            if len(series) == 1
            else f"The series: {Path(run.series).name}, {text.partition(',')[0]}"
        )
        pictures.append(KeptPicture(file, title, text, figure))
    keep_pictures(out, pictures)


def series_picture(run: ForecastRun) -> tuple[Figure, str]:
    """A figure of the series of a run, and what it shows."""
    task = load_forecast(run)
    values = task.values.numpy()
    graph = nx.Graph(task.edge_index.t().tolist())
    figure = Figure(figsize=(9.5, 4.2), layout="constrained")
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    names = [] if run.series == EPIDEMIC else own_data(run).series.names
    draw_times(values, left, names)
    time = int(np.abs(values - values.mean()).mean(1)[:SHOWN_TIMES].argmax())
    draw_snapshot(graph, values[time], right, names)
    right.set_title(f"the graph at time {time}", fontsize=10)
    people, edges = values.shape[1], graph.number_of_edges()
    text = f"{people:,} nodes, {edges:,} undirected edges, {len(values):,} time steps."
    if run.series == EPIDEMIC:
        text += (
            f" The simulated epidemic of seed {run.seed}: dark is ill. Illness travels to neighbours, and who was ill "
            "stays free of it for a while."
        )
    cut = [f"{SHOWN_NODES} nodes"] * (people > SHOWN_NODES) + [f"{SHOWN_TIMES} times"] * (
        len(values) > SHOWN_TIMES
    )
    return figure, text + (f" Left, only the first {' and '.join(cut)} are drawn." if cut else "")


def draw_times(values: np.ndarray, ax: Axes, names: Sequence[str] = ()) -> Axes:
    """Nodes against time, dark where the value is high.

    Args:
        values: (times, nodes).
        ax: Where to draw.
        names: Of the nodes; up to 30 are written, numbers where there are more or none.
    """
    ax.imshow(values[:SHOWN_TIMES, :SHOWN_NODES].T, aspect="auto", cmap="Greys", interpolation="nearest")
    ax.set(xlabel="time", ylabel="node")
    if 0 < len(names) <= NAMED_NODES:
        ax.set_yticks(range(len(names)), [_short(name) for name in names], fontsize=7.5, parse_math=False)
    return ax


def draw_snapshot(graph: nx.Graph, values: np.ndarray, ax: Axes, names: Sequence[str] = ()) -> Axes:
    """The graph, its nodes dark where the value is high.

    Args:
        graph: Nodes 0..N-1.
        values: (N,).
        ax: Where to draw.
        names: Of the nodes; up to 30 are written.
    """
    place = nx.spring_layout(graph, seed=0)
    nx.draw_networkx_edges(graph, place, ax=ax, width=0.4, edge_color="0.75")
    nodes = list(graph)
    nx.draw_networkx_nodes(
        graph,
        place,
        nodelist=nodes,
        node_color=values[nodes],
        node_size=18,
        cmap="Greys",
        edgecolors="0.4",
        linewidths=0.4,
        ax=ax,
    )
    if 0 < len(names) <= NAMED_NODES:
        beside: dict[str, Any] = {
            "textcoords": "offset points",
            "xytext": (4, 3),
            "fontsize": 7.5,
            "parse_math": False,
        }
        for node in nodes:
            ax.annotate(_short(names[node]), place[node], **beside)
        ax.margins(x=0.2)
    ax.set_axis_off()
    return ax


def _short(name: str) -> str:
    return name if len(name) <= 16 else name[:15] + "…"
