"""How much of each input is left where the answer is read. Imports no torch."""

from __future__ import annotations

from pathlib import Path

from experiments.core.experiment import Option
from experiments.lab.sequences.experiment import on_sequences, smoke

_HERE = "experiments.lab.memory"

EXPERIMENTS = (
    on_sequences(
        "memory",
        "how much of each input is left where the answer is read: both families in one figure",
        "A model can only use what arrives. D(r) is the size of the derivative of its logits with respect "
        "to the input r steps, or r hops, away from the read-out. Where it is exactly zero the network is "
        "too shallow (under-reaching); where it is far below D(1), most of the input is lost on its way: through time, "
        "through the depth of the layers, or on the edges, where it is one among many. What is lost by which, and what "
        "holds it up, in each family?",
        "DigitPalindromes",
        run=f"{_HERE}.settings:MemoryRun",
        models=(
            "rnn",
            "lstm",
            "lstm-bias3",
            "gru",
            "phased",
            "mingru",
            "lru",
            "transformer-2",
            "gcn-4",
            "gcn-12",
            "gcn-23",
            "gcn-23-directed",
            "gat-23-heads1",
            "gcn-4-mirrored",
            "gcn-4-skip6",
            "gcn-4-virtual",
            "gcn-4-fulllast",
            "gcn-23-residual",
            "gcn-23-gain1.414",
            "gnnssm-23",
        ),
        values={"length": (24,), "patience": 600},
        smoke=smoke("rnn", "lstm", "gcn-2", "gcn-2-mirrored", "gat-2", length=(6,), steps=40, budget=3000),
        work=f"{_HERE}.work:work",
        tunable=(),
        prepare=f"{_HERE}.pictures:prepare",
        pictures=f"{_HERE}.pictures:draw_memory",
        about=(
            "All models have the same budget of parameters (within 5 %) and read the same palindromes; derivatives are "
            "exact, in double precision, and averaged over 16 validation examples."
        ),
        options=(
            Option(
                "results",
                Path,
                "A folder of gnnlab run palindrome: its accuracy and success rate against length go into the report.",
            ),
        ),
        terminal=(f"{_HERE}.report.sections:numbers", "experiments.lab.sequences.report.losses:losses"),
        sections=(
            f"{_HERE}.report.finding:finding",
            f"{_HERE}.report.sections:figures",
            f"{_HERE}.report.sections:definition",
            "experiments.reading.standard:pictures",
            f"{_HERE}.report.sections:numbers",
            "experiments.lab.sequences.report.losses:losses",
            "experiments.reading.standard:paired",
            "experiments.reading.standard:models",
            "experiments.lab.sequences.report.own_code:own_code",
        ),
    ),
)
