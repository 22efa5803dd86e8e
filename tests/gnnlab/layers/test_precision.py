"""Layers in short types: sums of a hub, and the type of what comes out."""

import pytest
import torch

from gnnlab import GATConv, GATv2Conv, GCNConv, GraphNet
from gnnlab.layers.normalization import edge_matrix

SHORT = [torch.bfloat16, torch.float16]
KERNELS = ["auto", "dense", "sparse", "message"]
LAYERS = {
    "gcn": lambda **options: GCNConv(4, 4, **options),
    "gat": lambda **options: GATConv(4, 4, **options),
    "gatv2": lambda **options: GATv2Conv(4, 4, **options),
}


def star(leaves):
    """Leaves that all send to node 0."""
    return torch.stack([torch.arange(1, leaves + 1), torch.zeros(leaves, dtype=torch.long)])


def as_double(conv, make):
    """The same layer in double precision, with the same rounded weights."""
    twin = make().double()
    twin.load_state_dict({name: value.double() for name, value in conv.state_dict().items()})
    return twin


@pytest.mark.parametrize("dtype", SHORT)
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("leaves", [50, 300, 1500])
def test_the_hub_of_a_star(layer, kernel, dtype, leaves):
    torch.manual_seed(0)
    conv = LAYERS[layer](kernel=kernel).to(dtype)
    x = torch.rand(leaves + 1, 4).to(dtype)
    out = conv(x, star(leaves))
    expected = as_double(conv, LAYERS[layer])(x.double(), star(leaves))
    assert out.dtype == dtype
    # X W is rounded once for each node, and the sum once more; half a unit in the last place is eps / 2.
    size = (x.double() @ torch.ones(4, 4, dtype=torch.float64)).abs().max() * torch.finfo(dtype).eps
    bound = 2 * size * (leaves**0.5 if layer == "gcn" else 1)
    assert (out.double() - expected).abs().max() < bound
    big = expected[0].abs().max()
    assert (out[0].double() - expected[0]).abs().max() < 0.02 * big


@pytest.mark.parametrize("dtype", SHORT)
@pytest.mark.parametrize("kernel", KERNELS)
def test_gradients_through_a_hub(kernel, dtype):
    torch.manual_seed(0)
    conv = GATConv(4, 4, kernel=kernel).to(dtype)
    x = torch.rand(301, 4).to(dtype).requires_grad_()
    conv(x, star(300))[0].sum().backward()
    twin, other = as_double(conv, lambda: GATConv(4, 4)), x.detach().double().requires_grad_()
    twin(other, star(300))[0].sum().backward()
    # Every leaf has a 300th of the attention; a few roundings of it are 2 %.
    assert x.grad.dtype == dtype
    torch.testing.assert_close(x.grad.double(), other.grad, rtol=0.1, atol=0.002)
    weight, expected = conv.lin.weight.grad.double(), twin.lin.weight.grad
    assert (weight - expected).abs().max() < 0.05 * expected.abs().max()


@pytest.mark.parametrize("dtype", SHORT)
@pytest.mark.parametrize("reduce", ["mean", "add"])
def test_features_of_self_loops_are_sums_too(dtype, reduce):
    torch.manual_seed(0)
    conv = GATConv(4, 4, edge_dim=1, fill_value=reduce).to(dtype)
    attr = torch.full((400, 1), 0.01, dtype=dtype)
    x = torch.rand(401, 4).to(dtype)
    twin = as_double(conv, lambda: GATConv(4, 4, edge_dim=1, fill_value=reduce))
    expected = twin(x.double(), star(400), attr.double(), return_attention_weights=True)[1][1]
    found = conv(x, star(400), attr, return_attention_weights=True)[1][1]
    torch.testing.assert_close(found.double(), expected, rtol=0.05, atol=1e-4)


@pytest.mark.parametrize("dtype", SHORT)
@pytest.mark.parametrize("readout", ["mean", "sum", "max"])
def test_read_outs_over_many_nodes(dtype, readout):
    torch.manual_seed(0)
    net = GraphNet(4, 4, 2, 1, readout=readout).to(dtype)
    net.head.weight.data.copy_(torch.tensor([[0.5, 0, 0, 0], [0, 0.25, 0, 0]]))
    x, edges = torch.full((600, 4), 0.5, dtype=dtype), torch.empty(2, 0, dtype=torch.long)
    together = net(x, edges)
    apart = net(x, edges, batch=torch.zeros(600, dtype=torch.long))
    # Every node is the same, so the read-out is one of them, or 600 times it.
    one = net._read(net.layer(0, x[:1], edges), None, None, None)
    assert one.dtype == dtype
    times = 600 if readout == "sum" else 1
    expected = (times * one.double()) @ net.head.weight.double().t() + net.head.bias.double()
    torch.testing.assert_close(together.double(), expected, rtol=0.02, atol=0.01)
    torch.testing.assert_close(apart[0].double(), expected, rtol=0.02, atol=0.01)


@pytest.mark.parametrize("dtype", SHORT)
def test_degrees_are_counted_in_full(dtype):
    edges = star(2000)
    ones = torch.ones(2000, dtype=dtype)
    matrix = edge_matrix(edges, ones, 2001, self_loops=True, normalize=True, dtype=dtype)
    hub = matrix.values[matrix.edges.target == 0].double()
    expected = torch.tensor([1 / 2001] + [2001**-0.5] * 2000, dtype=torch.float64)
    # One rounding.
    torch.testing.assert_close(hub, expected, rtol=torch.finfo(dtype).eps, atol=1e-7)


@pytest.mark.parametrize("layer", LAYERS)
@pytest.mark.parametrize("kernel", KERNELS)
def test_autocast_keeps_the_sum(layer, kernel):
    torch.manual_seed(0)
    conv, x = LAYERS[layer](kernel=kernel), torch.rand(301, 4)
    expected = conv(x, star(300))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        out = conv(x, star(300))
    out.sum().backward()
    # X W has 8 bits.
    torch.testing.assert_close(out[0].float(), expected[0], rtol=0.03, atol=0.02)
