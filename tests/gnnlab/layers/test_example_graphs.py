"""A graph an example: in a batch as alone, where alone is a plain graph network over the example's own nodes."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gnnlab import ExampleGraphClassifier, path_graph

T, V, C = 7, 5, 3


def network(**options):
    torch.manual_seed(0)
    made = {"hidden_channels": 11, "num_layers": 3, "num_tokens": V} | options
    return ExampleGraphClassifier(T, C, **made).double()


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.integers(1, T), min_size=1, max_size=6),
    st.sampled_from(["query", "mean", "max", "sum", "none"]),
)
def test_a_path_as_long_as_the_example(lengths, readout):
    query = readout == "query"
    net = network(edge_index=path_graph(T + query).edge_index, query=query, readout=readout)
    tokens = torch.randint(V, (len(lengths), T))
    found = net(tokens, lengths=torch.tensor(lengths))
    for row, length in enumerate(lengths):
        x = net.embedding(tokens[row, :length]) + net.place.weight[:length].flip(0)  # by steps before the end
        if query:
            x = torch.cat([x, net.ask.unsqueeze(0)])
        alone = net.net(torch.relu(net.dense(x)), path_graph(length + query).edge_index, query=length)
        if readout == "none":
            torch.testing.assert_close(found[row, :length], alone, rtol=1e-12, atol=1e-12)
            assert (found[row, length:] == 0).all()
        else:
            torch.testing.assert_close(found[row], alone, rtol=1e-12, atol=1e-12)


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_edges_that_come_with_the_example(data):
    lengths = data.draw(st.lists(st.integers(1, T), min_size=1, max_size=5))
    pairs = [
        data.draw(st.lists(st.tuples(st.integers(0, n - 1), st.integers(0, n - 1)), max_size=9))
        for n in lengths
    ]
    edges = torch.full((len(lengths), 2, 9), -1)
    for row, own in zip(edges, pairs):
        row[:, : len(own)] = torch.tensor(own, dtype=torch.long).view(-1, 2).t()
    net = network(num_tokens=None, num_features=2, position=False)
    x = torch.randn(len(lengths), T, 2, dtype=torch.double)
    found = net(x, lengths=torch.tensor(lengths), edges=edges)
    for row, (length, own) in enumerate(zip(lengths, pairs)):
        index = torch.tensor(own, dtype=torch.long).view(-1, 2).t()
        alone = net.net(torch.relu(net.dense(x[row, :length])), index)
        torch.testing.assert_close(found[row], alone, rtol=1e-12, atol=1e-12)


def test_what_lies_beyond_an_example_changes_nothing():
    net = network(edge_index=path_graph(T + 1).edge_index, query=True, readout="query")
    tokens, lengths = torch.randint(V, (4, T)), torch.tensor([7, 3, 1, 5])
    other = torch.where(torch.arange(T) < lengths.unsqueeze(1), tokens, (tokens + 1) % V)
    assert net(tokens, lengths=lengths).equal(net(other, lengths=lengths))


def test_what_is_refused():
    with pytest.raises(ValueError, match="readout must be mean"):
        network(readout="query")
    net = network()
    with pytest.raises(ValueError, match="edges must be given"):
        net(torch.zeros(2, T, dtype=torch.long))
    with pytest.raises(ValueError, match="one joins node 7"):
        net(torch.zeros(1, T, dtype=torch.long), edges=torch.tensor([[[0], [7]]]))


@pytest.mark.parametrize("readout", ["mean", "max", "sum"])
def test_examples_without_steps_are_answered_too(readout):
    net = ExampleGraphClassifier(
        4,
        2,
        hidden_channels=5,
        num_layers=1,
        num_tokens=3,
        readout=readout,
        edge_index=path_graph(4).edge_index,
    )
    tokens, lengths = torch.tensor([[1, 2, 0, 1], [0, 0, 0, 0]]), torch.tensor([3, 0])
    found = net(tokens, lengths=lengths)
    torch.testing.assert_close(found[1], net.net.head.bias)
    torch.testing.assert_close(found[0], net(tokens[:1], lengths=lengths[:1])[0])


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("inputs", {"inputs": torch.tensor([[0, 3]])}),
        ("inputs", {"inputs": torch.tensor([[0.0, 1.0]])}),
        ("inputs", {"inputs": [[0, 1]]}),
        ("inputs", {"inputs": torch.zeros(1, 9, dtype=torch.long)}),
        ("lengths", {"lengths": [1]}),
        ("lengths", {"lengths": torch.tensor([3])}),
        ("lengths", {"lengths": torch.tensor([1.0])}),
        ("edges", {"edges": torch.tensor([[[0], [2]]])}),
        ("edges", {"edges": torch.tensor([[0], [1]])}),
        ("edges", {"edges": [[0], [1]]}),
        ("edges", {"edges": torch.tensor([[[0.0], [1.0]]])}),
    ],
)
def test_arguments_of_a_call_are_named(name, given):
    net = ExampleGraphClassifier(4, 2, hidden_channels=5, num_layers=1, num_tokens=3)
    given = {"inputs": torch.tensor([[0, 1]]), "edges": torch.tensor([[[0], [1]]])} | given
    with pytest.raises(ValueError, match=rf"^{name} "):
        net(**given)
