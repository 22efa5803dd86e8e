"""Frequency discrimination: a phased LSTM beside a plain one under three ways of sampling."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.reading.statistics.contrast import resolution
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.parts.decided import decided
from experiments.reproductions.parts.groups import Group, group_of
from experiments.reproductions.parts.leads import Leads
from experiments.reproductions.verdicts import Check, Measurement

# Mean accuracy over five seeds of phased and plain LSTM, in the notebook of Neil et al. 2016.
PUBLISHED = {
    "frequency": (0.993, 0.893),
    "frequency-fine": (0.996, 0.517),
    "frequency-asynchronous": (0.979, 0.690),
}
NAMES = {
    "frequency": "standard",
    "frequency-fine": "ten times finer",
    "frequency-asynchronous": "asynchronous",
}


def measure_frequency(evidence: Evidence) -> Measurement:
    """Whether the phased LSTM leads under each way of sampling, and after how many of the published steps."""
    frame = evidence.frame()
    parts, rows = [], []
    for experiment, published in PUBLISHED.items():
        found = scores(frame, experiment)
        parts.append(
            Leads(
                f"{NAMES[experiment]} sampling: phased leads plain",
                [(found["phased"], found["lstm"])],
                paired=False,
            )
        )
        rows.append(
            {
                "sampling": NAMES[experiment],
                "phased": _spread(found["phased"]),
                "plain LSTM": _spread(found["lstm"]),
                "published": f"{published[0]:.3f} / {published[1]:.3f}",
            }
        )
    checks = [*decided(parts, resolution(frame, "test_accuracy")), *_cut(evidence, frame)]
    return Measurement(tuple(checks), int(frame["seed"].nunique()), tuple(rows))


def _cut(evidence: Evidence, frame: pd.DataFrame) -> list[Check]:
    """After a share of the steps it can only be seen who is sooner; who is better in the end is another part."""
    steps = frame["train.steps"]
    if steps.min() >= evidence.claim.most_steps:
        return []
    told = f"cut to {steps.min():,} to {steps.max():,}"
    return [Check(f"still so after {evidence.claim.most_steps:,} steps, as published", told, None)]


def scores(frame: pd.DataFrame, experiment: str) -> dict[str, Group]:
    """Test accuracy of every seed by cell."""
    rows = frame[frame["experiment"] == experiment]
    return {cell: group_of(rows[rows["model.cell"] == cell], cell) for cell in ("phased", "lstm")}


def _spread(found: Group) -> str:
    ended = found.scores[~np.isnan(found.scores)]
    lost = len(found.scores) - len(ended)
    told = f"{found.mean:.3f}" + (f" ± {ended.std(ddof=1):.3f}" if len(ended) > 1 else "")
    return told + (f" ({lost} failed)" if lost else "")
