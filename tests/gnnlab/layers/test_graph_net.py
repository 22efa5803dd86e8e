import copy

import pytest
import torch
from torch import nn
from torch_geometric.nn import JumpingKnowledge

from gnnlab import GraphNet, GraphTransformerConv, StaticGraphConv, normalized_adjacency, path_graph

EDGES = path_graph(7).edge_index


def test_two_gcn_layers_by_hand():
    torch.manual_seed(0)
    net = GraphNet(3, 5, 2, num_layers=2, readout="query").double()
    x = torch.randn(7, 3, dtype=torch.float64)
    a = normalized_adjacency(EDGES).double()
    h = x
    for conv in net.convs:
        h = (a @ h @ conv.lin.weight.T + conv.bias).clamp(min=0)
    expected = h[4] @ net.head.weight.T + net.head.bias
    # Â is made in float32 by the function above, and in float64 inside the layer.
    torch.testing.assert_close(net(x, EDGES, query=4), expected, atol=1e-6, rtol=1e-6)


@pytest.mark.parametrize("conv", ["gcn", "gat"])
@pytest.mark.parametrize("readout", ["query", "mean", "max", "sum", "none"])
@pytest.mark.parametrize("residual", [False, True])
def test_a_batch_is_its_examples(conv, readout, residual):
    torch.manual_seed(1)
    net = GraphNet(3, 4, 5, num_layers=3, conv=conv, heads=2, readout=readout, residual=residual)
    x = torch.randn(11, 7, 3)
    whole = net(x, EDGES, query=6)
    parts = torch.stack([net(row, EDGES, query=6).squeeze(0) for row in x])
    torch.testing.assert_close(whole, parts, atol=1e-5, rtol=1e-5)  # float32, products in another order


@pytest.mark.parametrize("readout", ["mean", "max", "sum"])
def test_graphs_of_a_loader_are_read_apart(readout):
    torch.manual_seed(2)
    net = GraphNet(3, 4, 5, num_layers=2, readout=readout)
    sizes = [4, 2, 7]
    features = [torch.randn(n, 3) for n in sizes]
    edges = [path_graph(n).edge_index for n in sizes]
    shifts = [0, 4, 6]
    together = net(
        torch.cat(features),
        torch.cat([e + s for e, s in zip(edges, shifts)], dim=1),
        batch=torch.repeat_interleave(torch.arange(3), torch.tensor(sizes)),
    )
    apart = torch.stack([net(x, e) for x, e in zip(features, edges)])
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("conv", ["gcn", "gat"])
@pytest.mark.parametrize("layers", [1, 3, 5])
def test_k_layers_hear_exactly_k_hops(conv, layers):
    torch.manual_seed(3)
    net = GraphNet(2, 31, 3, num_layers=layers, conv=conv, readout="query")  # wide: some relu stays open
    x = torch.randn(7, 2, requires_grad=True)
    net(x, EDGES, query=6).sum().backward()
    heard = x.grad.abs().sum(1) > 0
    assert heard.tolist() == [6 - i <= layers for i in range(7)]


@pytest.mark.parametrize("conv", ["gcn", "gat"])
def test_a_fully_adjacent_last_layer_is_a_last_layer_on_the_complete_graph(conv):
    torch.manual_seed(4)
    net = GraphNet(3, 4, 5, num_layers=3, conv=conv, heads=2, full_last=True, readout="none")
    x = torch.randn(7, 3)
    pairs = torch.tensor([(i, j) for i in range(7) for j in range(7) if i != j]).t()
    h = x
    for conv_layer, edges in zip(net.convs, (EDGES, EDGES, pairs)):
        h = net.activation(conv_layer(h, edges))
    torch.testing.assert_close(net(x, EDGES), net.head(h))
    assert torch.equal(net.layer_edges(0, x, EDGES), EDGES)


def test_a_fully_adjacent_last_layer_joins_no_two_graphs_of_a_loader():
    torch.manual_seed(5)
    net = GraphNet(3, 4, 5, num_layers=2, full_last=True, readout="mean")
    one, other = torch.randn(4, 3), torch.randn(2, 3)
    edges = [path_graph(n).edge_index for n in (4, 2)]
    together = net(
        torch.cat([one, other]),
        torch.cat([edges[0], edges[1] + 4], dim=1),
        batch=torch.tensor([0] * 4 + [1] * 2),
    )
    apart = torch.stack([net(one, edges[0]), net(other, edges[1])])
    torch.testing.assert_close(together, apart, atol=1e-5, rtol=1e-5)


