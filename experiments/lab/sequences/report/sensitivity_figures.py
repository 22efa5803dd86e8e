"""Whole figures of memory, made from the records of runs on sequences."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pandas as pd

from experiments.core.registry import ForeignPart, family_of, is_convolution
from experiments.core.specs import GraphSpec, parse_model
from experiments.lab.sequences.report.sensitivity_plots import Styles, plot_depth, plot_sensitivity
from experiments.reading.frames import natural
from experiments.reading.looks.models import model_styles

MOST_COLUMNS = 6  # of a legend, in the width of a page
FAMILIES = ("recurrent", "graph", "attention", "own")


def sensitivity_figure(
    rows: pd.DataFrame, length: int, *, leave_out: Iterable[str] = (), styles: Styles | None = None
) -> Any:
    """D(r) of every model at one length, a panel for initial weights and one for trained ones, where there are such.

    Args:
        rows: From ``sensitivities``.
        length: Which T.
        leave_out: Labels of models that another figure shows.
        styles: Of all models of the page; by default of those of the rows.
    """
    from matplotlib.figure import Figure

    rows, left_out = rows[rows["length"] == length], set(leave_out)
    # Styles of all models, so that one looks the same in every figure.
    styles = {k: v for k, v in _styles(rows, styles).items() if k not in left_out}
    rows = rows[~rows["model"].isin(left_out)]
    panels = [when for when in ("initial", "trained") if (rows["when"] == when).any()]
    figure = Figure(figsize=(9.6, 5.4 if len(panels) == 1 else 4.9), layout="constrained")
    positive = rows.loc[(rows["sensitivity"] > 0) & (rows["r"] >= 1), "sensitivity"]
    limits = (positive.min(), positive.max()) if len(positive) else None
    for when, ax in zip(panels, figure.subplots(1, len(panels), sharey=True, squeeze=False).ravel()):
        part = rows[rows["when"] == when]
        plot_sensitivity(part, ax, depths=path_depths(styles), styles=styles, limits=limits)
        ax.set_title(f"T = {length}, {when} weights", fontsize=10)
        if ax is not figure.axes[0]:
            ax.set_ylabel("")
    _legend(figure, styles, beside=len(panels) == 1)
    return figure


def _styles(rows: pd.DataFrame, styles: Styles | None) -> dict[str, dict[str, Any]]:
    """Of the models of some rows, in their order."""
    labels = sorted(rows["model"].unique(), key=natural)
    known = model_styles(labels) if styles is None else styles
    return {label: known[label] for label in labels}


def remedy_figure(rows: pd.DataFrame, length: int, when: str, styles: Styles | None = None) -> Any | None:
    """The remedies of each family in a panel of their own, the plain models in grey behind them; None without any."""
    from matplotlib.figure import Figure

    rows = rows[(rows["length"] == length) & (rows["when"] == when)]
    labels = list(rows["model"].unique())
    positive = rows.loc[(rows["sensitivity"] > 0) & (rows["r"] >= 1), "sensitivity"]
    remedied = [label for label in labels if is_convolution(label) and has_remedy(label)]
    gated = [label for label in labels if family_of(label) == "recurrent" and label != "rnn"]
    if not remedied or not gated or positive.empty:
        return None
    styles = _styles(rows, styles)
    figure = Figure(figsize=(9.6, 5.2), layout="constrained")
    axes = figure.subplots(1, 2, sharey=True)
    for ax, title, shown, plain in zip(
        axes,
        (
            "recurrent: gates, forget bias, linear states",
            "graph: edges, a virtual node, residuals, a state space",
        ),
        (gated, remedied),
        (["rnn"], [label for label in labels if is_convolution(label) and not has_remedy(label)]),
    ):
        looks = {label: {**styles[label], "color": "0.6"} for label in labels if label in plain}
        looks |= {label: styles[label] for label in styles if label in shown}
        part = rows[rows["model"].isin(looks)]
        limits = (positive.min(), positive.max())
        plot_sensitivity(part, ax, styles=looks, limits=limits)
        ax.set_title(title, fontsize=10)
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=3, fontsize=7.5, frameon=False)
    axes[1].set_ylabel("")
    return figure


def shown_as_remedies(rows: pd.DataFrame) -> list[str]:
    """Models that ``remedy_figure`` shows, where there is one, and that would crowd the first figure.

    Mirrored edges stay there: they are the shortest way for a palindrome.
    """
    labels = list(rows["model"].unique())
    if not any(family_of(label) == "recurrent" and label != "rnn" for label in labels):
        return []
    return [label for label in labels if has_remedy(label) and not label.endswith("-mirrored")]


def depth_figure(rows: pd.DataFrame, length: int, when: str, styles: Styles | None = None) -> Any:
    """Singular values, norms and energy against depth or time."""
    from matplotlib.figure import Figure

    rows = rows[(rows["length"] == length) & (rows["when"] == when)]
    styles = _styles(rows, styles)
    figure = Figure(figsize=(9.6, 4.9), layout="constrained")
    plot_depth(rows, figure.subplots(1, 3), styles)
    _legend(figure, styles, beside=False)
    return figure


def path_depths(labels: Any) -> list[int]:
    """Depths of the models on a plain path: beyond them nothing can be heard."""
    specs = [parse_model(label) for label in labels]
    plain = [s for s in specs if isinstance(s, GraphSpec) and not isinstance(s.part, ForeignPart)]
    return sorted({s.layers for s in plain if s.layers and not reaches_further(s)})


def reaches_further(spec: GraphSpec) -> bool:
    """Whether a graph has other edges than those of the path, or is read at all nodes."""
    return bool(
        spec.mirrored
        or spec.skip
        or spec.virtual
        or spec.full_last
        or spec.rewiring
        or "all_nodes" in spec.part.features
        or not spec.edges
        or spec.readout != "query"
    )


def has_remedy(label: str) -> bool:
    """Whether a graph model differs from plain layers on a plain path."""
    spec = parse_model(label)
    if not isinstance(spec, GraphSpec):
        return False
    over_depth = spec.residual or spec.norm or spec.jump != "last" or spec.gain != 1
    over_depth = over_depth or "shared" in spec.part.features
    return reaches_further(spec) or over_depth


def _legend(figure: Any, styles: dict[str, dict[str, Any]], *, beside: bool) -> None:
    """Recurrent models, then graph models, those of attention, a user's own, each under its family's name."""
    from matplotlib.lines import Line2D

    groups = []
    for title in FAMILIES:
        named = [label for label in styles if family_of(label.partition(",")[0]) == title]
        heading = Line2D([], [], ls="none", label=title)
        lines = [Line2D([], [], **styles[label], ms=4, label=label) for label in named]
        groups.append([heading, *lines] if lines else [])
    looks = {"fontsize": 8, "frameon": False, "handlelength": 3.6}
    if beside:
        handles = [handle for group in groups for handle in group]
        _headed(figure.legend(handles=handles, loc="outside right upper", **looks))
        return
    # Columns of their own for each family: short ones are filled up with nothing.
    rows = 4
    while sum(-(-len(group) // rows) for group in groups) > MOST_COLUMNS:
        rows += 1
    filled = []
    for group in groups:
        filled += group + [Line2D([], [], ls="none", label=" ")] * (-len(group) % rows)
    columns = max(1, len(filled) // rows)
    _headed(figure.legend(handles=filled, loc="outside lower center", ncols=columns, **looks))


def _headed(legend: Any) -> None:
    """Print the names of families in bold."""
    for text in legend.get_texts():
        if text.get_text() in FAMILIES:
            text.set_fontweight("bold")
