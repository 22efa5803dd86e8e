"""Every public function names an argument of the wrong kind: a battery made from the signatures.

A new function falls under it by itself: without arguments that it takes here, the first test fails.
"""

import inspect
import re

import numpy as np
import pytest
import torch
from matplotlib.figure import Figure

import gnnlab
from gnnlab import cooccurrence_graph, document_graph, path_graph

PATH = path_graph(4)
TEXTS = ["a b c", "b c d", "a d"]

#: For each function, arguments that it takes.
TAKEN = {
    "adjacency_matrix": {"graph": PATH},
    "adjacency_power": {"matrix": torch.eye(3), "power": 2},
    "as_graph": {"graph": PATH},
    "attach_document": {"graph": document_graph(TEXTS, 2), "document": "a b"},
    "attach_documents": {"graph": document_graph(TEXTS, 2), "documents": TEXTS},
    "cooccurrence_graph": {"documents": TEXTS, "window": 2},
    "cooccurrence_size": {"documents": TEXTS, "window": 2},
    "degree_matrix": {"graph": PATH},
    "dirichlet_energy": {"x": torch.ones(4, 2), "graph": PATH},
    "document_graph": {"documents": TEXTS, "window": 2},
    "draw_adjacency": {"graph": PATH},
    "draw_graph": {"graph": PATH},
    "effective_resistance": {"graph": PATH},
    "hop_distances": {"graph": PATH},
    "layers_until_heard": {"graph": PATH, "source": 0, "target": 3},
    "normalized_adjacency": {"graph": PATH},
    "palindrome_graph": {"digits": 5},
    "path_graph": {"num_nodes": 5},
    "random_walk_influence": {"graph": PATH, "steps": 2},
    "read_graph": {"path": "there-is-none.csv"},
    "receptive_field": {"graph": PATH, "node": 0, "layers": 1},
    "sliding_window_graph": {"token_ids": [1, 2, 3]},
    "sliding_window_graphs": {"documents": [[1, 2, 3]]},
    "tree_graph": {"radius": 2},
    "tree_neighbors_match": {"values": torch.tensor([[1, 0]]), "wanted": torch.tensor([0])},
    "with_virtual_node": {"graph": PATH},
    "word_neighbourhood": {"graph": cooccurrence_graph(TEXTS, 2), "word": "a"},
    "words_of": {"text": "a"},
}
WRONG = [
    None, 1.5, -1, True, "text", b"bytes", [], [1, 2], ["a"], {}, {1: 2}, (1,), object(), float("nan"), 10**30,
    torch.tensor([1.5]), torch.ones(2, 2, dtype=torch.uint8), np.array([["a"]]), lambda: 0,
]  # fmt: skip
#: Arguments that describe one thing together: an error may name the other one.
TOGETHER = (
    {
        "graph",
        "edge_index",
        "matrix",
        "edge_weight",
        "num_nodes",
        "x",
        "source",
        "target",
        "node",
        "path",
        "directed",
    },
    {"documents", "document", "token_ids"},
    {"values", "wanted"},
)
LAYERS = {name for name in gnnlab.__all__ if inspect.isclass(getattr(gnnlab, name))} | {"pyg_convolution"}


def test_every_function_is_here():
    assert set(TAKEN) == set(gnnlab.__all__) - LAYERS


def names_it(text, argument):
    together = next((names for names in TOGETHER if argument in names), {argument})
    return any(re.search(rf"\b{name}s?\b", text) for name in together)


def error_of(function, given):
    """What an error says, None where the argument is taken; another error than these two ends the test."""
    try:
        found = function(**given)
        _ = list(found) if inspect.isgenerator(found) else found
    except (ValueError, TypeError) as error:
        return str(error)
    return None


@pytest.mark.parametrize("name", sorted(TAKEN))
def test_a_wrong_kind_is_named(name):
    function, taken = getattr(gnnlab, name), TAKEN[name]
    for argument in inspect.signature(function).parameters:
        for wrong in WRONG:
            given = {**taken, argument: wrong}
            if argument in ("edge_index", "matrix") and argument not in taken:
                del given["graph"]
            if name.startswith("draw") and argument != "ax" and argument != "figsize":
                given["ax"] = Figure().subplots()
            said = error_of(function, given)
            assert said is None or names_it(said, argument), f"{argument}={wrong!r}: {said}"


@pytest.mark.parametrize("flag", [2, -1, "yes", None, [], torch.ones(2), np.array("a")])
def test_flags_are_true_or_false(flag):
    for call in (
        lambda: gnnlab.adjacency_matrix(PATH, self_loops=flag),
        lambda: gnnlab.degree_matrix(PATH, sparse=flag),
        lambda: path_graph(3, directed=flag),
        lambda: gnnlab.palindrome_graph(5, mirrored=flag),
        lambda: gnnlab.draw_graph(PATH, legend=flag),
    ):
        with pytest.raises(ValueError, match="must be True or False"):
            call()


@pytest.mark.parametrize("true", [True, 1, np.True_, torch.tensor(True), np.int64(1)])
def test_other_kinds_of_true_are_taken(true):
    assert path_graph(3, directed=true).num_edges == 2


def test_numbers_of_numpy_and_torch_are_taken():
    for three in (3, np.int64(3), np.uint8(3), torch.tensor(3)):
        assert path_graph(three).num_nodes == 3
        assert gnnlab.palindrome_graph(three).num_nodes == 3
        assert gnnlab.tree_graph(three).num_nodes == 15
        assert gnnlab.receptive_field(PATH, three, layers=three).tolist() == [0, 1, 2, 3]
