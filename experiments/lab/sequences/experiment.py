"""The tasks on sequences: what each compares, with which defaults. Imports no torch."""

from __future__ import annotations

from typing import Any

from experiments.core.experiment import Experiment
from experiments.core.metric import Metric
from experiments.core.specs import MODEL_HELP

_HERE = "experiments.lab.sequences"
_REPORT = f"{_HERE}.report"
_SMALL = {"steps": 60, "evaluate_every": 20, "validation_size": 100, "test_size": 100, "budget": 5000}

#: A run that answers this share of unseen examples has learned the task.
SUCCESS = 0.99
ACCURACY = Metric("test_accuracy", "test accuracy", success=SUCCESS, least=0.0, most=1.0)
R_SQUARED = Metric("test_r_squared", "R² on the test part", success=SUCCESS, most=1.0)
ABOUT = (
    "Every model of a comparison saw the same examples under the same seeds, had the same budget of steps, and of "
    "parameters (within 5 %, but for models that declare a fixed size, and where --hidden gives the size in place of a "
    "budget); validation selected the weights, and the test "
    "split chose nothing."
)
COLUMNS = (
    *(
        "chance",
        "hops",
        "layers",
        "hops_a_layer",
        "in_reach",
        "answer_share",
        "answer_at",
        "disjoint",
        "validation_accuracy",
    ),
    *("no_sensitivity", "fixed"),
)

#: What the page of a comparison on sequences shows below its finding.
BELOW = (
    f"{_REPORT}.sections:overlaps",
    f"{_REPORT}.sections:accuracy",
    "experiments.reading.standard:summary",
    f"{_REPORT}.sections:training",
    f"{_REPORT}.heard:heard",
    f"{_REPORT}.reach:reach",
    f"{_REPORT}.sections:memory",
    f"{_REPORT}.losses:losses",
    "experiments.reading.standard:pictures",
    "experiments.reading.standard:paired",
    "experiments.reading.standard:models",
    f"{_REPORT}.own_code:own_code",
)
SECTIONS = (f"{_REPORT}.finding:finding", *BELOW)


def on_sequences(name: str, title: str, question: str, task: str, **more: Any) -> Experiment:
    """An experiment on sequences: what it shares with the others of its kind.

    Args:
        name, title, question: Of ``Experiment``.
        task: Class of the task, in ``tasks`` or as ``module:class``.
        **more: Further arguments of ``Experiment``, in place of what is shared.
    """
    shared: dict[str, Any] = {
        "run": f"{_HERE}.settings:SequenceRun",
        "parse": "experiments.core.specs:parse_model",
        "model_help": MODEL_HELP,
        "work": f"{_HERE}.work:work",
        "prepare": f"{_HERE}.work:prepare",
        "pictures": f"{_HERE}.pictures:draw_graphs",
        "metrics": (ACCURACY,),
        "about": ABOUT,
        "own_columns": COLUMNS,
        "tunable": ("learning_rate", "batch_size", "clip_norm", "optimizer", "decay", "decay_every"),
        "sections": SECTIONS,
        "joins_seeds": True,
    }
    task = task if ":" in task else f"{_HERE}.tasks.tasks:{task}"
    return Experiment(name=name, title=title, question=question, task=task, **(shared | more))


def smoke(*models: str, **sizes: Any) -> dict[str, Any]:
    """Tiny sizes for ``--smoke``."""
    return {"models": models, "seeds": 2, **_SMALL, **sizes}


def _frequency(name: str, how: str, task: str) -> Experiment:
    """Frequency discrimination with the settings of Neil et al. 2016: 110 units, batches of 32, Adam 0.001."""
    return on_sequences(
        name,
        f"is the period of a sine wave between 5 and 6? ({how})",
        "Is the period of a sine wave between 5 and 6? A single sample says nothing: it takes a stretch "
        "of the wave. A phased LSTM opens its gates by the time stamps and skips most samples; a "
        "plain LSTM reads the time stamp as a second feature and updates at each of them.",
        task,
        models=("lstm", "phased", "gcn-2-mean"),
        values={"length": (125,), "batch_size": 32, "learning_rate": 1e-3, "patience": 0},
        smoke=smoke("lstm", "phased", "gcn-2-mean", length=(20,), batch_size=16, steps=20),
    )


