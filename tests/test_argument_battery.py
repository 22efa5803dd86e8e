"""Every public function and layer of `seq` and `gnnlab`, with wrong kinds of each argument.

The cases come from the signatures: what an argument may be is read from its annotation, and every other kind has to
end in a ValueError or TypeError that names the argument. A new function falls under it by itself: where nothing is
known of one of its arguments, the first test says so.
"""

import inspect
import itertools
import re
from collections.abc import Iterator

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

import gnnlab
import seq

#: Wrong for everything, or right only where the annotation says so.
KINDS = {
    "nothing": None,
    "text": "no such thing",
    "fraction": 2.5,
    "no number": float("nan"),
    "negative": -2,
    "truth": True,
    "list": [object()],
    "object": object(),
    "complex tensor": torch.ones(2, 3, dtype=torch.cfloat),
    "array of text": np.array(["a", "b"]),
}
#: What a word of an annotation allows.
ALLOWED = {
    "None": {"nothing"},
    "str": {"text"},
    "float": {"fraction", "negative"},
    "bool": {"truth"},
    "Any": set(KINDS),
    "Hashable": {"truth"},
    "PathLike": {"text"},
    "GraphLike": {"text"},
    "Document": {"array of text"},
}
#: Words that are one of a few, so that another one is wrong.
CHOICES = {
    "variant",
    "init",
    "kernel",
    "encoding",
    "split",
    "sampling",
    "of",
    "conv",
    "readout",
    "fill_value",
    "jump",
    "method",
    "nonlinearity",
}
CHOICES |= {"counting", "name", "position"}
#: Whole numbers that may be below zero.
ANY_WHOLE_NUMBER = {"seed", "generator"}
#: Shares and other numbers with an end: neither 2.5 nor -2 is one.
BOUNDED = {"dropout", "r_on", "leak", "r_min", "r_max"}
NOT_NEGATIVE = {"temperature", "sharpness", "max_phase"}
#: A loss that is no number stays none.
ANY_NUMBER = {"nats"}
#: One text is one document.
ONE_TEXT = {"document"}


def graph():
    found = gnnlab.path_graph(4)
    found.query = 3
    return found


def lm():
    return seq.CharLM(seq.LSTM(2, 3), 5)


