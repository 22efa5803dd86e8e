"""Claims on accuracy against length: where each of two networks still answers, and which of them answers more."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.lab.sequences.experiment import SUCCESS
from experiments.reading.statistics.contrast import resolution
from experiments.reading.tables import summary_rows
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.parts.decided import Part, decided
from experiments.reproductions.parts.groups import Group, answered, not_run
from experiments.reproductions.parts.leads import Leads
from experiments.reproductions.parts.mostly import Border, Mostly, reach, stay_below
from experiments.reproductions.verdicts import Measurement

HOLDS = 0.95  # a curve has fallen where most runs are below
BEYOND_CHANCE = 0.15  # chance is 0.1


@dataclass(frozen=True)
class Curve:
    """Accuracy of one network by length.

    Args:
        who: What the network is called.
        runs: The runs at each length.
        chance: What guessing gives, where steps were cut.
    """

    who: str
    runs: dict[int, Group]
    chance: float | None = None

    def at(self, lengths: Iterable[int]) -> list[Group]:
        """The runs at those of the lengths that were run."""
        return [self.runs[T] for T in self.runs if T in lengths]

    def over(self, lengths: Iterable[int]) -> Group:
        """The mean over these lengths, seed by seed; NaN where a run of that seed failed."""
        runs = [self.runs[T] for T in lengths]
        scores = np.array([found.scores for found in runs])
        still = np.array([np.broadcast_to(found.still, found.scores.shape) for found in runs])
        return Group(self.who, scores.mean(0), np.asarray((still & ~(scores >= SUCCESS)).any(0)))


def curve_of(evidence: Evidence, cell: str, who: str) -> Curve:
    """The curve of a cell, from its runs."""
    frame = evidence.frame()
    rows = frame[frame["model.cell"] == cell]
    lengths = sorted(int(T) for T in rows["length"].unique())
    chance = frame["chance"].dropna()
    return Curve(
        who,
        {T: answered(evidence, rows[rows["length"] == T], f"T = {T}") for T in lengths},
        float(chance.iloc[0]) if evidence.quick and len(chance) else None,
    )


def solved(curve: Curve, lengths: Iterable[int], said: str) -> Mostly:
    """Most runs answer nearly all, at all lengths of the runs that are among these."""
    return reach(said, curve.at(lengths), SUCCESS)


def lost(curve: Curve, lengths: Iterable[int], said: str) -> Mostly:
    """Most runs fall short of that, at all of them."""
    return stay_below(said, curve.at(lengths), SUCCESS)


def falls_after(curve: Curve, length: int) -> Mostly:
    """Most runs hold at a length, and most have fallen at the next one that was run."""
    there = curve.runs.get(length, not_run(f"T = {length}"))
    after = next((found for T, found in sorted(curve.runs.items()) if length < T), not_run("later"))
    said = f"{curve.who}: falls after T = {length}"
    return Mostly(said, [Border(there, HOLDS), Border(after, HOLDS, below=True)])


def lstm_leads(rnn: Curve, lstm: Curve, lengths: Iterable[int] | None = None) -> Leads:
    """The LSTM answers more than the RNN, over these lengths or all that both were run at."""
    shared = [T for T in rnn.runs if T in lstm.runs and (lengths is None or T in lengths)]
    told = ", ".join(map(str, shared))
    pairs = [(lstm.over(shared), rnn.over(shared))] if shared else []
    return Leads(f"the LSTM answers more than the RNN, mean over T = {told}", pairs, guessing=rnn.chance)


def measure_b1(evidence: Evidence) -> Measurement:
    """RNN and LSTM up to T = 19, and later."""
    rnn, lstm = _both(evidence)
    return _measurement(
        evidence,
        (
            solved(rnn, range(5, 20), "RNN: 1.0 for T = 5 to 19"),
            stay_below("RNN: under 0.2 after T = 30", rnn.at(range(31, 1000)), 0.2),
            solved(lstm, range(5, 20), "LSTM: 1.0 up to T = 19"),
            reach("LSTM: above 0.2 from T = 20 on", lstm.at(range(20, 1000)), 0.2),
            lstm_leads(rnn, lstm),
        ),
    )


def measure_c1(evidence: Evidence) -> Measurement:
    """RNN and LSTM, Xavier-normal weights."""
    rnn, lstm = _both(evidence)
    return _measurement(evidence, (falls_after(rnn, 17), falls_after(lstm, 23), lstm_leads(rnn, lstm)))


def measure_d1(evidence: Evidence) -> Measurement:
    """RNN and LSTM, He initialisation, odd lengths."""
    rnn, lstm = _both(evidence)
    return _measurement(
        evidence,
        (
            solved(rnn, range(2, 10), "RNN: perfect under T = 10"),
            lost(rnn, range(10, 1000), "RNN: no longer perfect from T = 10 on"),
            reach("RNN: better than chance (0.1) up to T = 17", rnn.at(range(2, 18)), BEYOND_CHANCE),
            stay_below("RNN: chance beyond T = 17", rnn.at(range(18, 1000)), BEYOND_CHANCE),
            solved(lstm, range(2, 1000), "LSTM: learns all lengths"),
            lstm_leads(rnn, lstm),
        ),
    )


def measure_e1(evidence: Evidence) -> Measurement:
    """RNN and LSTM that read the digit as one number."""
    rnn, lstm = _both(evidence)
    return _measurement(
        evidence,
        (
            lost(rnn, (10,), "RNN: fails at T = 10"),
            solved(lstm, (10,), "LSTM: perfect at T = 10"),
            lstm_leads(rnn, lstm, (10,)),
            lstm_leads(rnn, lstm),
        ),
    )


def _both(evidence: Evidence) -> tuple[Curve, Curve]:
    return curve_of(evidence, "rnn", "RNN"), curve_of(evidence, "lstm", "LSTM")


def _measurement(evidence: Evidence, parts: Sequence[Part]) -> Measurement:
    checks = decided(parts, resolution(evidence.frame(), "test_accuracy"))
    return Measurement(tuple(checks), *seeds_and_table(evidence))


def seeds_and_table(evidence: Evidence) -> tuple[int, tuple[dict[str, str], ...]]:
    """Seeds of a claim's runs, and their summary."""
    shown = ("model", "T", "test accuracy", "interval", "success", "n", "steps")
    rows = summary_rows(evidence.results())
    return int(evidence.frame()["seed"].nunique()), tuple({name: row[name] for name in shown} for row in rows)
