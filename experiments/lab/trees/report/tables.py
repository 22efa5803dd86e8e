"""Numbers of Tree-NeighborsMatch: what was fitted, what was answered anew, and the paper's."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd

from experiments.core.registry import ForeignPart
from experiments.core.specs import GraphSpec
from experiments.lab.trees.experiment import FITTED
from experiments.reading.frames import LABEL, natural, runs_table, setting_columns
from experiments.reading.table_formats import heading, number, shown
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
    """A row a (model, radius) for people: every seed, failed ones too, and the paper's number where there is one.

    Args:
        frame: From ``tree_table``.
    """
    rows = []
    ended = frame[frame["status"].isin(("ok", "failed"))]
    columns = setting_columns(frame)
    for (label, radius, *values), group in ended.groupby([LABEL, "length", *columns], dropna=False):
        group = group.sort_values("seed")
        known = group[group["status"] == "ok"][["parameters", "chance"]].astype(float).mean()
        published = FITTED.get(label.split("-")[0], {}).get(int(radius))
        rows.append(
            {
                "model": label,
                "radius": f"{radius}",
                **{
                    heading(c) if c != "train.steps" else "most steps": shown(v)
                    for c, v in zip(columns, values)
                },
                "parameters": number(known["parameters"], ",.0f"),
                "fitted (train), each seed": _each(group["fitted"]),
                "test, each seed": _each(group["test_accuracy"]),
                "paper (train)": "-" if published is None else f"{published:.2f}",
                "chance": number(known["chance"], ".3f"),
                "steps": _each(group["steps"], 0),
            }
        )
    return sorted(
        rows, key=lambda row: (natural(_kind(row["model"])), int(row["radius"]), natural(row["model"]))
    )


def reach_sentence(runs: list[RunRecord]) -> str:
    """Which graph networks have too few layers to hear a leaf; empty where there are no graph networks."""
    networks = [run.settings for run in runs if isinstance(run.settings.model, GraphSpec)]
    short, unknown = too_few_layers(runs)
    if not networks:
        return ""
    if not short and not unknown:
        return "Every graph network here has enough layers: where one fails, it is not for want of reach."
    sentences = []
    if short:
        sentences.append(
            "Out of reach, with fewer layers than hops from a leaf to the root, whatever the weights: "
            f"{_places(short)}."
        )
    if unknown:
        sentences.append(
            "With fewer layers than hops in the tree, but with added edges or layers that may carry further than one "
            f"hop, so that nothing is said of their reach: {_places(unknown)}."
        )
    told = sum(map(len, (*short.values(), *unknown.values())))
    if told < len({(s.model.label, s.length) for s in networks}):
        sentences.append("All other graph networks have enough layers.")
    return " ".join(sentences)


def too_few_layers(runs: list[RunRecord]) -> tuple[dict[str, set[int]], dict[str, set[int]]]:
    """The radii at which graph networks have fewer layers than hops in the tree, by model.

    Returns:
        Those that hear no leaf, and those of which that is not known: they have added edges, or layers that may carry
        further than one hop.
    """
    short: dict[str, set[int]] = {}
    unknown: dict[str, set[int]] = {}
    for settings in (run.settings for run in runs):
        spec = settings.model
        if isinstance(spec, GraphSpec) and spec.layers < layers_needed(spec, settings.length):
            found = unknown if spec.rewiring is not None or isinstance(spec.part, ForeignPart) else short
            found.setdefault(spec.label, set()).add(settings.length)
    return short, unknown


def _places(found: dict[str, set[int]]) -> str:
    return "; ".join(
        f"{label} at r = {', '.join(map(str, sorted(found[label])))}" for label in sorted(found, key=natural)
    )


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
    if spec.full_last or "all_nodes" in spec.part.features:
        return 1  # the last layer, or each, has edges between all nodes
    if spec.virtual:
        return min(radius, 2)  # one hop to the virtual node, one from it
    return radius if spec.edges else math.inf


def _each(values: Any, digits: int = 3) -> str:
    return ", ".join("failed" if math.isnan(value) else f"{value:.{digits}f}" for value in values)
