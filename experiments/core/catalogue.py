"""The experiments by name: what each compares, with which defaults. Imports no torch."""

from __future__ import annotations

import importlib
from typing import Any

from experiments.core.experiment import Experiment
from experiments.core.naming import nearest

_SMALL = {"steps": 60, "evaluate_every": 20, "validation_size": 100, "test_size": 100, "budget": 5000}


def _smoke(*models: str, lengths: tuple[int, ...], **train: Any) -> dict[str, Any]:
    return {"models": models, "lengths": lengths, "seeds": 2, "train": {**_SMALL, **train}}


def _frequency(name: str, title: str, task: str, length: int) -> Experiment:
    """Frequency discrimination with the settings of Neil et al. 2016: 110 units, batches of 32, Adam 0.001."""
    return Experiment(
        name=name,
        title=title,
        task=f"experiments.lab.sequences.tasks:{task}",
        question=(
            "Is the period of a sine wave between 5 and 6? The samples are spread over the whole wave, so the answer "
            "needs all of it. A phased LSTM opens its gates by the time stamps and skips most samples; a plain LSTM "
            "reads the time stamp as a second feature and updates at each of them."
        ),
        models=("lstm", "phased", "gcn-2-mean"),
        lengths=(length,),
        train={"batch_size": 32, "learning_rate": 1e-3, "patience": 0},
        smoke=_smoke("lstm", "phased", "gcn-2-mean", lengths=(20,), batch_size=16, steps=20),
    )


