"""Claims on digit palindromes and binary palindromes: accuracy against length, and steps to learn."""

from __future__ import annotations

from typing import Any

from experiments.reproductions.claims.claim import Claim, Plan, Sweep

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
_QUICK_DIGITS = _DIGITS | {"steps": 1000, "patience": 300}
_QUICK_BINARY = _BINARY | {"steps": 2000, "batch_size": 128, "hidden": 128, "validation_size": 500}
_A1, _A2 = "lstm-kaiming-bias0", "cellgated-kaiming-bias0"
_BY_LENGTH = (
    "Test accuracy of every seed at every length. A length counts as solved where every seed answers 99 % of unseen "
    "palindromes; a curve has fallen where the mean over seeds is below 0.95. "
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
        "row are at least 0.99. The plateau counts as shown when no seed leaves it before step 500."
    ),
    full=Plan((Sweep("binary-palindrome", (_A1,), (10, 20), 3, _BINARY),)),
    quick=Plan((Sweep("binary-palindrome", (_A1,), (10, 20), 3, _QUICK_BINARY),)),
    cut=(
        "128 units and batches of 128 in place of 256, and 2,000 of 3,000 steps. The optimiser and its step size are "
        "the report's, so steps can be compared, but smaller batches and layers can shift them."
    ),
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
        "with the same seeds and examples."
    ),
    full=Plan((Sweep("binary-palindrome", (_A1, _A2), (10, 20), 3, _BINARY),)),
    quick=Plan((Sweep("binary-palindrome", (_A1, _A2), (10, 20), 3, _QUICK_BINARY),)),
    cut="As A1, whose runs it shares.",
    measure=f"{_STEPS}:measure_a2",
    draw=f"{_FIGURES}:draw_steps",
    records="A1",
)

_B1_FULL, _B1_QUICK = tuple(range(5, 41)), (5, 10, 15, 17, 19, 23, 25, 30, 35)


def _one_hot(lstm: str, lengths: tuple[int, ...], train: dict[str, Any]) -> Plan:
    return Plan((Sweep("palindrome", ("rnn-onehot-xavier", lstm), lengths, 3, train),))


B1 = Claim(
    id="B1",
    title="digit palindromes: RNN up to T = 19, LSTM at least as far",
    source="report B",
    statement=(
        "The RNN's accuracy is 1.0 for T = 5 to 19 and under 0.2 after T = 30. The LSTM's is 1.0 up to T = 19 and "
        "mostly above 0.2 later."
    ),
    method=_BY_LENGTH
    + "The report does not say how digits enter and weights are drawn: here as one-hot vectors and Xavier-normal, with "
    "a forget bias of 1. C1 is the same with a forget bias of 0, with which B1 was run first: there the LSTM fell as "
    "early as the RNN, and the bias of 1 was chosen after that had been seen.",
    full=_one_hot("lstm-onehot-xavier", _B1_FULL, _DIGITS),
    quick=_one_hot("lstm-onehot-xavier", _B1_QUICK, _QUICK_DIGITS),
    cut=(
        "Nine of 36 lengths, and 1,000 of 10,000 steps, of which a run leaves out the rest when its validation loss "
        "has not become lower for 300: what is learned only after that cannot be seen."
    ),
    measure=f"{_LENGTHS}:measure_b1",
    draw=f"{_FIGURES}:draw_lengths",
)

C1 = Claim(
    id="C1",
    title="digit palindromes, Xavier-normal: RNN falls after T = 17, LSTM after T = 23",
    source="report C",
    statement="With Xavier-normal weights the RNN's accuracy falls after T = 17 and the LSTM's after T = 23.",
    method=_BY_LENGTH
    + "A curve falls after T where it holds up to T and not at the next length that was run. Digits enter as one-hot "
    "vectors; all biases start at zero, that of the forget gate too. Training curves in the figure are smoothed with a "
    "running mean of 21 looks, as in the report.",
    full=_one_hot("lstm-onehot-xavier-bias0", _B1_FULL, _DIGITS),
    quick=_one_hot("lstm-onehot-xavier-bias0", _B1_QUICK, _QUICK_DIGITS),
    cut="As B1, whose runs of the RNN it shares.",
    measure=f"{_LENGTHS}:measure_c1",
    draw=f"{_FIGURES}:draw_lengths_running_mean",
    records="B1",
)

D1 = Claim(
    id="D1",
    title="digit palindromes, He initialisation: RNN perfect only under T = 10, LSTM at all lengths",
    source="report D",
    statement=(
        "With He initialisation and T = 5, 7, ..., 23, over ten seeds: the RNN is better than chance up to T = 17 and "
        "perfect only under T = 10; the LSTM learns all lengths."
    ),
    method=_BY_LENGTH
    + "Digits enter as one-hot vectors, the forget bias is 1: the report does not say. Training curves in the figure "
    "are smoothed with a box filter of 10 looks, as in the report.",
    full=Plan(
        (
            Sweep(
                "palindrome",
                ("rnn-onehot-kaiming", "lstm-onehot-kaiming"),
                tuple(range(5, 24, 2)),
                10,
                _DIGITS,
            ),
        )
    ),
    quick=Plan(
        (
            Sweep(
                "palindrome",
                ("rnn-onehot-kaiming", "lstm-onehot-kaiming"),
                (5, 9, 13, 17, 21, 23),
                3,
                _QUICK_DIGITS,
            ),
        )
    ),
    cut=(
        "Three of ten seeds, six of ten lengths, and 1,000 of 10,000 steps, of which a run leaves out the rest when "
        "its validation loss has not become lower for 300."
    ),
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
    method=_BY_LENGTH + "The RNN fails at T = 10 where a seed is below 0.99 there. The report "
    "does not say how the weights were drawn: here as torch draws them, with a forget bias of 1.",
    full=Plan((Sweep("palindrome", ("rnn-scalar", "lstm-scalar"), tuple(range(5, 51, 5)), 3, _E1),)),
    quick=Plan(
        (
            Sweep(
                "palindrome",
                ("rnn-scalar", "lstm-scalar"),
                tuple(range(5, 31, 5)),
                3,
                _E1 | {"steps": 1500, "patience": 600},
            ),
        )
    ),
    cut=(
        "T up to 30 in place of 50, and 1,500 of 10,000 steps, of which a run leaves out the rest when its validation "
        "loss has not become lower for 600: what is learned only after that cannot be seen."
    ),
    measure=f"{_LENGTHS}:measure_e1",
    draw=f"{_FIGURES}:draw_lengths",
)

CLAIMS = (A1, A2, B1, C1, D1, E1)
