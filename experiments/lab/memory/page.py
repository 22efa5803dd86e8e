"""The page of the experiment memory, and the part on memory in the page of every comparison on sequences."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from experiments.core.catalogue import EXPERIMENTS
from experiments.lab.sequences.report.memory_figures import (
    depth_figure,
    remedy_figure,
    sensitivity_figure,
    shown_as_remedies,
)
from experiments.lab.sequences.report.memory_records import DEPTH, read_rows
from experiments.lab.sequences.report.memory_tables import by_settings, number_rows, sensitivities
from experiments.reading.page import figure_entry, inline, pictures, render
from experiments.reading.run_section import read_curves, run_section
from experiments.reading.statistics import runs_table
from experiments.records.records import RunRecord

MOST_FIGURES = 6  # of settings that differ; the table has them all


def memory_section(runs: list[RunRecord]) -> dict[str, Any] | None:
    """Figure and numbers of D(r) for the page of a comparison; None where no run measured it."""
    parts = sensitivities(runs)
    if not parts:
        return None
    figures = []
    for title, part in list(parts.items())[:MOST_FIGURES]:
        length = int(part["length"].max())
        svg = inline(sensitivity_figure(part, length), _titled(f"Memory at T = {length}", title))
        figures.append({"settings": title, "svg": svg})
    return {
        "when": when_measured(pd.concat(parts.values())),
        "figures": figures,
        "left_out": len(parts) - len(figures),
        "rows": number_rows(parts),
    }


def when_measured(rows: pd.DataFrame) -> str:
    """At which weights D(r) was measured, as a part of a sentence.

    Args:
        rows: From ``read_rows`` of ``sensitivity.csv``.

    Example:
        >>> rows = pd.DataFrame({"model": ["rnn", "rnn"], "length": 5, "seed": 0, "when": ["initial", "trained"]})
        >>> when_measured(rows), when_measured(rows[:1])
        ('at the initial weights and after training', 'at the initial weights')
    """
    found = {
        when: set(group.groupby(["model", "length", "seed"]).groups) for when, group in rows.groupby("when")
    }
    if "trained" not in found:
        return "at the initial weights"
    all_trained = found["trained"] == found.get("initial")
    return (
        "at the initial weights and"
        + ("" if all_trained else ", of the runs that were trained,")
        + " after training"
    )


def memory_page(runs: list[RunRecord], out: Path) -> str:
    """The page: D(r) of both families, the remedies, what each step or layer does, the numbers, every run."""
    frame = runs_table(runs)
    parts = sensitivities(runs)
    figures: list[dict[str, Any]] = []
    for settings, part in by_settings(runs).items():
        if settings in parts:
            rows, depth = parts[settings], read_rows(part, DEPTH)
            for length in sorted(rows["length"].unique(), reverse=True):
                figures += _figures(rows, depth, int(length), settings)
    trained = frame["trained"].astype(bool)
    context = {
        "title": "memory",
        "question": EXPERIMENTS["memory"].question,
        "figures": figures,
        "pictures": pictures(out),
        "memory": {"when": when_measured(pd.concat(parts.values()))} if parts else None,
        "trained": bool(trained.any()),
        "untrained": not trained.all(),
        "numbers": number_rows(parts),
        "machine": _machine(frame),
        **run_section(frame, read_curves(runs), out),
    }
    return render("memory.html.j2", context)


def _titled(what: str, settings: str) -> str:
    return f"{what}, {settings}" if settings else what


def _figures(rows: Any, depth: Any, length: int, settings: str) -> list[dict[str, Any]]:
    figures = [
        figure_entry(
            _titled(f"Both families at T = {length}", settings),
            "D(r) against r on a logarithmic axis. Lines: means over seeds and examples; bands: from lowest "
            "seed to the highest. Warm and solid: recurrent; cold and broken: graph. Shaded: farther than a plain path "
            "of so many layers carries anything. Marks in the strip below: D is exactly 0 in all examples and seeds.",
            sensitivity_figure(rows, length, leave_out=shown_as_remedies(rows)),
        )
    ]
    for when in ("initial", "trained"):
        remedies = remedy_figure(rows, length, when)
        if remedies is not None:
            figures.append(
                figure_entry(
                    _titled(f"Remedies at T = {length}, {when} weights", settings),
                    "Left: gates, an open forget gate and phased updates against the vanilla network (grey). "
                    "Right: mirrored and skip edges, a virtual node, a fully adjacent last layer and residuals against "
                    "plain layers (grey). Every remedy is an option of a model's name.",
                    remedies,
                )
            )
        if len(depth) and ((depth["length"] == length) & (depth["when"] == when)).any():
            figures.append(
                figure_entry(
                    _titled(f"What a step or a layer does at T = {length}, {when} weights", settings),
                    "Left: the largest and the median singular value of the Jacobian of each time step (of h, "
                    "or of h and c together) or each layer (of all nodes and channels at once); no median where half "
                    "of all directions are lost. Middle: the features themselves. Right: Dirichlet energy over the "
                    "squared norm; where it falls with depth, nodes "
                    "become alike (over-smoothing), which is not the same as features or derivatives that vanish.",
                    depth_figure(depth, length, when),
                )
            )
    return figures


def _machine(frame: pd.DataFrame) -> dict[str, str]:
    # Without training the budget sets the size, and the accuracy of the initial weights needs test examples.
    used = ("train.",) if frame["trained"].any() else ("train.budget", "train.test_size")
    columns = [c for c in frame.columns if c.startswith(("environment.", *used))]
    values = {c.partition(".")[2]: ", ".join(f"{v}" for v in frame[c].dropna().unique()) for c in columns}
    return {name: value for name, value in values.items() if value}
