"""What the page of memory shows: D(r) of both families, the remedies, what each step or layer does, the numbers."""

from __future__ import annotations

from typing import Any

import pandas as pd

from experiments.lab.memory.settings import DEPTH
from experiments.lab.sequences.report.apart import over_lengths
from experiments.lab.sequences.report.sections import DECAY, definition_of
from experiments.lab.sequences.report.sensitivity_figures import (
    depth_figure,
    remedy_figure,
    sensitivity_figure,
    shown_as_remedies,
)
from experiments.lab.sequences.report.sensitivity_tables import (
    SAME_AT_FIRST,
    number_rows,
    read_measured,
    sensitivities,
)
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section, Table, Text
from experiments.reading.standard import titled


def definition(results: Results) -> Section | None:
    """What D(r) is, and which runs were trained."""
    parts = sensitivities(results)
    if not parts:
        return None
    blocks = [definition_of(pd.concat(parts.values()))]
    trained = results.frame["trained"].astype(bool)
    if not trained.all():
        who = "Of runs that were not trained, " if trained.any() else "Nothing was trained: "
        blocks.append(
            Text(f"{who}the accuracy is that of the initial weights, and the curve is one point.", soft=True)
        )
    return Section("memory", "What is measured", blocks)


def figures(results: Results) -> Section | None:
    """Both families in one figure, remedies, and what a step or a layer does, for each length and set of settings."""
    parts = sensitivities(results)
    blocks: list[Picture] = []
    for settings, part in over_lengths(results, SAME_AT_FIRST).items():
        if settings in parts:
            rows, depth = parts[settings], read_measured(part, DEPTH, "depth")
            for length in sorted(rows["length"].unique(), reverse=True):
                blocks += _figures(rows, depth, int(length), settings, results.styles)
    return Section("figures", "Figures", blocks) if blocks else None


def numbers(results: Results) -> Section | None:
    """Decay, half-distance, radius and reach of each model."""
    parts = sensitivities(results)
    if not parts:
        return None
    return Section("numbers", "Numbers", [Table(number_rows(parts), DECAY)])


def _figures(rows: Any, depth: Any, length: int, settings: str, styles: Any) -> list[Picture]:
    figures = [
        Picture(
            titled(f"Both families at T = {length}", settings),
            "D(r) against r on a logarithmic axis. Lines: means over seeds and examples; bands: from lowest "
            "seed to the highest. Warm: recurrent; cold: graph; black: attention. Dashes and marks tell options apart. "
            "Shaded: farther than a plain path "
            "of so many layers carries anything. Marks in the strip below: D is exactly 0 in all examples and seeds.",
            sensitivity_figure(rows, length, leave_out=shown_as_remedies(rows), styles=styles),
        )
    ]
    for when in ("initial", "trained"):
        remedies = remedy_figure(rows, length, when, styles)
        if remedies is not None:
            figures.append(
                Picture(
                    titled(f"Remedies at T = {length}, {when} weights", settings),
                    "Left: gates, an open forget gate, phased updates and linear states against the vanilla network "
                    "(grey). Right: mirrored and skip edges, a virtual node, a fully adjacent last layer, residuals, "
                    "larger initial weights and a state space over layers against plain layers (grey). Every remedy "
                    "is a part or an option of a model's name.",
                    remedies,
                )
            )
        if len(depth) and ((depth["length"] == length) & (depth["when"] == when)).any():
            figures.append(
                Picture(
                    titled(f"What a step or a layer does at T = {length}, {when} weights", settings),
                    "Left: the largest and the median singular value of the Jacobian of each time step (of h, "
                    "or of h and c together) or each layer (of all nodes and channels at once); no median where half "
                    "of all directions are lost. Middle: the features themselves. Right: Dirichlet energy over the "
                    "squared norm; where it falls with depth, nodes "
                    "become alike (over-smoothing), which is not the same as features or derivatives that vanish.",
                    depth_figure(depth, length, when, styles),
                )
            )
    return figures