def test_layer_normalisation_comes_after_the_residual():
    torch.manual_seed(6)
    net = GraphNet(4, 4, 5, num_layers=2, norm=True, residual=True, readout="none").double()
    x = torch.randn(7, 4, dtype=torch.double)
    h = x
    for conv in net.convs:
        h = h + conv(h, EDGES).clamp(min=0)
        h = (h - h.mean(1, keepdim=True)) / (h.var(1, keepdim=True, unbiased=False) + 1e-5).sqrt()
    torch.testing.assert_close(net(x, EDGES), net.head(h))


@pytest.mark.parametrize("jump", ["max", "cat"])
@pytest.mark.parametrize("readout", ["query", "mean", "none"])
@pytest.mark.parametrize("shape", [(7, 3), (5, 7, 3)])
def test_jumping_knowledge_is_pygs_gradients_too(jump, readout, shape):
    torch.manual_seed(7)
    # No ReLU: after it layers tie at zero, and each implementation takes a subgradient of its own.
    net = GraphNet(3, 4, 5, 3, readout=readout, jump=jump, norm=True, activation=torch.tanh).double()
    x = torch.randn(shape, dtype=torch.double, requires_grad=True)
    h, known = x, []
    for number in range(3):
        h = net.layer(number, h, EDGES)
        known.append(h)
    h = JumpingKnowledge(jump)(known)
    h = {"query": lambda: h[..., 6, :], "mean": lambda: h.mean(-2), "none": lambda: h}[readout]()
    ours, theirs = net(x, EDGES, query=6), h @ net.head.weight.T + net.head.bias
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    weights = torch.randn_like(ours)
    both = [torch.autograd.grad((y * weights).sum(), [x, *net.parameters()]) for y in (ours, theirs)]
    for one, other in zip(*both):
        torch.testing.assert_close(one, other, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("conv", ["gcn", "gat"])
@pytest.mark.parametrize(
    "options", [{}, {"norm": True, "residual": True}, {"full_last": True, "jump": "max"}]
)
def test_shared_layers_are_layers_with_the_same_weights(conv, options):
    torch.manual_seed(8)
    one = GraphNet(4, 4, 5, num_layers=3, conv=conv, heads=2, shared=True, **options).double()
    apart = GraphNet(4, 4, 5, num_layers=3, conv=conv, heads=2, **options).double()
    with torch.no_grad():
        for p in one.parameters():
            p.normal_()
    for own in (*apart.convs, *apart.norms):
        own.load_state_dict(one.convs[0].state_dict() if own in apart.convs else one.norms[0].state_dict())
    apart.head.load_state_dict(one.head.state_dict())
    x = torch.randn(7, 4, dtype=torch.double)
    ours, theirs = one(x, EDGES, query=3), apart(x, EDGES, query=3)
    torch.testing.assert_close(ours, theirs, rtol=1e-12, atol=1e-12)
    ours.sum().backward()
    theirs.sum().backward()
    for name, p in one.convs[0].named_parameters():
        summed = sum(dict(own.named_parameters())[name].grad for own in apart.convs)
        torch.testing.assert_close(p.grad, summed, rtol=1e-9, atol=1e-9)


def test_shared_weights_are_there_once_whatever_the_depth():
    few, many = (GraphNet(4, 4, 5, layers, shared=True, norm=True) for layers in (2, 9))
    assert list(few.state_dict()) == list(many.state_dict())
    assert sum(p.numel() for p in many.parameters()) == (4 * 4 + 4) + 2 * 4 + (5 * 4 + 5)
    many.load_state_dict(few.state_dict())
    copied = copy.deepcopy(many)
    with torch.no_grad():
        copied.shared["conv"].lin.weight.zero_()
    assert not any(conv.lin.weight.any() for conv in copied.convs)
    assert all(conv.lin.weight.any() for conv in many.convs)
    with pytest.raises(ValueError, match="in_channels must be hidden_channels = 4 where layers are shared"):
        GraphNet(3, 4, 5, 2, shared=True)


def test_resetting_draws_shared_weights_once():
    torch.manual_seed(9)
    net = GraphNet(4, 4, 5, 3, shared=True)
    torch.manual_seed(10)
    net.reset_parameters()
    torch.manual_seed(10)
    net.convs[0].reset_parameters()
    net.head.reset_parameters()
    after = torch.rand(1)
    torch.manual_seed(10)
    net.reset_parameters()
    assert torch.equal(torch.rand(1), after)


def test_a_convolution_that_asks_for_the_graphs_of_nodes_is_told():
    class Centred(nn.Module):  # each graph's own mean away
        def __init__(self, inputs, outputs):
            super().__init__()
            self.dense = nn.Linear(inputs, outputs)

        def forward(self, x, edge_index, batch):
            same = (batch.unsqueeze(1) == batch).to(x.dtype)
            return self.dense(x - same @ x / same.sum(1, keepdim=True))

    torch.manual_seed(11)
    net = GraphNet(3, 4, 2, 2, conv=lambda i, o: StaticGraphConv(Centred(i, o)), readout="mean")
    x = torch.randn(3, 7, 3)
    static = net(x, EDGES)
    edges = torch.cat([EDGES + 7 * k for k in range(3)], dim=1)
    batch = torch.arange(3).repeat_interleave(7)
    torch.testing.assert_close(net(x.flatten(0, 1), edges, batch=batch), static)
    alone = [net(row, EDGES, batch=torch.zeros(7, dtype=torch.long)) for row in x]
    torch.testing.assert_close(torch.cat(alone), static)


def test_all_nodes_hear_each_other_in_one_layer_of_a_graph_transformer():
    torch.manual_seed(12)
    net = GraphNet(2, 8, 3, 1, conv=GraphTransformerConv)
    x = torch.randn(7, 2, requires_grad=True)
    net(x, EDGES, query=6).sum().backward()
    assert bool((x.grad.abs().sum(1) > 0).all())


def test_query_must_be_given():
    with pytest.raises(ValueError, match="query"):
        GraphNet(3, 4, 5, num_layers=1)(torch.ones(7, 3), EDGES)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("conv", {"conv": "cnn"}),
        ("readout", {"readout": "last"}),
        ("jump", {"jump": "lstm"}),
        ("shared", {"shared": "yes"}),
        ("num_layers", {"num_layers": 0}),
        ("hidden_channels", {"conv": "gat", "heads": 3}),
    ],
)
def test_bad_options_are_named(name, options):
    with pytest.raises(ValueError, match=name):
        GraphNet(**{"in_channels": 3, "hidden_channels": 4, "out_channels": 5, "num_layers": 1} | options)


