"""Numbers of Tree-NeighborsMatch: what was fitted, what was answered anew, and the paper's."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from experiments.core.specs import GraphSpec
from experiments.lab.trees.experiment import FITTED
from experiments.reading.frames import LABEL, natural, runs_table, setting_columns
from experiments.reading.table_formats import heading, shown
from experiments.records.records import RunRecord


def tree_table(runs: list[RunRecord]) -> pd.DataFrame:
    """One row per run: ``runs_table`` with ``kind`` and ``fitted``.

    ``kind`` is the model's label without its number of layers, which grows with the radius (with it where models differ
    in nothing else), and with the settings that differ between runs. ``fitted`` is the accuracy of the selected weights
    on training examples, which validation draws from; the paper reports such an accuracy too.
    """
    frame = runs_table(runs)
    columns = setting_columns(frame)
    kinds = frame[LABEL].map(_kind)
    depths = frame.groupby([kinds, "length"])[LABEL].transform("nunique")
    kinds = kinds.where(depths.groupby(kinds).transform("max") == 1, frame[LABEL])
    frame["kind"] = [
        ", ".join([kinds[place], *(f"{heading(c)} {shown(row[c])}" for c in columns)])
        for place, row in frame.iterrows()
    ]
    return frame.assign(fitted=frame.get("validation_accuracy", float("nan")))


def _kind(label: str) -> str:
    """
    >>> _kind("gcn-4-directed-norm"), _kind("lstm")
    ('gcn-directed-norm', 'lstm')
    """
    return "-".join(word for word in label.split("-") if not word.isdigit())


def tree_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """A row a (model, radius) for people: every seed, and the paper's number where there is one.

    Args:
        frame: From ``tree_table``.
    """
    rows = []
    ended = frame[frame["status"] == "ok"]
    columns = setting_columns(frame)
    for (label, radius, *values), group in ended.groupby([LABEL, "length", *columns], dropna=False):
        group = group.sort_values("seed")
        published = FITTED.get(label.split("-")[0], {}).get(int(radius))
        rows.append(
            {
                "model": label,
                "radius": f"{radius}",
                **{
                    heading(c) if c != "train.steps" else "most steps": shown(v)
                    for c, v in zip(columns, values)
                },
                "parameters": f"{group['parameters'].iloc[0]:,}",
                "fitted (train), each seed": _each(group["fitted"]),
                "test, each seed": _each(group["test_accuracy"]),
                "paper (train)": "-" if published is None else f"{published:.2f}",
                "chance": f"{group['chance'].iloc[0]:.3f}",
                "steps": _each(group["steps"], 0),
            }
        )
    return sorted(
        rows, key=lambda row: (natural(_kind(row["model"])), int(row["radius"]), natural(row["model"]))
    )


def reach_sentence(runs: list[RunRecord]) -> str:
    """Which graph networks have too few layers to hear a leaf; empty where there are no graph networks."""
    short: dict[str, set[int]] = {}
    networks = [run.settings for run in runs if isinstance(run.settings.model, GraphSpec)]
    for settings in networks:
        if settings.model.layers < layers_needed(settings.model, settings.length):
            short.setdefault(settings.model.label, set()).add(settings.length)
    if not networks:
        return ""
    if not short:
        return "Every graph network here has enough layers: where one fails, it is not for want of reach."
    named = "; ".join(
        f"{label} at r = {', '.join(map(str, sorted(short[label])))}" for label in sorted(short, key=natural)
    )
    sentence = (
        f"Out of reach, with fewer layers than hops from a leaf to the root, whatever the weights: {named}."
    )
    if sum(map(len, short.values())) < len({(s.model.label, s.length) for s in networks}):
        sentence += " All other graph networks have enough layers."
    return sentence


def layers_needed(spec: GraphSpec, radius: int) -> float:
    """Layers after which a leaf is heard where the network is read.

    Args:
        spec: The network.
        radius: Of the tree: the hops from a leaf to the root.

    Example:
        >>> layers_needed(GraphSpec("gcn"), 4), layers_needed(GraphSpec("gcn", virtual=True), 4)
        (4, 2)
    """
    if spec.readout != "query":
        return 0  # read at all nodes, the leaves among them
    if spec.full_last:
        return 1  # the last layer has edges between all nodes
    if spec.virtual:
        return min(radius, 2)  # one hop to the virtual node, one from it
    return radius if spec.edges else math.inf


def _each(values: Any, digits: int = 3) -> str:
    return ", ".join(f"{value:.{digits}f}" for value in values)
