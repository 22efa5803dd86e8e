"""Claims on accuracy against length: where each of two networks still answers, and which curve falls first."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pandas as pd

from experiments.reproductions.evidence import Evidence
from experiments.reproductions.verdicts import Check, Measurement
from experiments.statistics import SUCCESS, summarize
from experiments.tables import summary_rows

HOLDS = 0.95  # a curve has fallen where its mean over seeds is below


def accuracies(frame: pd.DataFrame, cell: str) -> dict[int, np.ndarray]:
    """Test accuracy of every seed of a cell by length; a run that failed counts as an accuracy of 0."""
    rows = frame[frame["model.cell"] == cell]
    values = rows["test_accuracy"].where(rows["status"] == "ok", 0.0).astype(float)
    return {int(T): values[rows["length"] == T].to_numpy() for T in sorted(rows["length"].unique())}


def falls_at(by_length: dict[int, np.ndarray]) -> int | None:
    """The shortest length at which the mean over seeds is below ``HOLDS``; None where it never is.

    Example:
        >>> falls_at({5: np.array([1.0, 1.0]), 10: np.array([1.0, 0.1]), 15: np.array([1.0, 1.0])})
        10
    """
    return next((T for T, values in sorted(by_length.items()) if values.mean() < HOLDS), None)


def solved(by_length: dict[int, np.ndarray], who: str, lengths: Iterable[int], said: str) -> Check:
    """Whether every seed answers nearly all, at all lengths of the runs that are among these."""
    there = [T for T in by_length if T in lengths]
    if not there:
        return Check(said, "no run at these lengths", None)
    lost = {T: int((by_length[T] < SUCCESS).sum()) for T in there}
    lost = {T: count for T, count in lost.items() if count}
    words = [f"T = {T}: {count} of {len(by_length[T])} seeds below {SUCCESS}" for T, count in lost.items()]
    found = "; ".join(words) if words else f"every seed at least {SUCCESS} at T = {_list(there)}"
    return Check(said, f"{who}: {found}", not lost)


def mean_below(
    by_length: dict[int, np.ndarray], who: str, lengths: Iterable[int], bound: float, said: str
) -> Check:
    """Whether the mean over seeds is below a bound at all lengths of the runs that are among these."""
    return _means(by_length, who, lengths, said, lambda mean: mean < bound)


def mean_above(
    by_length: dict[int, np.ndarray], who: str, lengths: Iterable[int], bound: float, said: str
) -> Check:
    """Whether the mean over seeds is above a bound at all lengths of the runs that are among these."""
    return _means(by_length, who, lengths, said, lambda mean: mean > bound)


def _means(
    by_length: dict[int, np.ndarray],
    who: str,
    lengths: Iterable[int],
    said: str,
    holds: Callable[[float], bool],
) -> Check:
    there = [T for T in by_length if T in lengths]
    if not there:
        return Check(said, "no run at these lengths", None)
    means = [float(by_length[T].mean()) for T in there]
    words = ", ".join(f"{mean:.2f} at T = {T}" for T, mean in zip(there, means))
    return Check(said, f"{who}: mean {words}", all(holds(mean) for mean in means))


def rnn_falls_first(rnn: dict[int, np.ndarray], lstm: dict[int, np.ndarray]) -> Check:
    """Whether the RNN's curve falls at a shorter length than the LSTM's."""
    first, second = falls_at(rnn), falls_at(lstm)
    return Check(
        "the RNN's curve falls before the LSTM's",
        f"mean accuracy first below {HOLDS}: RNN {_at(first)}, LSTM {_at(second)}",
        first is not None and (second is None or first < second),
    )


def measure_b1(evidence: Evidence) -> Measurement:
    """RNN and LSTM, one-hot digits."""
    rnn, lstm = _both(evidence)
    checks = (
        solved(rnn, "RNN", range(5, 20), "RNN: 1.0 for T = 5 to 19"),
        mean_below(rnn, "RNN", range(31, 1000), 0.2, "RNN: under 0.2 after T = 30"),
        solved(lstm, "LSTM", range(5, 20), "LSTM: 1.0 up to T = 19"),
        mean_above(lstm, "LSTM", range(20, 1000), 0.2, "LSTM: above 0.2 from T = 20 on"),
        rnn_falls_first(rnn, lstm),
    )
    return _measurement(evidence, checks)


def measure_c1(evidence: Evidence) -> Measurement:
    """RNN and LSTM, Xavier-normal weights."""
    rnn, lstm = _both(evidence)
    checks = (
        _falls_beyond(rnn, "RNN", 17),
        _falls_beyond(lstm, "LSTM", 23),
        rnn_falls_first(rnn, lstm),
    )
    return _measurement(evidence, checks)


def measure_d1(evidence: Evidence) -> Measurement:
    """RNN and LSTM, He initialisation, odd lengths."""
    rnn, lstm = _both(evidence)
    checks = (
        solved(rnn, "RNN", range(2, 10), "RNN: perfect under T = 10"),
        _some_lost(rnn, "RNN", range(10, 1000), "RNN: no longer perfect from T = 10 on"),
        mean_above(rnn, "RNN", range(2, 18), 0.15, "RNN: better than chance (0.1) up to T = 17"),
        mean_below(rnn, "RNN", range(18, 1000), 0.15, "RNN: chance beyond T = 17"),
        solved(lstm, "LSTM", range(2, 1000), "LSTM: learns all lengths"),
        rnn_falls_first(rnn, lstm),
    )
    return _measurement(evidence, checks)


def measure_e1(evidence: Evidence) -> Measurement:
    """RNN and LSTM that read the digit as one number."""
    rnn, lstm = _both(evidence)
    checks = (
        _some_lost(rnn, "RNN", (10,), "RNN with scalar inputs: fails at T = 10"),
        solved(lstm, "LSTM", (10,), "LSTM: perfect at T = 10"),
        rnn_falls_first(rnn, lstm),
    )
    return _measurement(evidence, checks)


def _falls_beyond(by_length: dict[int, np.ndarray], who: str, length: int) -> Check:
    """Whether a curve holds up to a length and has fallen at the next length that was run."""
    first, after = falls_at(by_length), [T for T in by_length if length < T]
    said = f"{who}: falls after T = {length}"
    if not after:
        return Check(said, f"no run beyond T = {length}", None)
    return Check(said, f"mean accuracy first below {HOLDS} {_at(first)}", first == after[0])


def _some_lost(by_length: dict[int, np.ndarray], who: str, lengths: Iterable[int], said: str) -> Check:
    check = solved(by_length, who, lengths, said)
    return check if check.holds is None else Check(said, check.measured, not check.holds)


def _both(evidence: Evidence) -> tuple[dict[int, np.ndarray], dict[int, np.ndarray]]:
    frame = evidence.frame()
    return accuracies(frame, "rnn"), accuracies(frame, "lstm")


def _measurement(evidence: Evidence, checks: Sequence[Check]) -> Measurement:
    return Measurement(tuple(checks), *seeds_and_table(evidence))


def seeds_and_table(evidence: Evidence) -> tuple[int, tuple[dict[str, str], ...]]:
    """Seeds of a claim's runs, and their summary."""
    frame = evidence.frame()
    shown = ("model", "T", "accuracy", "success", "n", "steps")
    rows = summary_rows(summarize(frame))
    return int(frame["seed"].nunique()), tuple({name: row[name] for name in shown} for row in rows)


def _at(length: int | None) -> str:
    return "nowhere" if length is None else f"at T = {length}"


def _list(lengths: Sequence[int]) -> str:
    return ", ".join(map(str, lengths))