def test_reset_honours_the_generator():
    net = GraphNet(3, 4, 5, num_layers=2, conv="gat", heads=2)

    def weights(seed):
        torch.manual_seed(seed)
        net.reset_parameters()
        return torch.cat([p.detach().flatten() for p in net.parameters()])

    assert torch.equal(weights(7), weights(7))
    assert not torch.equal(weights(7), weights(8))


@pytest.mark.parametrize("readout", ["mean", "max", "sum"])
def test_graphs_without_nodes_are_read_as_zeros(readout):
    net = GraphNet(3, 4, 2, 1, readout=readout)
    x, edges = torch.randn(5, 3), torch.tensor([[0, 3], [1, 4]])
    batch = torch.tensor([0, 0, 2, 2, 2])
    found = net(x, edges, batch=batch, batch_size=4)
    assert found.shape == (4, 2)
    torch.testing.assert_close(found[1], net.head.bias)
    torch.testing.assert_close(found[3], net.head.bias)
    torch.testing.assert_close(found[:3], net(x, edges, batch=batch))
    torch.testing.assert_close(found[0], net(x[:2], edges[:, :1]))
    torch.testing.assert_close(found[2], net(x[2:], edges[:, 1:] - 2))
    none = torch.empty(2, 0, dtype=torch.long)
    torch.testing.assert_close(net(x[:0], none), net.head.bias)
    torch.testing.assert_close(net(torch.empty(7, 0, 3), none), net.head.bias.expand(7, 2))
    assert net(x[:0], none, batch=batch[:0], batch_size=2).shape == (2, 2)


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("query", {"query": 5}),
        ("query", {"query": -1}),
        ("query", {"query": 1.0}),
        ("query", {"query": True}),
        ("query", {"query": torch.tensor([0, 9])}),
        ("query", {"query": torch.tensor([0.0])}),
        ("query", {"query": [0]}),
        ("batch", {"batch": [0] * 5, "query": 0}),
        ("batch", {"batch": torch.zeros(4, dtype=torch.long), "query": 0}),
        ("batch", {"batch": torch.zeros(5), "query": 0}),
        ("batch", {"batch": torch.tensor([0, 0, 0, 1, 2]), "batch_size": 2, "query": torch.tensor([0, 3])}),
        ("batch_size", {"batch_size": 2, "query": 0}),
        ("batch_size", {"batch": torch.zeros(5, dtype=torch.long), "batch_size": 1.0, "query": 0}),
        (
            "query",
            {"batch": torch.zeros(5, dtype=torch.long), "batch_size": 1, "query": torch.tensor([0, 1])},
        ),
        ("x", {"x": torch.randn(5), "query": 0}),
        ("edge_weight", {"edge_weight": [1.0, 2.0], "query": 0}),
    ],
)
def test_arguments_of_a_call_are_named(name, given):
    net = GraphNet(3, 4, 2, 1)
    given = {"x": torch.randn(5, 3), "edge_index": torch.tensor([[0, 3], [1, 4]])} | given
    with pytest.raises(ValueError, match=rf"^{name} "):
        net(**given)
