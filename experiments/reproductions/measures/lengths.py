"""Claims on accuracy against length: where each of two networks still answers, and which curve falls first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from experiments.lab.sequences.experiment import SUCCESS
from experiments.reading.tables import summary_rows
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.verdicts import Check, Measurement

HOLDS = 0.95  # a curve has fallen where its mean over seeds is below


@dataclass(frozen=True)
class Curve:
    """Accuracy of one network by length.

    Args:
        who: What the network is called.
        seeds: Test accuracy of every seed by length; 0 for a run that failed.
        cut: Lengths at which every seed that is not there yet was still training when a cut budget ended, so that
            failing there says nothing.
    """

    who: str
    seeds: dict[int, np.ndarray]
    cut: frozenset[int] = frozenset()

    def at(self, lengths: Iterable[int]) -> list[int]:
        """Those of the lengths that were run."""
        return [T for T in self.seeds if T in lengths]


CUT_OFF = "; still training when the cut ended"


def curve_of(evidence: Evidence, cell: str, who: str) -> Curve:
    """The curve of a cell, from its runs."""
    frame = evidence.frame()
    rows = frame[frame["model.cell"] == cell]
    accuracy = rows["test_accuracy"].where(rows["status"] == "ok", 0.0).astype(float)
    lost = accuracy < SUCCESS
    out_of_steps = lost & (rows["stopped"] == "budget") & evidence.quick
    lengths = [int(T) for T in sorted(rows["length"].unique())]
    at = {T: rows["length"] == T for T in lengths}
    cut = (T for T in lengths if lost[at[T]].any() and (out_of_steps == lost)[at[T]].all())
    return Curve(who, {T: accuracy[at[T]].to_numpy() for T in lengths}, frozenset(cut))


def falls_at(curve: Curve) -> int | None:
    """The shortest length at which the mean over seeds is below ``HOLDS``; None where it never is.

    Example:
        >>> falls_at(Curve("RNN", {5: np.array([1.0, 1.0]), 10: np.array([1.0, 0.1]), 15: np.array([1.0, 1.0])}))
        10
    """
    return next((T for T, values in sorted(curve.seeds.items()) if values.mean() < HOLDS), None)


def solved(curve: Curve, lengths: Iterable[int], said: str) -> Check:
    """Whether every seed answers nearly all, at all lengths of the runs that are among these."""
    there = curve.at(lengths)
    if not there:
        return Check(said, "no run at these lengths", None)
    lost = {T: int((curve.seeds[T] < SUCCESS).sum()) for T in there}
    lost = {T: count for T, count in lost.items() if count}
    if not lost:
        return Check(said, f"{curve.who}: every seed at least {SUCCESS} at T = {_list(there)}", True)
    words = [f"T = {T}: {count} of {len(curve.seeds[T])} seeds below {SUCCESS}" for T, count in lost.items()]
    found = f"{curve.who}: {'; '.join(words)}"
    return Check(said, found + CUT_OFF, None) if lost.keys() <= curve.cut else Check(said, found, False)


def some_lost(curve: Curve, lengths: Iterable[int], said: str) -> Check:
    """Whether at least one seed falls short at one of these lengths."""
    check = solved(curve, lengths, said)
    return check if check.holds is None else Check(said, check.measured, not check.holds)


def mean_below(curve: Curve, lengths: Iterable[int], bound: float, said: str) -> Check:
    """Whether the mean over seeds is below a bound at all lengths of the runs that are among these."""
    means = _means(curve, lengths)
    if not means:
        return Check(said, "no run at these lengths", None)
    if all(mean < bound for mean in means.values()) and means.keys() & curve.cut:  # more steps could raise it
        return Check(said, _in_words(curve, means) + CUT_OFF, None)
    return Check(said, _in_words(curve, means), all(mean < bound for mean in means.values()))


def mean_above(curve: Curve, lengths: Iterable[int], bound: float, said: str) -> Check:
    """Whether the mean over seeds is above a bound at all lengths of the runs that are among these."""
    means = _means(curve, lengths)
    if not means:
        return Check(said, "no run at these lengths", None)
    low = {T for T, mean in means.items() if mean <= bound}
    if low and low <= curve.cut:
        return Check(said, _in_words(curve, means) + CUT_OFF, None)
    return Check(said, _in_words(curve, means), not low)


def _means(curve: Curve, lengths: Iterable[int]) -> dict[int, float]:
    return {T: float(curve.seeds[T].mean()) for T in curve.at(lengths)}


def _in_words(curve: Curve, means: dict[int, float]) -> str:
    return f"{curve.who}: mean " + ", ".join(f"{mean:.2f} at T = {T}" for T, mean in means.items())


def rnn_falls_first(rnn: Curve, lstm: Curve) -> Check:
    """Whether the RNN's curve falls at a shorter length than the LSTM's."""
    first, second = falls_at(rnn), falls_at(lstm)
    said = "the RNN's curve falls before the LSTM's"
    found = f"mean accuracy first below {HOLDS}: RNN {_at(first)}, LSTM {_at(second)}"
    if first in rnn.cut or second in lstm.cut:
        return Check(said, found + CUT_OFF, None)
    return Check(said, found, first is not None and (second is None or first < second))


def measure_b1(evidence: Evidence) -> Measurement:
    """RNN and LSTM, one-hot digits."""
    rnn, lstm = _both(evidence)
    checks = (
        solved(rnn, range(5, 20), "RNN: 1.0 for T = 5 to 19"),
        mean_below(rnn, range(31, 1000), 0.2, "RNN: under 0.2 after T = 30"),
        solved(lstm, range(5, 20), "LSTM: 1.0 up to T = 19"),
        mean_above(lstm, range(20, 1000), 0.2, "LSTM: above 0.2 from T = 20 on"),
        rnn_falls_first(rnn, lstm),
    )
    return _measurement(evidence, checks)


def measure_c1(evidence: Evidence) -> Measurement:
    """RNN and LSTM, Xavier-normal weights."""
    rnn, lstm = _both(evidence)
    checks = (
        _falls_beyond(rnn, 17),
        _falls_beyond(lstm, 23),
        rnn_falls_first(rnn, lstm),
    )
    return _measurement(evidence, checks)


def measure_d1(evidence: Evidence) -> Measurement:
    """RNN and LSTM, He initialisation, odd lengths."""
    rnn, lstm = _both(evidence)
    checks = (
        solved(rnn, range(2, 10), "RNN: perfect under T = 10"),
        some_lost(rnn, range(10, 1000), "RNN: no longer perfect from T = 10 on"),
        mean_above(rnn, range(2, 18), 0.15, "RNN: better than chance (0.1) up to T = 17"),
        mean_below(rnn, range(18, 1000), 0.15, "RNN: chance beyond T = 17"),
        solved(lstm, range(2, 1000), "LSTM: learns all lengths"),
        rnn_falls_first(rnn, lstm),
    )
    return _measurement(evidence, checks)


def measure_e1(evidence: Evidence) -> Measurement:
    """RNN and LSTM that read the digit as one number."""
    rnn, lstm = _both(evidence)
    checks = (
        some_lost(rnn, (10,), "RNN with scalar inputs: fails at T = 10"),
        solved(lstm, (10,), "LSTM: perfect at T = 10"),
        rnn_falls_first(rnn, lstm),
    )
    return _measurement(evidence, checks)


def _falls_beyond(curve: Curve, length: int) -> Check:
    """Whether a curve holds up to a length and has fallen at the next length that was run."""
    first, after = falls_at(curve), [T for T in curve.seeds if length < T]
    said = f"{curve.who}: falls after T = {length}"
    if not after:
        return Check(said, f"no run beyond T = {length}", None)
    found = f"mean accuracy first below {HOLDS} {_at(first)}"
    return Check(said, found + CUT_OFF, None) if first in curve.cut else Check(said, found, first == after[0])


def _both(evidence: Evidence) -> tuple[Curve, Curve]:
    return curve_of(evidence, "rnn", "RNN"), curve_of(evidence, "lstm", "LSTM")


def _measurement(evidence: Evidence, checks: Sequence[Check]) -> Measurement:
    return Measurement(tuple(checks), *seeds_and_table(evidence))


def seeds_and_table(evidence: Evidence) -> tuple[int, tuple[dict[str, str], ...]]:
    """Seeds of a claim's runs, and their summary."""
    shown = ("model", "T", "test accuracy", "success", "n", "steps")
    rows = summary_rows(evidence.results())
    return int(evidence.frame()["seed"].nunique()), tuple({name: row[name] for name in shown} for row in rows)


def _at(length: int | None) -> str:
    return "nowhere" if length is None else f"at T = {length}"


def _list(lengths: Sequence[int]) -> str:
    return ", ".join(map(str, lengths))
