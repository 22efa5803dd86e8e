"""Tree-NeighborsMatch: which radius is fitted by every seed, and where the fit is lost."""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from experiments.core.specs import GraphSpec
from experiments.lab.sequences.experiment import SUCCESS
from experiments.lab.trees.report.sections import radius_figure
from experiments.lab.trees.report.tables import tree_rows, tree_table
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.parts.decided import Part, decided
from experiments.reproductions.parts.groups import Group, each, group_of
from experiments.reproductions.parts.leads import Leads
from experiments.reproductions.parts.mostly import reach, stay_below
from experiments.reproductions.verdicts import Check, Measurement

FITTED_RADII = (2, 3)  # those that the paper's networks fit completely
LOST_RADIUS = 5
NAMES = {"gcn": "GCN", "gat": "GAT"}
LOOKED_AT = 1000  # training examples of a look
STILL = 0.005  # growth of a mean accuracy over the last fifth of training below which it has come to rest


def measure_trees(evidence: Evidence) -> Measurement:
    """Whether both graph networks fit radius 2 and 3, and lose the fit by 5."""
    frame = tree_table(evidence.runs)
    parts: list[Part] = []
    for conv, name in NAMES.items():
        fits = {radius: _fits(frame, conv, radius) for radius in (*FITTED_RADII, LOST_RADIUS)}
        near, far = fits[FITTED_RADII[-1]], fits[LOST_RADIUS]
        parts += [
            reach(
                f"{name}: radius {' and '.join(map(str, FITTED_RADII))} are fitted",
                [fits[r] for r in FITTED_RADII],
                SUCCESS,
            ),
            stay_below(f"{name}: radius {LOST_RADIUS} is not", [far], SUCCESS),
            Leads(
                f"{name}: radius {FITTED_RADII[-1]} is fitted better than {LOST_RADIUS}",
                [(near, far)],
                paired=False,
            ),
        ]
    gcn, gat = (_fits(frame, conv, LOST_RADIUS, name) for conv, name in NAMES.items())
    parts.append(Leads(f"at radius {LOST_RADIUS} the GAT fits more than the GCN", [(gat, gcn)]))
    checks = decided(parts, 1 / LOOKED_AT)
    checks.append(_at_rest(evidence))
    return Measurement(tuple(checks), int(frame["seed"].nunique()), tuple(tree_rows(frame)), _note(frame))


def draw_trees(evidence: Evidence) -> Figure:
    """Accuracy against radius, fitted and on new questions, with every seed and the paper's numbers."""
    frame = tree_table(evidence.runs)
    return radius_figure(frame[frame["status"] == "ok"])


def _fits(frame: pd.DataFrame, conv: str, radius: int, name: str = "") -> Group:
    """Accuracy on training examples by seed."""
    rows = frame[(frame["model.conv"] == conv) & (frame["length"] == radius)]
    return group_of(rows, name or f"radius {radius}", "fitted")


def _at_rest(evidence: Evidence) -> Check:
    """Whether more steps would have fitted more; under the quick settings a growing fit shows nothing."""
    grown = {name: _growth(evidence, conv) for conv, name in NAMES.items()}
    rests = all(growth < STILL for growth in grown.values())
    told = ", ".join(f"{name} {growth:+.3f}" for name, growth in grown.items())
    return Check(
        f"at radius {LOST_RADIUS} more steps would not help",
        f"training accuracy over the last fifth of the steps, mean over seeds: {told}",
        None if evidence.quick and not rests else rests,
    )


def _growth(evidence: Evidence, conv: str) -> float:
    curves = [
        curve.set_index("step")["train_accuracy"]
        for run, curve in evidence.curves()
        if isinstance(run.settings.model, GraphSpec)
        and run.settings.model.conv == conv
        and run.settings.length == LOST_RADIUS
    ]
    before = [curve[curve.index <= 0.8 * curve.index[-1]] for curve in curves]
    grown = [curve.iloc[-1] - early.iloc[-1] for curve, early in zip(curves, before) if len(early)]
    return sum(grown) / len(grown) if grown else float("nan")


def _note(frame: pd.DataFrame) -> str:
    lstm = frame[frame["model.cell"] == "lstm"]
    fits = "; ".join(
        f"{each(group_of(rows, '', 'fitted').scores)} at radius {radius}"
        for radius, rows in lstm.groupby("length")
    )
    return f"The LSTM, whose state does not grow either, fits {fits}." if fits else ""