EXPERIMENTS = (
    on_sequences(
        "palindrome",
        "predict the last digit of a palindrome (it is the first one) from the digits before it",
        "A palindrome's last digit equals its first. The model reads all digits but the last and names the "
        "missing one, so a single digit has to survive the whole distance: T - 1 steps through a recurrent "
        "network's state, or T - 1 hops along a path graph, unless an edge shortens the way. k graph layers "
        "carry a digit k hops, so on a plain path they can answer up to T = k + 1 and no further.",
        "DigitPalindromes",
        run=f"{_HERE}.settings:PalindromeRun",
        sections=(f"{_REPORT}.finding:palindromes", *BELOW),
        models=("rnn", "lstm", "gcn-3", "gcn-4", "gcn-9", "gat-4", "gcn-2-mirrored", "gat-2-mirrored"),
        # The longest plateau seen before a success is 300 steps (LSTM, T = 20, six seeds).
        values={"length": (5, 10, 15, 20), "patience": 600},
        seeds=6,  # six successes against none are told apart, even among the 28 pairs of its page
        smoke=smoke("rnn", "lstm", "gcn-2", "gat-2", "gcn-2-mirrored", length=(4, 7)),
    ),
    on_sequences(
        "binary-palindrome",
        "the last bit of a palindrome made of n integers written in binary, padded in front",
        "The last bit of a binary palindrome equals the first symbol that is no padding, and how far away "
        "that is depends on the padding. Always answering 1 is right for two in three.",
        "BinaryPalindromes",
        models=("lstm", "cellgated", "gru", "gcn-4"),
        values={"length": (5, 10)},
        smoke=smoke("lstm", "cellgated", "gcn-2", length=(3,)),
    ),
    on_sequences(
        "baum-sweet",
        "has a binary number only blocks of zeros of even length?",
        "A number is a one of the Baum-Sweet sequence if no block of zeros in its binary form has odd "
        "length. One odd block anywhere decides, so the whole sequence has to be read, but a recurrent "
        "network needs to remember two bits only.",
        "BaumSweet",
        models=("rnn", "lstm", "gru", "gcn-4", "gat-4"),
        values={"length": (5, 10)},
        smoke=smoke("lstm", "gcn-2", length=(4,)),
    ),
    on_sequences(
        "combinations",
        "which of the numbers 0..T-1 is missing from a random order of the others?",
        "The order of the numbers says nothing, so this is a problem of sets: a graph network that has no "
        "edges at all and adds up what its nodes say can solve it. A network over a path has to move every "
        "number to the read-out for nothing.",
        "RandomCombinations",
        models=("lstm", "gcn-2-noedges-noposition-sum", "gcn-4"),
        values={"length": (5, 10, 20)},
        smoke=smoke("lstm", "gcn-2-noedges-noposition-sum", length=(5,)),
    ),
    on_sequences(
        "copy-memory",
        "recall ten symbols after T steps of silence",
        "Ten symbols are read, T steps of silence follow, and then the ten are due in their order. Accuracy "
        "counts the ten steps of recall only; guessing gives 1/8.",
        "CopyMemory",
        models=("rnn", "lstm", "gru", "gcn-4"),
        values={"length": (10, 30)},
        smoke=smoke("lstm", "gcn-2", length=(5,)),
    ),
    on_sequences(
        "adding",
        "the sum of the two marked numbers among T",
        "Two of T numbers are marked, and their sum is asked for. An answer within 0.04 counts as right; "
        "always answering 1 has the mean squared error 1/6.",
        "AddingProblem",
        models=("rnn", "lstm", "gru", "gcn-2-sum"),
        values={"length": (20, 50)},
        smoke=smoke("lstm", "gcn-2-sum", length=(8,)),
    ),
    _frequency("frequency", "a sample a second", "FrequencyDiscrimination"),
    _frequency("frequency-fine", "ten samples a second", "FineFrequency"),
    _frequency("frequency-asynchronous", "samples at random times", "AsynchronousFrequency"),
)
