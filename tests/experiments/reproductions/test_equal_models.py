"""Models that do not differ confirm at most one claim of twenty, whatever the claim."""

import dataclasses
from dataclasses import field

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.core.experiment import load
from experiments.reading.frames import runs_table
from experiments.reproductions.claims.claim import Plan
from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.measures import characters, lengths, sets
from experiments.reproductions.measures.families import distance
from tests.experiments.reproductions.measures.families.frames import one_distribution
from tests.experiments.reproductions.told import Told, ended
from tests.experiments.runs import in_memory

SEEDS = 10
#: Claims of which nothing is random.
EXACT = {"A4", "A5", "B2"}
#: Claims of hundreds of runs take their turn in the slow test; their parts have tests of their own with equal models.
LARGE = {"optimizers", "families", "recall", "copying", "squashing", "vanishing", "tuned-gnns", "trees"}
SIMULATED = [claim for claim in CLAIMS.values() if claim.id not in EXACT]
LOOKS = (10, 500, 1000, 1500, 2000, 5000, 5200)


@dataclasses.dataclass(frozen=True)
class Simulated(Told):
    table: pd.DataFrame = field(default_factory=pd.DataFrame)

    def frame(self, experiment=""):
        return self.table[self.table["experiment"] == experiment] if experiment else self.table


class Simulation:
    """A claim with ten seeds of every run, whose results are drawn again and again from one distribution for all."""

    def __init__(self, claim, rng, monkeypatch):
        part = tuple(dataclasses.replace(sweep, seeds=SEEDS) for sweep in claim.quick.runs)
        plan = Plan(part, claim.quick.compute, claim.quick.options)
        self.claim = dataclasses.replace(claim, quick=plan, full=plan)
        runs = dict.fromkeys(run for sweep in part for run in sweep.runs())
        self.records = [in_memory(run, **ended(0.5), test_bits=1.0) for run in runs]
        self.table = runs_table(self.records) if self.records else pd.DataFrame()
        self.rng = rng
        monkeypatch.setattr(characters, "samples_of", self.samples)
        monkeypatch.setattr(distance, "losses_of", self.losses)
        for module in (lengths, sets):  # a summary for people, which no verdict rests on
            monkeypatch.setattr(module, "seeds_and_table", lambda evidence: (SEEDS, ()))

    def verdict(self):
        draw = one_distribution(self.rng)
        scores = np.array(draw(len(self.records)))
        for record, score in zip(self.records, scores):
            record.result.update(test_accuracy=score, validation_accuracy=score)
        table = self.table.assign(test_accuracy=scores, validation_accuracy=scores)
        table.attrs = self.table.attrs
        looks = [self.curve(score) for score in scores]
        evidence = Simulated(self.claim, False, self.records, self.numbers(), looks=looks, table=table)
        return load(self.claim.measure)(evidence).verdict

    def curve(self, score):
        """A curve that ends at a score, and jumps there at a step; other columns are of one distribution each."""
        steps = np.array([*LOOKS, self.claim.most_steps])
        values = np.where(steps < self.rng.choice(steps), 0.6 * score, score)
        noise = self.rng.normal(0, 0.01, len(steps))
        columns = {name: values for name in ("train_accuracy", "validation_accuracy")}
        columns |= {
            "train_accuracy_100": 0.6 + noise,
            "train_loss": 1.1 + noise,
            "learning_rate": 0.002 - noise / 1e3,
        }
        columns |= {f"{part}_bits": 1.5 + noise for part in ("train", "validation")}
        return pd.DataFrame({"step": steps, **columns})

    def samples(self, evidence):
        rows = [
            {"step": step, "temperature": t, "length": 120, "prompt": "I", "seed": seed, "text": self.text()}
            for seed in range(SEEDS)
            for step in (1, 2)
            for t in (0.0, 0.5, 1.0, 2.0)
        ]
        return pd.DataFrame(rows)

    def text(self):
        """A text of which a part goes round in circles."""
        varied = self.rng.integers(20, 100)
        return "".join(map(chr, self.rng.integers(97, 123, varied))) + "ab" * ((120 - varied) // 2)

    def losses(self, evidence, experiment):
        runs = [run.settings for run in evidence.runs if run.settings.experiment == experiment]
        kept = 10 ** self.rng.normal(-2, 0.2, (2, len(runs)))
        rows = [
            {"model": run.model.label, "length": run.length, "seed": run.seed, "hidden": run.train.hidden}
            for run in runs
        ]
        return pd.DataFrame(rows).assign(depth=kept[0], edges=kept[1], resistance=2.0)

    def numbers(self):
        """What the claims on optimisers and gradients compute."""
        kinds = ("RNN", "RNN × 3", "LSTM, a", "LSTM, b", "LSTM, c")
        norms = {kind: 10 ** self.rng.normal(-3, 2, (SEEDS, 5)) for kind in kinds}
        if self.claim.id == "gradients":
            return {"norms": {kind: rows.tolist() for kind, rows in norms.items()}}
        ravine = {"rate": 0.1, "points": [[0, 0]] * 4, "crossings": 2}
        return {
            name: {**ravine, "heights": [9.0, self.rng.random()]}
            for name in ("sgd", "momentum", "rmsprop", "adam")
        }


def confirmed(claim, times, monkeypatch):
    simulation = Simulation(claim, np.random.default_rng(len(claim.statement)), monkeypatch)
    return sum(simulation.verdict() == "confirmed" for _ in range(times))


@pytest.mark.parametrize(
    "claim", [claim for claim in SIMULATED if claim.id not in LARGE], ids=lambda claim: claim.id
)
def test_equal_models_confirm_no_claim_more_often_than_one_in_twenty(claim, monkeypatch):
    assert confirmed(claim, 5, monkeypatch) <= stats.binom.ppf(0.999, 5, 0.05)


@pytest.mark.slow
@pytest.mark.parametrize("claim", SIMULATED, ids=lambda claim: claim.id)
def test_equal_models_confirm_no_claim_in_many_tables(claim, monkeypatch):
    assert confirmed(claim, 200, monkeypatch) <= 0.05 * 200


def test_what_is_not_simulated_is_not_random():
    for name in EXACT:
        assert not CLAIMS[name].quick.runs
        assert load(CLAIMS[name].measure).__doc__