EDGES = torch.tensor([[0, 1, 2], [1, 2, 3]])
#: An argument that is right, by its name; a function makes it anew for each call.
GOOD = {
    "input_size": 2,
    "hidden_size": 3,
    "variant": "torch",
    "init": "torch",
    "kernel": "auto",
    "forget_bias": 0.5,
    "cell": seq.LSTM,
    "r_on": 0.05,
    "leak": 0.001,
    "log_period": (0.0, 3.0),
    "layer": lambda: seq.RNN(2, 3),
    "layers": 2,
    "forward_layer": lambda: seq.RNN(2, 3),
    "backward_layer": lambda: seq.RNN(2, 3),
    "num_tokens": 5,
    "num_classes": 3,
    "encoding": "embedding",
    "dropout": 0.1,
    "length": 7,
    "count": 3,
    "split": "train",
    "seed": 0,
    "generator": None,
    "sampling": "standard",
    "durations": (15.0, 20.0),
    "text": "abcabcabc",
    "nats": 1.5,
    "n": 2,
    "logits": lambda: torch.randn(2, 3, 5),
    "targets": lambda: torch.zeros(2, 3, dtype=torch.long),
    "module": lambda: torch.nn.LSTM(2, 3, batch_first=True),
    "model": lm,
    "prompt": torch.tensor([[1, 2]]),
    "temperature": 1.0,
    "times": 3,
    "loss": lambda: lambda h: h.sum(),
    "of": "h",
    "state": None,
    "function": lambda: lambda x: x.sum(-1),
    "inputs": lambda: torch.randn(2, 3, 4),
    "jacobians": lambda: torch.randn(3, 2, 4, 4),
    "rnn": lambda: seq.RNN(2, 3),
    "x": lambda: torch.randn(4, 2),
    "enabled": True,
    "num_steps": 4,
    "num_outputs": 3,
    "hidden_channels": 4,
    "num_layers": 2,
    "in_channels": 2,
    "out_channels": 3,
    "heads": 2,
    "negative_slope": 0.2,
    "conv": "gcn",
    "graph": graph,
    "edge_index": EDGES,
    "power": 2,
    "matrix": lambda: torch.eye(3),
    "document": "a b",
    "documents": lambda: ["a b c", "b c d"],
    "window": 3,
    "counting": "windows",
    "source": 0,
    "target": 2,
    "node": 1,
    "steps": 2,
    "num_nodes": 4,
    "digits": 5,
    "skip": 0,
    "name": "SAGEConv",
    "path": "graph.csv",
    "token_ids": lambda: [0, 1, 2],
    "radius": 2,
    "values": torch.tensor([[1, 0]]),
    "wanted": torch.tensor([1]),
    "word": "a",
    "tokens": torch.tensor([[1, 2, 3]]),
    "fill_value": "mean",
    "readout": "mean",
    "method": "fosr",
}
SEQUENCES = {"x": lambda: torch.randn(2, 5, 2)}
#: What is particular to one subject.
OWN = {
    "seq.Transformer": {"hidden_size": 8},
    "seq.TransformerClassifier": {"hidden_size": 8, "num_tokens": 5, "readout": "last"},
    "seq.Stacked": {"layers": lambda: [seq.RNN(2, 3)]},
    "seq.gate_activations": SEQUENCES | {"times": None},
    "seq.gradient_norms": SEQUENCES | {"cell": lambda: seq.LSTM(2, 3)},
    "seq.rnn_jacobians": SEQUENCES,
    "seq.step_jacobians": SEQUENCES,
    "seq.rnn_weight_gradients": {
        "model": lambda: seq.SequenceClassifier(seq.RNN(2, 3), 3, num_tokens=5),
        "targets": torch.tensor([1]),
    },
    "seq.SequenceClassifier": {"num_tokens": 5},
    "seq.associative_recall": {"length": 16},
    "seq.dyck": {"length": 8},
    "seq.is_well_formed": {"tokens": torch.tensor([[0, 1, 2, 3]])},
    "seq.generate": {"length": 2},
    "seq.generate_stream": {"length": 2},
    "seq.softmax_with_temperature": {"sharpness": None},
    "gnnlab.StateSpaceConv": {"out_channels": 2},
    "gnnlab.StaticGraphConv": {"conv": lambda: torch.nn.Identity()},
    "gnnlab.ExampleGraphClassifier": {"edge_index": EDGES},
    "gnnlab.attach_document": {"graph": lambda: gnnlab.document_graph(["a b c", "b c d"], 3)},
    "gnnlab.attach_documents": {"graph": lambda: gnnlab.document_graph(["a b c", "b c d"], 3)},
    "gnnlab.word_neighbourhood": {"graph": lambda: gnnlab.cooccurrence_graph(["a b c", "b c d"], 3)},
    "gnnlab.sliding_window_graphs": {"documents": lambda: [[0, 1, 2], [1, 2]]},
    "gnnlab.as_graph": {"graph": graph},
    "gnnlab.with_virtual_node": {"graph": lambda: gnnlab.path_graph(4)},
    "gnnlab.draw_adjacency": {"graph": graph},
    "gnnlab.draw_graph": {"layers": None},
    "gnnlab.palindrome_graph": {"query": True, "position": True},
}
#: How the layers are made whose calls are tried.
MADE = {
    "seq.RNN": lambda: seq.RNN(2, 3),
    "seq.LSTM": lambda: seq.LSTM(2, 3),
    "seq.GRU": lambda: seq.GRU(2, 3),
    "seq.CellGatedLSTM": lambda: seq.CellGatedLSTM(2, 3),
    "seq.PeepholeLSTM": lambda: seq.PeepholeLSTM(2, 3),
    "seq.MinGRU": lambda: seq.MinGRU(2, 3),
    "seq.MinLSTM": lambda: seq.MinLSTM(2, 3),
    "seq.LRU": lambda: seq.LRU(2, 3),
    "seq.PhasedLSTM": lambda: seq.PhasedLSTM(2, 3),
    "seq.Stacked": lambda: seq.Stacked([seq.RNN(2, 3)]),
    "seq.Bidirectional": lambda: seq.Bidirectional(seq.RNN(2, 3), seq.RNN(2, 3)),
    "seq.Transformer": lambda: seq.Transformer(2, 8),
    "seq.TransformerClassifier": lambda: seq.TransformerClassifier(8, 3, num_tokens=5),
    "seq.CharLM": lm,
    "seq.SequenceClassifier": lambda: seq.SequenceClassifier(seq.RNN(2, 3), 3, num_tokens=5),
    "gnnlab.GCNConv": lambda: gnnlab.GCNConv(2, 3),
    "gnnlab.GATConv": lambda: gnnlab.GATConv(2, 3, edge_dim=1),
    "gnnlab.GATv2Conv": lambda: gnnlab.GATv2Conv(2, 3, edge_dim=1),
    "gnnlab.GraphNet": lambda: gnnlab.GraphNet(2, 4, 3, 1),
    "gnnlab.StateSpaceConv": lambda: gnnlab.StateSpaceConv(2, 2),
    "gnnlab.GraphTransformerConv": lambda: gnnlab.GraphTransformerConv(2, 3),
    "gnnlab.StaticGraphConv": lambda: gnnlab.pyg_convolution("GraphConv", 2, 3),
    "gnnlab.SequenceGraphClassifier": lambda: gnnlab.SequenceGraphClassifier(
        graph(), num_tokens=5, num_classes=3, hidden_channels=4, num_layers=1
    ),
    "gnnlab.ExampleGraphClassifier": lambda: gnnlab.ExampleGraphClassifier(
        4, 2, hidden_channels=5, num_layers=1, num_tokens=5
    ),
}
RECURRENT = SEQUENCES | {"times": None}
CALLS = {name: RECURRENT for name in MADE if name.startswith("seq.")} | {
    "gnnlab.GraphNet": {"query": 1},
    "gnnlab.ExampleGraphClassifier": {
        "inputs": torch.tensor([[0, 1]]),
        "edges": torch.tensor([[[0], [1]]]),
    },
}
#: Nothing is made or asked of these: abstract, a protocol, or records that functions fill.
BARE = {
    "NextCharacterModel",
    "RecurrentLayer",
    "TimedSequences",
    "AttachedDocument",
    "CorpusSize",
    "SequenceGraph",
}


