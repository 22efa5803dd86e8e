"""The figure of tuning on Cora."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from experiments.reading.frames import LABEL
from experiments.reading.looks.models import model_styles
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.families.citation import PUBLISHED, SETTINGS, chosen, scores_of


def draw_tuned(evidence: Evidence) -> Figure:
    """Test accuracy of every seed that chose nothing, by settings; what was chosen and what is published are named."""
    frame = evidence.frame()
    keys = frame[[LABEL, *SETTINGS]].drop_duplicates()
    rows = sorted(keys.itertuples(index=False, name=None), key=lambda key: (key[0] != "gat", key))
    best, styles = chosen(frame, "gcn"), model_styles(("gcn", "gat"))
    figure = Figure(figsize=(9.6, 4.6), layout="constrained")
    ax = figure.subplots()
    names = []
    for place, (name, *rest) in enumerate(rows):
        settings: tuple[Any, ...] = tuple(rest)
        scores = scores_of(frame, name, settings, "").scores
        x = place + 0.3 * (np.arange(len(scores)) / max(len(scores), 2) - 0.5)
        color = styles[name]["color"]
        ax.plot(x, scores, styles[name]["marker"], color=color, ms=5.5, alpha=0.7, mew=0)
        if not np.isnan(scores).all():
            ax.hlines(np.nanmean(scores), place - 0.25, place + 0.25, color=color, lw=1.6)
        words = [f"{name}, {settings[0] * settings[1]:g} channels", f"dropout {settings[2]:g}"]
        words += ["(as published)"] * (settings == PUBLISHED[name])
        words += ["(chosen)"] * (name == "gcn" and settings == best)
        names.append("\n".join(words))
    ax.set_xticks(range(len(names)), names, fontsize=8)
    ax.set_ylabel("test accuracy on Cora, public split")
    ax.set_title("One mark per seed that chose nothing, bars are means", fontsize=10)
    ax.grid(axis="y", color="0.9")
    return figure
