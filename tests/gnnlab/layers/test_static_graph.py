"""Convolutions of PyG over batches that share an edge list, against one graph at a time."""

import inspect

import pytest
import torch
from torch import nn
from torch_geometric import nn as pyg
from torch_geometric.nn import MessagePassing

from experiments.core.registry import PYG_HEADS
from gnnlab import GraphNet, StaticGraphConv, path_graph, pyg_convolution

EDGES = torch.tensor([[0, 1, 2, 3, 4, 4, 2], [1, 2, 3, 4, 0, 2, 2]])
NAMES = [
    "SAGEConv",
    "GINConv",
    "GATv2Conv",
    "TransformerConv",
    "GraphConv",
    "EdgeConv",
    "TAGConv",
    "ARMAConv",
    "LEConv",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_batch_is_its_examples_one_by_one_gradients_too(name):
    torch.manual_seed(0)
    conv = pyg_convolution(name, 3, 7).double()
    x = torch.randn(11, 5, 3, dtype=torch.double, requires_grad=True)
    together = conv(x, EDGES)
    apart = torch.stack([conv.conv(row, EDGES) for row in x])
    torch.testing.assert_close(together, apart, rtol=1e-12, atol=1e-12)
    weights = torch.randn_like(together)
    both = [
        torch.autograd.grad((y * weights).sum(), [x, *conv.parameters()], materialize_grads=True)
        for y in (together, apart)
    ]
    for one, other in zip(*both):
        torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


def test_weights_of_edges_reach_convolutions_that_take_them():
    conv = pyg_convolution("GraphConv", 3, 2)
    x, weight = torch.randn(4, 5, 3), torch.rand(7)
    apart = torch.stack([conv.conv(row, EDGES, edge_weight=weight) for row in x])
    torch.testing.assert_close(conv(x, EDGES, weight), apart)
    with pytest.raises(ValueError, match="SAGEConv takes no weights"):
        pyg_convolution("SAGEConv", 3, 2)(x, EDGES, weight)


def test_heads_are_those_that_pyg_has():
    found = set()
    for name in dir(pyg):
        cls = getattr(pyg, name)
        if inspect.isclass(cls) and issubclass(cls, MessagePassing):
            parameters = inspect.signature(cls).parameters
            if {"heads", "concat"} <= set(parameters) and list(parameters)[:2] == [
                "in_channels",
                "out_channels",
            ]:
                found.add(name)
    assert found - {"HEATConv", "HypergraphConv", "RGATConv"} == PYG_HEADS  # those need more than two sizes


@pytest.mark.parametrize("name", ["GATv2Conv", "GINConv"])
def test_a_graph_net_takes_them(name):
    torch.manual_seed(0)
    net = GraphNet(3, 8, 2, 3, conv=lambda i, o: pyg_convolution(name, i, o).conv)
    x, graph = torch.randn(4, 6, 3), path_graph(6)
    apart = torch.stack([net(row, graph.edge_index, query=5) for row in x])
    torch.testing.assert_close(net(x, graph.edge_index, query=5), apart, rtol=1e-5, atol=1e-5)


def test_what_is_refused():
    with pytest.raises(ValueError, match="did you mean SAGEConv"):
        pyg_convolution("SageConv", 3, 2)
    with pytest.raises(ValueError, match="PNAConv"):
        pyg_convolution("PNAConv", 3, 2)
    with pytest.raises(ValueError, match="conv must be a torch module, but is a int"):
        StaticGraphConv(3)

    class Wrong(nn.Module):
        def forward(self, x, edge_index):
            return x.sum(0)

    with pytest.raises(ValueError, match="Wrong must answer"):
        StaticGraphConv(Wrong())(torch.randn(5, 3), EDGES)
