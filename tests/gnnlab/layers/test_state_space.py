import pytest
import torch
from torch import nn
from torch_geometric.nn import GCNConv as TheirGCNConv

from gnnlab import (
    ExampleGraphClassifier,
    GraphNet,
    GraphTransformerConv,
    SequenceGraphClassifier,
    StateSpaceConv,
    path_graph,
    pyg_convolution,
    ring_graph,
)

EDGES = path_graph(5).edge_index


def by_hand(conv, x, edges, nonlinearity):
    """The equation, node by node and channel by channel, around PyG's convolution."""
    theirs = TheirGCNConv(x.size(-1), x.size(-1)).to(x.dtype)
    heard = torch.func.functional_call(
        theirs, {"lin.weight": conv.conv.lin.weight, "bias": conv.conv.bias}, (x, edges)
    )
    decay = (-(conv.nu.exp())).exp()
    rows = []
    for node in range(len(x)):
        said = [nonlinearity(value) for value in heard[node]]
        rows.append(
            torch.stack(
                [
                    decay[c] * x[node, c] + sum(conv.B.weight[c, d] * said[d] for d in range(len(said)))
                    for c in range(len(said))
                ]
            )
        )
    return torch.stack(rows)


@pytest.mark.parametrize(("name", "function"), [("tanh", torch.tanh), ("relu", torch.relu)])
def test_a_step_is_its_equation_gradients_too(name, function):
    torch.manual_seed(0)
    conv = StateSpaceConv(3, 3, nonlinearity=name).double()
    x = torch.randn(5, 3, dtype=torch.double, requires_grad=True)
    ours, theirs = conv(x, EDGES), by_hand(conv, x, EDGES, function)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    weights = torch.randn_like(ours)
    both = [torch.autograd.grad((y * weights).sum(), [x, *conv.parameters()]) for y in (ours, theirs)]
    for one, other in zip(*both):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


def test_the_state_of_many_shared_layers_is_the_recurrence():
    torch.manual_seed(1)
    net = GraphNet(3, 3, 3, 4, conv=StateSpaceConv, shared=True, activation=nn.Identity(), readout="none")
    net = net.double()
    x = torch.randn(5, 3, dtype=torch.double)
    h = x
    for _ in range(4):
        h = by_hand(net.shared.conv, h, EDGES, torch.tanh)
    torch.testing.assert_close(net(x, EDGES), net.head(h), rtol=1e-12, atol=1e-12)


def test_eigenvalues_are_drawn_from_the_interval_and_b_keeps_lengths():
    torch.manual_seed(2)
    conv = StateSpaceConv(500, 500, decay=(0.7, 0.8))
    found = conv.eigenvalues()
    assert 0.7 - 1e-6 <= found.min() < 0.71
    assert 0.79 < found.max() <= 0.8 + 1e-6
    assert abs(found.mean() - 0.75) < 0.01
    torch.testing.assert_close(conv.B.weight @ conv.B.weight.T, torch.eye(500), atol=1e-4, rtol=0)
    before = [p.clone() for p in conv.parameters()]
    conv.reset_parameters()
    assert all(not torch.equal(p, q) for p, q in zip(before, conv.parameters()) if q.abs().sum() > 0)
    assert 0.7 - 1e-6 <= conv.eigenvalues().min() <= conv.eigenvalues().max() <= 0.8 + 1e-6


def test_the_state_helps_a_message_that_has_layers_to_spare():
    """In as many layers as hops λ enters no way from the source to the asker; in more it does."""
    graph = ring_graph(6)
    x = torch.randn(6, 4, dtype=torch.double)
    for layers, matters in ((graph.distance, False), (graph.distance + 2, True)):
        torch.manual_seed(6)
        net = GraphNet(
            4, 4, 2, layers, conv=StateSpaceConv, shared=True, activation=nn.Identity(), add_self_loops=False
        ).double()
        heard = []
        net.shared["conv"].B.weight.data *= 1e-4  # states stay small, where tanh is straight
        for shift in (0.0, 1.0):
            net.shared["conv"].nu.data += shift
            start = (1e-4 * x).requires_grad_()
            net(start, graph.edge_index, query=graph.query).sum().backward()
            heard.append(start.grad[graph.source])
        same = torch.allclose(heard[0], heard[1], rtol=1e-3, atol=0)
        assert same is not matters


INNER = {
    "gcn": None,
    "gin": lambda i, o: pyg_convolution("GINConv", i, o),
    "pyg": lambda i, o: TheirGCNConv(i, o),
    "all nodes": lambda i, o: GraphTransformerConv(i, o),
}


@pytest.mark.parametrize("inner", INNER.values(), ids=list(INNER))
def test_a_batch_is_its_examples_whatever_the_convolution(inner):
    torch.manual_seed(3)
    conv = StateSpaceConv(4, 4, inner=inner)
    x = torch.randn(3, 5, 4)
    torch.testing.assert_close(conv(x, EDGES), torch.stack([conv(row, EDGES) for row in x]))


@pytest.mark.parametrize("options", [{}, {"norm": True}, {"residual": True}, {"full_last": True}])
def test_it_goes_with_the_other_options_of_a_network(options):
    torch.manual_seed(4)
    graph = ring_graph(6)
    net = SequenceGraphClassifier(
        graph,
        num_tokens=5,
        num_classes=3,
        hidden_channels=8,
        num_layers=3,
        conv=StateSpaceConv,
        shared=True,
        activation=nn.Identity(),
        **options,
    )
    out = net(torch.randint(5, (7, 5)))
    assert out.shape == (7, 3)
    out.sum().backward()
    assert all(p.grad is not None and p.grad.isfinite().all() for p in net.parameters())


@pytest.mark.parametrize("inner", [None, INNER["all nodes"]], ids=["gcn", "all nodes"])
def test_examples_with_graphs_of_their_own_do_not_hear_each_other(inner):
    torch.manual_seed(5)
    net = ExampleGraphClassifier(
        6,
        2,
        hidden_channels=8,
        num_layers=3,
        num_tokens=5,
        conv=StateSpaceConv,
        inner=inner,
        shared=True,
        activation=nn.Identity(),
    )
    tokens, lengths = torch.randint(5, (3, 6)), torch.tensor([6, 2, 4])
    edges = torch.tensor([[[0, 1], [1, 2]], [[0, 1], [1, 0]], [[0, 3], [2, -1]]])
    edges[2, :, 1] = -1
    together = net(tokens, lengths=lengths, edges=edges)
    for number in range(3):
        one = slice(number, number + 1)
        alone = net(tokens[one], lengths=lengths[one], edges=edges[one])
        torch.testing.assert_close(together[one], alone, atol=1e-5, rtol=1e-5)


def test_what_is_refused():
    with pytest.raises(ValueError, match="out_channels must be in_channels = 3, as a state keeps its size"):
        StateSpaceConv(3, 4)
    for decay in ((0.9, 0.8), (0.0, 0.5), (0.5, 1.0), 0.9, (0.9,), ("a", "b"), None):
        with pytest.raises(ValueError, match=r"^decay must be"):
            StateSpaceConv(3, 3, decay=decay)
    with pytest.raises(ValueError, match="nonlinearity must be one of tanh, relu"):
        StateSpaceConv(3, 3, nonlinearity="elu")
    wide = StateSpaceConv(3, 3, inner=lambda i, o: GraphTransformerConv(i, o, heads=2))
    with pytest.raises(ValueError, match=r"inner must make a convolution that answers \(5, 3\)"):
        wide(torch.ones(5, 3), EDGES)