class Subject:
    """A function, a class that is made, or a layer that is called."""

    def __init__(self, name, called, good):
        self.name, self.called, self.own = name, called, good
        self.parameters = {
            key: parameter
            for key, parameter in inspect.signature(called).parameters.items()
            if key != "self" and parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        }

    def good(self):
        """Right arguments: all that are needed, and those that are known."""
        found = {}
        for key, parameter in self.parameters.items():
            if key in self.own:
                found[key] = self.own[key]
            elif parameter.default is parameter.empty:
                found[key] = GOOD[key]
        return {key: value() if inspect.isfunction(value) else value for key, value in found.items()}

    def __call__(self, **arguments):
        target = self.called
        if self.name.endswith("()"):
            target = MADE[self.name.removesuffix("()")]()
        found = target(**arguments)
        if isinstance(found, Iterator):  # what it refuses, it refuses at the first step
            next(found, None)


def subjects():
    for package in (seq, gnnlab):
        for key in package.__all__:
            if key in BARE:
                continue
            name, called = f"{package.__name__}.{key}", getattr(package, key)
            yield Subject(name, called, OWN.get(name, {}))
            if name in MADE:
                yield Subject(f"{name}()", called.forward, CALLS.get(name, {}))


SUBJECTS = {subject.name: subject for subject in subjects()}


