"""Claims whose numbers are computed: a graph by hand, a time gate, gradients through time."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

import numpy as np

from experiments.core.metric import Metric
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.parts.decided import Part, decided
from experiments.reproductions.parts.groups import Group
from experiments.reproductions.parts.leads import Leads
from experiments.reproductions.parts.mostly import reach, stay_below
from experiments.reproductions.verdicts import Check, Measurement

A5_ROWS = ("110011", "110100", "001100", "011101", "100010", "100101")  # Ã as report A writes it, A to F
A5_HOPS = 4
LEFT = Metric("left", "log10 of what is left")


def measure_a5(evidence: Evidence) -> Measurement:
    """The example graph's matrix, and how far C is from E."""
    numbers = evidence.numbers
    source, target = evidence.plan.options["source"], evidence.plan.options["target"]
    rows = tuple("".join(map(str, row)) for row in numbers["adjacency_with_self_loops"])
    names = numbers["names"]
    hops = _hops(A5_ROWS, names.index(source), names.index(target))
    heard = next((k for k, count in enumerate(numbers["heard"], start=1) if count), None)
    way = f"from {source} to {target}"
    checks = (
        Check("Ã has the rows that the report gives", f"{' '.join(rows)}", rows == A5_ROWS),
        Check(
            f"{A5_HOPS} layers carry a message {way}",
            f"layers until it is heard: {numbers['layers']}; a search by hand over the report's rows: {hops}",
            numbers["layers"] == hops == A5_HOPS,
        ),
        Check(
            "the power of Ã that is first above 0 there says the same",
            f"Ã^k[{target}, {source}] = {numbers['heard']} for k = 1, 2, ...",
            heard == A5_HOPS,
        ),
    )
    return Measurement(checks)


def _hops(rows: tuple[str, ...], source: int, target: int) -> int | None:
    """Shortest path by breadth first over rows of zeros and ones."""
    seen, queue = {source: 0}, deque([source])
    while queue:
        node = queue.popleft()
        for other, edge in enumerate(rows[node]):
            if edge == "1" and other not in seen:
                seen[other] = seen[node] + 1
                queue.append(other)
    return seen.get(target)


def measure_b2(evidence: Evidence) -> Measurement:
    """The time gate against its three pieces, evaluated one time at a time."""
    numbers, options = evidence.numbers, evidence.plan.options
    units = list(zip(options["tau"], options["shift"], options["r_on"]))
    worst = 0.0
    for alpha, found in ((options["leak"], numbers["training"]), (0.0, numbers["evaluation"])):
        for unit, k in zip(units, found):
            expected = [_gate(t, *unit, alpha) for t in numbers["times"]]
            worst = max(worst, float(np.abs(np.array(k) - expected).max()))
    shares = []
    for (tau, _, _), k in zip(units, numbers["evaluation"]):
        whole = np.array(numbers["times"]) < options["end"] // tau * tau  # whole periods
        shares.append(float((np.array(k)[whole] > 0).mean()))
    peaks = [max(k) for k in numbers["training"]]
    checks = (
        Check("k(t) is the published piecewise line", f"largest difference {worst:.1e}", worst < 1e-6),
        Check(
            "a unit is open for a share r_on of its period, and shut for the rest",
            "open in evaluation: "
            + ", ".join(f"{share:.3f} (r_on {unit[2]})" for share, unit in zip(shares, units)),
            all(abs(share - unit[2]) < 0.02 for share, unit in zip(shares, units)),
        ),
        Check(
            "k(t) rises to 1 once a period",
            "largest " + ", ".join(f"{peak:.3f}" for peak in peaks),
            all(0.97 < peak <= 1 for peak in peaks),
        ),
    )
    return Measurement(checks)


def _gate(t: float, tau: float, shift: float, r_on: float, alpha: float) -> float:
    phase = ((t - shift) % tau) / tau
    if phase < r_on / 2:
        return 2 * phase / r_on
    if phase < r_on:
        return 2 - 2 * phase / r_on
    return alpha * phase


def measure_gradients(evidence: Evidence) -> Measurement:
    """How much of the loss's gradient arrives at the first step, of what is there at the last."""
    norms = {name: np.array(rows) for name, rows in evidence.numbers["norms"].items()}
    left = {
        name: Group(name.removeprefix("LSTM, "), np.log10(rows[:, 0] / rows[:, -1]))
        for name, rows in norms.items()
    }
    plain, scaled, *lstms = left.values()
    parts: list[Part] = [
        stay_below(
            "RNN: the gradient vanishes (log10 of what is left at the first step below -6)", [plain], -6
        ),
        reach("RNN with larger recurrent weights: it explodes (above 0)", [scaled], 0),
        Leads(
            "LSTM: the higher the forget bias, the more is left (log10)",
            [(high, low) for low, high in pairwise(lstms)],
            metric=LEFT,
            equal=None,
        ),
        reach(f"LSTM, {lstms[-1].name}: it holds (above -2)", [lstms[-1]], -2),
    ]
    rows = tuple(
        {
            "network": name,
            "left at the first step": f"{10**found.mean:.1e}",
            "seeds from, to": f"{10 ** found.scores.min():.1e}, {10 ** found.scores.max():.1e}",
        }
        for name, found in left.items()
    )
    return Measurement(
        tuple(decided(parts)),
        len(plain.scores),
        rows,
        "Means over seeds are geometric; the networks are untrained.",
    )
