"""Frequency discrimination: a phased LSTM beside a plain one under three ways of sampling."""

from __future__ import annotations

import numpy as np
import pandas as pd

from experiments.reproductions.evidence import Evidence
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
LEAD = 0.15  # of the phased LSTM, where the plain one is lost


def measure_frequency(evidence: Evidence) -> Measurement:
    """Whether the published order holds, and by how much."""
    frame = evidence.frame()
    checks, rows = [], []
    for experiment, published in PUBLISHED.items():
        found = accuracies(frame, experiment)
        phased, plain = (float(found[cell].mean()) for cell in ("phased", "lstm"))
        least = 0.0 if experiment == "frequency" else LEAD
        checks.append(
            Check(
                f"{NAMES[experiment]} sampling: phased above plain"
                + (f" by {LEAD} or more" if least else ""),
                f"{phased:.3f} against {plain:.3f}, {phased - plain:+.3f}",
                phased - plain > 0 and phased - plain >= least,
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
    return Measurement(tuple(checks), int(frame["seed"].nunique()), tuple(rows))


def accuracies(frame: pd.DataFrame, experiment: str) -> dict[str, np.ndarray]:
    """Test accuracy of every seed by cell; a run that failed counts as guessing, 0.5."""
    rows = frame[frame["experiment"] == experiment]
    values = rows["test_accuracy"].where(rows["status"] == "ok", 0.5).astype(float)
    return {cell: values[rows["model.cell"] == cell].to_numpy() for cell in ("phased", "lstm")}


def _spread(values: np.ndarray) -> str:
    return f"{values.mean():.3f}" + (f" ± {values.std(ddof=1):.3f}" if len(values) > 1 else "")