def wrong_kinds(key, annotation):
    words = set(re.findall(r"\w+", str(annotation)))
    fine = set().union(*(ALLOWED.get(word, set()) for word in words))
    if key in CHOICES:
        fine -= {"text"}
    if key in BOUNDED:
        fine -= {"fraction", "negative"}
    if key in NOT_NEGATIVE:
        fine -= {"negative"}
    if key in ANY_NUMBER:
        fine |= {"no number"}
    if key in ANY_WHOLE_NUMBER:
        fine |= {"negative"}
    if key in ONE_TEXT:
        fine |= {"text"}
    return [kind for kind in KINDS if kind not in fine]


CASES = [
    pytest.param(subject, key, kinds, id=f"{subject.name}-{key}")
    for subject in SUBJECTS.values()
    for key, parameter in subject.parameters.items()
    if (kinds := list(wrong_kinds(key, parameter.annotation)))
]


@pytest.fixture(autouse=True)
def _somewhere(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "graph.csv").write_text("source,target\na,b\n")
    enabled = seq.value_checks(False)
    yield
    enabled.__exit__()


@pytest.mark.parametrize("subject", SUBJECTS.values(), ids=list(SUBJECTS))
def test_right_arguments_are_taken(subject):
    subject(**subject.good())


def test_every_layer_is_called():
    layers = {
        name
        for name, subject in SUBJECTS.items()
        if inspect.isclass(subject.called) and issubclass(subject.called, torch.nn.Module)
    }
    assert layers == set(MADE)


@pytest.mark.parametrize(("subject", "key", "kinds"), CASES)
def test_wrong_kinds_are_named(subject, key, kinds):
    said = {kind: refusal(subject, subject.good() | {key: KINDS[kind]}) for kind in kinds}
    assert [kind for kind, words in said.items() if not re.search(rf"\b{key}\b", words)] == []


#: Odder kinds, some of which some functions take; where one is refused, the error says what it is about.
ODD = {
    "bytes": b"bytes",
    "nothing in a list": [],
    "whole numbers": [1, 2],
    "a tuple": (1,),
    "a mapping": {1: 2},
    "a huge number": 10**30,
    "a number": 3,
    "a wide tensor": torch.ones(2, 2, dtype=torch.uint8),
    "one number in a tensor": torch.tensor([1.5]),
    "a table of text": np.array([["a"]]),
    "a function": len,
}
#: Arguments that describe one thing together: an error may name the other one.
TOGETHER = (
    {"graph", "edge_index", "matrix", "edge_weight", "num_nodes", "x", "source", "target", "node", "path"},
    {"documents", "document", "token_ids"},
    {"values", "wanted"},
)
FUNCTIONS = [
    s
    for s in SUBJECTS.values()
    if s.name.startswith("gnnlab.") and inspect.isfunction(s.called) and not s.name.endswith("()")
]


@pytest.mark.parametrize(
    "key", ["input_size", "hidden_size", "in_channels", "out_channels", "hidden_channels"]
)
def test_a_huge_size_is_named_before_anything_is_made(key):
    makers = [s for s in SUBJECTS.values() if inspect.isclass(s.called) and key in s.parameters]
    assert makers
    for subject in makers:
        with pytest.raises(ValueError, match=rf"\b{key}\b"):
            subject(**subject.good() | {key: 10**30})


def refusal(subject, given):
    """What an error says; empty where the arguments are taken."""
    try:
        subject(**given)
    except (ValueError, TypeError) as error:
        return str(error)
    return ""


@pytest.mark.parametrize("subject", FUNCTIONS, ids=lambda subject: subject.name)
def test_odd_kinds_are_taken_or_named(subject):
    for key, (kind, odd) in itertools.product(subject.parameters, ODD.items()):
        given = subject.good() | {key: odd}
        if key in ("edge_index", "matrix") and key not in subject.good():
            given.pop("graph", None)
        if subject.name.startswith("gnnlab.draw") and key not in ("ax", "figsize"):
            given["ax"] = Figure().subplots()
        said = refusal(subject, given)
        names = next((names for names in TOGETHER if key in names), {key})
        assert not said or any(re.search(rf"\b{name}s?\b", said) for name in names), f"{key}, {kind}: {said}"