_ALL = (
    Experiment(
        name="palindrome",
        title="predict the last digit of a palindrome (it is the first one) from the digits before it",
        task="experiments.lab.sequences.tasks:DigitPalindromes",
        question=(
            "A palindrome's last digit equals its first. The model reads all digits but the last and names the "
            "missing one, so a single digit has to survive the whole distance: T - 1 steps through a recurrent "
            "network's state, or T - 1 hops along a path graph, unless an edge shortens the way. k graph layers carry "
            "a digit k hops, so on a plain path they can answer up to T = k + 1 and no further."
        ),
        models=("rnn", "lstm", "gcn-3", "gcn-4", "gcn-9", "gat-4", "gcn-2-mirrored", "gat-2-mirrored"),
        lengths=(5, 10, 15, 20),
        train={
            "patience": 600
        },  # the longest plateau seen before a success is 300 steps (LSTM, T = 20, six seeds)
        smoke=_smoke("rnn", "lstm", "gcn-2", "gat-2", "gcn-2-mirrored", lengths=(4, 7)),
    ),
    Experiment(
        name="binary-palindrome",
        title="the last bit of a palindrome made of n integers written in binary, padded in front",
        task="experiments.lab.sequences.tasks:BinaryPalindromes",
        question=(
            "The last bit of a binary palindrome equals the first symbol that is no padding, and how far away that "
            "is depends on the padding. Always answering 1 is right for two in three."
        ),
        models=("lstm", "cellgated", "gru", "gcn-4"),
        lengths=(5, 10),
        smoke=_smoke("lstm", "cellgated", "gcn-2", lengths=(3,)),
    ),
    Experiment(
        name="baum-sweet",
        title="has a binary number only blocks of zeros of even length?",
        task="experiments.lab.sequences.tasks:BaumSweet",
        question=(
            "A number is a one of the Baum-Sweet sequence if no block of zeros in its binary form has odd length. "
            "One odd block anywhere decides, so the whole sequence has to be read, but a recurrent network needs to "
            "remember two bits only."
        ),
        models=("rnn", "lstm", "gru", "gcn-4", "gat-4"),
        lengths=(5, 10),
        smoke=_smoke("lstm", "gcn-2", lengths=(4,)),
    ),
    Experiment(
        name="combinations",
        title="which of the numbers 0..T-1 is missing from a random order of the others?",
        task="experiments.lab.sequences.tasks:RandomCombinations",
        question=(
            "The order of the numbers says nothing, so this is a problem of sets: a graph network that has no edges at "
            "all and adds up what its nodes say can solve it. A network over a path has to move every number "
            "to the read-out for nothing."
        ),
        models=("lstm", "gcn-2-noedges-noposition-sum", "gcn-4"),
        lengths=(5, 10, 20),
        smoke=_smoke("lstm", "gcn-2-noedges-noposition-sum", lengths=(5,)),
    ),
    Experiment(
        name="copy-memory",
        title="recall ten symbols after T steps of silence",
        task="experiments.lab.sequences.tasks:CopyMemory",
        question=(
            "Ten symbols are read, T steps of silence follow, and then the ten are due in their order. Accuracy counts "
            "the ten steps of recall only; guessing gives 1/8."
        ),
        models=("rnn", "lstm", "gru", "gcn-4"),
        lengths=(10, 30),
        smoke=_smoke("lstm", "gcn-2", lengths=(5,)),
    ),
    Experiment(
        name="adding",
        title="the sum of the two marked numbers among T",
        task="experiments.lab.sequences.tasks:AddingProblem",
        question=(
            "Two of T numbers are marked, and their sum is asked for. An answer within 0.04 counts as right; always "
            "answering 1 has the mean squared error 1/6."
        ),
        models=("rnn", "lstm", "gru", "gcn-2-sum"),
        lengths=(20, 50),
        smoke=_smoke("lstm", "gcn-2-sum", lengths=(8,)),
    ),
    _frequency(
        "frequency",
        "is the period of a sine wave between 5 and 6? (a sample a second)",
        "FrequencyDiscrimination",
        125,
    ),
    _frequency(
        "frequency-fine",
        "is the period of a sine wave between 5 and 6? (ten samples a second)",
        "FineFrequency",
        125,
    ),
    _frequency(
        "frequency-asynchronous",
        "is the period of a sine wave between 5 and 6? (samples at random times)",
        "AsynchronousFrequency",
        125,
    ),
    Experiment(
        name="memory",
        title="how much of each input is left where the answer is read: both families in one figure",
        question=(
            "A model can only use what arrives. D(r) is the size of the derivative of its logits with respect to the "
            "input r steps, or r hops, away from the read-out. Where it is exactly zero the network is too shallow "
            "(under-reaching); where it is tiny the input has vanished on its way through time, or was squashed "
            "together with all others on its way through the graph. What holds it up, in either family?"
        ),
        models=(
            "rnn",
            "lstm",
            "lstm-bias3",
            "gru",
            "phased",
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
        ),
        train={"patience": 600},
        settings="experiments.lab.memory.settings:MemorySettings",
        runner="experiments.lab.memory.work:measure_memory",
        report="experiments.lab.memory.page:memory_page",
    ),
    Experiment(
        name="tree-neighbors",
        title="the label of the leaf with the root's key, through a binary tree of radius T (Tree-NeighborsMatch)",
        task="experiments.lab.trees.task:TreeNeighbors",
        question=(
            "Every leaf of a binary tree has a key and a label; the root has a key and names the label of the leaf "
            "with the same one. The length is the radius r, the edges from a leaf to the root: 2^r leaves have to pass "
            "through its two edges, in vectors whose size does not grow. With fewer layers than r a graph network "
            "hears no leaf (under-reaching); with enough, what it cannot fit was squashed together on the way "
            "(over-squashing; Alon & Yahav 2021, who report the accuracy on training examples: GCN 1, 1, .70, .19 and "
            "GAT 1, 1, 1, .41 at radius 2 to 5). A recurrent network reads the same nodes, leaves first and root last."
        ),
        models=("gcn-4-directed-residual-norm", "gat-4-directed-residual-heads4-norm", "lstm"),
        lengths=(2, 3),
        train={
            "hidden": 32,
            "batch_size": 256,
            "decay": 0.5,
            "decay_every": 4000,
            "steps": 15_000,
            "evaluate_every": 250,
            "patience": 0,
        },
        smoke=_smoke("gcn-3-directed-norm", "lstm", lengths=(2,), hidden=8),
        report="experiments.lab.trees.page:tree_page",
    ),
    Experiment(
        name="citation",
        title="the class of each node of a graph from a few labelled nodes (karate, lesmis; cora, citeseer, pubmed)",
        question=(
            "A few nodes of a graph have a label; the network names the class of all others. It sees the features of "
            "every node and every edge, and no label but those few. What do the edges add to the features?"
        ),
        models=("gcn", "gat", "mlp"),
        seeds=10,
        settings="experiments.lab.citation.settings:CitationSettings",
        runner="experiments.lab.citation.work:train_and_test",
        report="experiments.lab.citation.report.page:citation_page",
    ),
    Experiment(
        name="documents",
        title="the class of a text: docstrings of installed packages, movie reviews (mr), or texts of your own",
        question=(
            "A text has a class, and a model names it. A recurrent network reads the text word by word and learns from "
            "labelled texts alone. A graph joins words that occur near each other, and texts with their words, so "
            "texts without a label help too. Linear baselines count words. Which wins, and with how many labels?"
        ),
        models=(
            "textgcn",
            "textgat",
            "docgcn",
            "docgat",
            "lstm",
            "lstm-bidirectional",
            "gcn-lstm",
            "tfidf-lr",
            "bow-mlp",
        ),
        settings="experiments.lab.documents.settings:DocumentSettings",
        runner="experiments.lab.documents.work:train_and_test",
        report="experiments.lab.documents.report.page:document_page",
    ),
    Experiment(
        name="characters",
        title="the next character of a text, from those before it (Python's manual; grimm; your own files)",
        question=(
            "Which character comes next? A recurrent network reads the text from left to right and carries a state; a "
            "graph network sees each character as a node with edges from the w characters before it, so that L layers "
            "reach L w characters back. Of equally many parameters, which predicts better, and what is context worth?"
        ),
        models=("lstm-2", "gru-2", "rnn-2", "gcn-2-w8", "gcn-4-w4", "gat-2-w8", "gat-4-w4"),
        seeds=1,
        smoke={
            "models": ("lstm-1", "gcn-2-w3", "gat-2-w3"),
            "train": {"steps": 20, "batch_size": 8, "evaluate_every": 10, "budget": 20_000},
        },
        settings="experiments.lab.characters.settings:CharacterSettings",
        runner="experiments.lab.characters.work:train_and_test",
        report="experiments.lab.characters.report.page:character_page",
    ),
    Experiment(
        name="forecast",
        title="the next value of every node of a graph from its past (a simulated epidemic, or your own series)",
        question=(
            "Every node of a graph has a value at every time; what is the next one? An LSTM reads the past of each "
            "node by itself. A graph network sees neighbours. The hybrids run graph layers on every snapshot and an "
            "LSTM over time. In the simulated epidemic a forecast needs both: who is immune shows in the past alone, "
            "who will fall ill shows at the neighbours alone. Shuffled edges take the neighbours away again."
        ),
        models=("lstm", "gcn-last", "gcn", "gat", "gcn-lstm", "gat-lstm", "last", "mean"),
        seeds=5,
        settings="experiments.lab.forecasts.settings:ForecastSettings",
        runner="experiments.lab.forecasts.work:train_and_test",
        report="experiments.lab.forecasts.report.page:forecast_page",
    ),
)
EXPERIMENTS = {experiment.name: experiment for experiment in _ALL}


def load(name: str) -> Any:
    """What ``module:attribute`` stands for, imported now."""
    module, _, attribute = name.partition(":")
    return getattr(importlib.import_module(module), attribute)


def read_settings(values: dict[str, Any]) -> Any:
    """The run that a ``config.json`` describes, in the settings class of its experiment.

    Raises:
        ValueError: It is no object, or a key is missing or not known.
    """
    if not isinstance(values, dict):
        raise ValueError(f"config.json should hold an object, but holds a {type(values).__name__}")
    experiment = EXPERIMENTS.get(str(values.get("experiment")))
    return load(experiment.settings if experiment else Experiment.settings).from_dict(values)


def find_experiment(name: str) -> Experiment:
    """The experiment of that name.

    Raises:
        ValueError: There is none; the message lists those there are.
    """
    if name not in EXPERIMENTS:
        hint = nearest(name, list(EXPERIMENTS))
        raise ValueError(f"experiment: unknown {name!r}{hint or '.'} Known: {', '.join(EXPERIMENTS)}")
    return EXPERIMENTS[name]
