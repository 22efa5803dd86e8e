import pytest
import torch

from gnnlab import GraphNet, normalized_adjacency, path_graph

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


def test_query_must_be_given():
    with pytest.raises(ValueError, match="query"):
        GraphNet(3, 4, 5, num_layers=1)(torch.ones(7, 3), EDGES)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("conv", {"conv": "cnn"}),
        ("readout", {"readout": "last"}),
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
