"""Claims on digit palindromes and binary palindromes: accuracy against length, and steps to learn."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from experiments.reproductions.claims.claim import Claim, Plan, Sweep
from experiments.reproductions.claims.stated import reports

_STEPS = "experiments.reproductions.measures.steps"
_LENGTHS = "experiments.reproductions.measures.lengths"
_FIGURES = "experiments.reproductions.figures.claims"

# Settings of the assignment of 2020 (binary palindromes) and of 2019 (digit palindromes).
_BINARY: dict[str, Any] = {
    "steps": 3000,
    "batch_size": 256,
    "hidden": 256,
    "optimizer": "adam",
    "learning_rate": 1e-4,
    "clip_norm": 10.0,
    "patience": 0,
    "evaluate_every": 20,
}
_DIGITS: dict[str, Any] = {
    "steps": 10_000,
    "batch_size": 128,
    "hidden": 128,
    "optimizer": "rmsprop",
    "learning_rate": 1e-3,
    "clip_norm": 10.0,
    "patience": 0,
    "evaluate_every": 20,
    "validation_size": 500,
}
_QUICK_DIGITS = _DIGITS | {"steps": 2500}
_QUICK_BINARY = _BINARY | {"steps": 2000, "batch_size": 128, "hidden": 128, "validation_size": 500}
_A1, _A2 = "lstm-kaiming-bias0", "cellgated-kaiming-bias0"
_BY_LENGTH = (
    "Test accuracy of every seed at every length. A run answers where 99 % of unseen palindromes are right. What is "
    "said of a length is tested of most runs there, by the sign test; that one network answers more than the other, by "
    "Student's t over seeds, or by successes where some runs learn the task and others stay far below. A run that a "
    "cut ended while it was low counts for neither side. "
)

A1 = Claim(
    id="A1",
    title="LSTM on binary palindromes: n = 10 is learned, n = 20 jumps late",
    source="report A",
    statement=(
        "An LSTM learns binary palindromes of n = 10 to an accuracy of 1.0. At n = 20 it stays near 0.55 until about "
        "1,000 steps; then some seeds jump to 1.0, and the standard deviation grows."
    ),
    method=(
        "Validation accuracy by step. Here the classes are unbalanced: always answering 1 is right for two in three, "
        "so chance is 0.67, not 0.55. A seed has left chance when it is above 0.75, and is there when two looks in a "
        "row are at least 0.99. The plateau is tested of most runs, by the sign test; that it comes with the length, "
        "by the rank-sum test of the steps."
    ),
    full=Plan((Sweep("binary-palindrome", (_A1,), (10, 20), 10, _BINARY),)),
    quick=Plan((Sweep("binary-palindrome", (_A1,), (10, 20), 3, _QUICK_BINARY),)),
    cut=(
        "128 units and batches of 128 in place of 256, 2,000 of 3,000 steps, 500 of 1,000 validation examples, and "
        "three of ten seeds, with which no statement on most runs can be shown. The optimiser and its step size are "
        "the report's, so steps can be compared, but smaller batches and layers can shift them."
    ),
    stated=reports.A1,
    measure=f"{_STEPS}:measure_a1",
    draw=f"{_FIGURES}:draw_steps",
)

A2 = Claim(
    id="A2",
    title="cell-gated LSTM on the same palindromes: sooner, with less spread",
    source="report A",
    statement=(
        "With the same settings as A1, the cell-gated LSTM (gates that see c, not h) reaches 1.0 at n = 20 at about "
        "500 steps, with less spread over seeds than the LSTM."
    ),
    method=(
        "Steps until the validation accuracy is at least 0.99 at two looks in a row, beside those of the LSTM of A1 "
        "with the same examples: the rank-sum test says who is sooner, and Brown & Forsythe's whose steps differ less. "
        "A run that never gets there comes last, and has no spread."
    ),
    full=Plan((Sweep("binary-palindrome", (_A1, _A2), (10, 20), 10, _BINARY),)),
    quick=Plan((Sweep("binary-palindrome", (_A1, _A2), (10, 20), 3, _QUICK_BINARY),)),
    cut="As A1, whose runs it shares.",
    stated=reports.A2,
    measure=f"{_STEPS}:measure_a2",
    draw=f"{_FIGURES}:draw_steps",
    records="A1",
)

_LONG = tuple(range(5, 41))
_RNN, _LSTM = "rnn-scalar-xavier", "lstm-scalar-xavier-bias0"
# Report B trains at 0.1, and at less from somewhere between T = 17 and 20 on; it does not say at how much.
_COARSE, _LOWERED = {"learning_rate": 0.1}, 18


def _digits(models: tuple[str, ...], lengths: Iterable[int], train: dict[str, Any], seeds: int = 10) -> Sweep:
    return Sweep("palindrome", models, tuple(lengths), seeds, train)


B1 = Claim(
    id="B1",
    title="digit palindromes: RNN up to T = 19, LSTM at least as far",
    source="report B",
    statement=(
        "The RNN's accuracy is 1.0 for T = 5 to 19 and under 0.2 after T = 30. The LSTM's is 1.0 up to T = 19 and "
        "mostly above 0.2 later."
    ),
    method=_BY_LENGTH,
    full=Plan(
        (
            _digits((_RNN, _LSTM), _LONG[: _LOWERED - 5], _DIGITS | _COARSE),
            _digits((_RNN, _LSTM), _LONG[_LOWERED - 5 :], _DIGITS),
        )
    ),
    quick=Plan(
        (
            _digits((_RNN, _LSTM), (10,), _QUICK_DIGITS | _COARSE),
            _digits((_RNN, _LSTM), (19,), _QUICK_DIGITS),
        )
    ),
    cut=(
        "T = 10 and 19 of 36 lengths, and 2,500 of 10,000 steps: what is learned only after that "
        "cannot be seen, nor what becomes of either beyond T = 19."
    ),
    stated=reports.B1,
    measure=f"{_LENGTHS}:measure_b1",
    draw=f"{_FIGURES}:draw_lengths",
)

C1 = Claim(
    id="C1",
    title="digit palindromes, Xavier-normal: RNN falls after T = 17, LSTM after T = 23",
    source="report C",
    statement="With Xavier-normal weights the RNN's accuracy falls after T = 17 and the LSTM's after T = 23.",
    method=_BY_LENGTH
    + "A curve falls after T where it holds at T and not at the next length that was run. Training curves in the "
    "figure are smoothed with a running mean of 21 looks, as in the report.",
    full=Plan((_digits((_RNN, _LSTM), _LONG, _DIGITS),)),
    quick=Plan((_digits((_RNN, _LSTM), (19,), _QUICK_DIGITS),)),
    cut=(
        "T = 19 of 36 lengths, and 2,500 of 10,000 steps. It shares its runs with B1; what becomes "
        "of the LSTM after T = 23 cannot be seen."
    ),
    stated=reports.C1,
    measure=f"{_LENGTHS}:measure_c1",
    draw=f"{_FIGURES}:draw_lengths_running_mean",
    records="B1",
)

_HE = ("rnn-scalar-kaiming", "lstm-scalar-kaiming-bias0")
D1 = Claim(
    id="D1",
    title="digit palindromes, He initialisation: RNN perfect only under T = 10, LSTM at all lengths",
    source="report D",
    statement=(
        "With He initialisation, over ten seeds: the RNN is better than chance up to T = 17 and perfect only under "
        "T = 10; the LSTM learns all lengths."
    ),
    method=_BY_LENGTH
    + "Training curves in the figure are smoothed with a box filter of 10 looks, as in the report.",
    full=Plan((_digits(_HE, range(5, 41, 2), _DIGITS),)),
    quick=Plan((_digits(_HE[:1], (9, 11, 19), _DIGITS), _digits(_HE[1:], (19,), _DIGITS))),
    cut="T = 9, 11 and 19 of 18 lengths for the RNN, 19 for the LSTM; steps and seeds are those of the full settings.",
    stated=reports.D1,
    measure=f"{_LENGTHS}:measure_d1",
    draw=f"{_FIGURES}:draw_lengths_box_filter",
)

_E1 = _DIGITS | {"tolerance": 1e-6}

E1 = Claim(
    id="E1",
    title="digit palindromes as single numbers: RNN fails at T = 10, LSTM does not",
    source="report E",
    statement=(
        "For T = 5, 10, ..., 50, with RMSProp, clipped gradients, and training that ends when the mean loss of 100 "
        "batches changes by under 1e-6: an RNN that reads each digit as one number fails at T = 10, where an LSTM is "
        "perfect."
    ),
    method=_BY_LENGTH,
    full=Plan((_digits(("rnn-scalar", "lstm-scalar"), range(5, 51, 5), _E1),)),
    quick=Plan((_digits(("rnn-scalar", "lstm-scalar"), (5, 10, 20), _E1 | {"steps": 2500}),)),
    cut="T = 5, 10 and 20 of ten lengths, and 2,500 of 10,000 steps: what is learned only after that cannot be seen.",
    stated=reports.E1,
    measure=f"{_LENGTHS}:measure_e1",
    draw=f"{_FIGURES}:draw_lengths",
)

CLAIMS = (A1, A2, B1, C1, D1, E1)
