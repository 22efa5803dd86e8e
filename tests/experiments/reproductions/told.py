"""Records of runs that never took place and stand nowhere on disk, and evidence made of them."""

from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from experiments.reproductions.evidence import Evidence
from tests.experiments.runs import AS_USUAL, ENDED, in_memory, sequence_run


def told(label, length, seed, accuracy, *, stopped="success", chance=0.1, **settings):
    """A run on sequences; an accuracy of None is a run that failed."""
    run = sequence_run(label, length, seed, train=AS_USUAL, **settings)
    return in_memory(run, **ended(accuracy, stopped=stopped, chance=chance))


def ended(accuracy, *, stopped="success", chance=0.1):
    """What a result says."""
    if accuracy is None:
        return {"status": "failed", "reason": "DivergedError: the loss became nan"}
    scores = {"test_accuracy": accuracy, "validation_accuracy": accuracy}
    times = {"hidden": 3, "ms_per_step": 1.0, "seconds_total": 1.0}
    return {**ENDED, **scores, **times, "stopped": stopped, "chance": chance}


def curve_of(looks):
    """A curve from pairs of step and accuracy."""
    steps, values = zip(*looks)
    return pd.DataFrame({"step": steps, "train_accuracy": values, "validation_accuracy": values})


@dataclass(frozen=True)
class Told(Evidence):
    """Evidence whose curves are given.

    Args:
        looks: A curve for each run, in the order of the runs.
    """

    looks: list[pd.DataFrame] = field(default_factory=list)

    def curves(self):
        return [(run, curve) for run, curve in zip(self.runs, self.looks) if run.succeeded]

    def results(self):
        from experiments.reading.results import Results

        return Results(Path(), self.runs)
