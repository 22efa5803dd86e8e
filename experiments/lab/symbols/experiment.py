"""Tasks of symbols on which families of models differ. Imports no torch."""

from __future__ import annotations

from experiments.lab.sequences.experiment import on_sequences, smoke

_TASKS = "experiments.lab.symbols.tasks"
_SETTINGS = "experiments.lab.symbols.settings"

EXPERIMENTS = (
    on_sequences(
        "recall",
        "which value came with this key? (associative recall with many queries, MQAR)",
        "The sequence begins with pairs of a key and a value. Then each key comes once more, in another order, and at "
        "that step its value is due. Which pairs there are is new in every example, so a model has to keep all of "
        "them, and find the right one by its key. Attention looks back and compares; a recurrent network has to hold "
        "every pair in a state whose size does not grow (Arora et al. 2023). Accuracy counts the answers only. A "
        "guess among all values is right once in V/2, 1/32 with 64 symbols. Who remembers the values, but not whose "
        "they are, is right once in as many as there are pairs.",
        f"{_TASKS}:AssociativeRecall",
        run=f"{_SETTINGS}:RecallRun",
        models=(
            "lstm",
            "gru",
            "mingru-2-residual-norm",
            "lru-2-residual-norm",
            "transformer-2",
            "gcn-4",
            "gat-4",
        ),
        values={"length": (32,), "steps": 4000, "patience": 0},
        smoke=smoke("lstm", "gcn-2", length=(12,), pairs=2, vocabulary=8),
    ),
    on_sequences(
        "selective-copying",
        "repeat the symbols that stood among T steps of noise, in their order",
        "A few of T steps hold a symbol, all others hold noise. Then come marks, and at the first mark the first "
        "symbol is due, at the second mark the second, and so on (Gu & Dao 2023). The places differ from example to "
        "example, so no fixed delay finds an answer: what to keep depends on what is read, which one layer that is the "
        "same linear map at every step cannot do by itself. Accuracy counts the answers only; guessing gives 1/8.",
        f"{_TASKS}:SelectiveCopying",
        run=f"{_SETTINGS}:CopyingRun",
        models=(
            "rnn",
            "lstm",
            "gru",
            "mingru-2-residual-norm",
            "lru-2-residual-norm",
            "transformer-2",
            "gcn-4",
        ),
        values={"length": (16, 32), "steps": 3000, "patience": 0},
        smoke=smoke("lstm", "gcn-2", length=(6,), symbols=2),
    ),
    on_sequences(
        "parity",
        "is the number of ones among T bits odd?",
        "One bit of memory is enough for a model that reads the bits in order, but every bit decides: whoever misses "
        "a single one can only guess, which gives 1/2. So looking at some of the bits is no step on the way to the "
        "answer. A network that looks at all bits at once has to count them.",
        f"{_TASKS}:Parity",
        models=("rnn", "lstm", "gru", "lru-2-residual-norm", "transformer-2", "gcn-4", "gat-4"),
        values={"length": (8, 16), "steps": 3000, "patience": 0},
        smoke=smoke("lstm", "gcn-2", length=(8,)),
    ),
    on_sequences(
        "first-symbol",
        "which digit was the first of T? (or the k-th: --place k)",
        "T random digits are read, and the k-th is asked for at the end, by default the first. It lies T - k + 1 "
        "steps, or hops along the path, behind the answer. All other digits say nothing. That is the memory test of "
        "the palindrome without its second half, which in a palindrome repeats the first: here nothing but the one "
        "digit tells the answer. Guessing gives 1/10.",
        f"{_TASKS}:NthSymbol",
        run=f"{_SETTINGS}:PlaceRun",
        models=("rnn", "lstm", "gru", "lru", "transformer-2", "gcn-4", "gcn-9", "gat-4"),
        values={"length": (4, 9, 19), "patience": 600},
        smoke=smoke("lstm", "gcn-2", "gcn-4", length=(4,)),
    ),
    on_sequences(
        "dyck",
        "is a string of T brackets well formed? (a Dyck language)",
        "Every bracket has to be closed by one of its kind, the last opened first. With one kind of brackets it is "
        "enough to count how many are open; with two kinds it takes a stack, or a look at all pairs of brackets at "
        "once. Half of the strings are well formed. In the others two symbols changed places, so that counting each "
        "symbol tells nothing, and their ends and neighbours tell little. Whoever counts how many are open, and does "
        "not tell two kinds apart, is right in 0.71 of the strings of 16 brackets; guessing gives 1/2.",
        f"{_TASKS}:Brackets",
        run=f"{_SETTINGS}:BracketRun",
        models=("rnn", "lstm", "gru", "gcn-4", "gat-4"),
        values={"length": (16, 32), "steps": 3000, "patience": 0},
        smoke=smoke("lstm", "gcn-2", length=(12,)),
    ),
)
