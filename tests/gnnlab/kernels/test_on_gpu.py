"""What only a GPU can show of the kernels of attention: a captured step, the same bits again, the memory."""

import pytest
import torch

from gnnlab import GATConv

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device"),
]
V2 = pytest.mark.parametrize("v2", [False, True])


def case(v2, nodes=2000, edges=40_000, **options):
    """A layer, features and a graph with a hub of 3,000 edges."""
    torch.manual_seed(0)
    graph = torch.randint(nodes, (2, edges), device="cuda")
    graph[1, :3000] = 0
    conv = GATConv(16, 8, heads=4, v2=v2, **options).cuda()
    return conv, torch.randn(nodes, 16, device="cuda", requires_grad=True), graph


@V2
def test_the_same_bits_again(v2, device):
    conv, x, graph = case(v2)
    first, again = (
        torch.autograd.grad(conv(x, graph).square().sum(), [x, *conv.parameters()]) for _ in range(2)
    )
    assert all(torch.equal(one, other) for one, other in zip(first, again, strict=True))


@V2
@pytest.mark.parametrize("dropout", [0.0, 0.5])
def test_a_captured_step(v2, dropout, device):
    conv, x, graph = case(v2, dropout=dropout)

    def step():
        out = conv(x, graph)
        return out.detach(), *torch.autograd.grad(out.square().sum(), [x, *conv.parameters()])

    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        for _ in range(3):
            step()
    torch.cuda.current_stream().wait_stream(stream)
    expected = step()
    captured = torch.cuda.CUDAGraph()
    with torch.cuda.graph(captured):
        found = step()
    captured.replay()
    first = found[0].clone()
    if dropout == 0:
        torch.testing.assert_close(found, expected)
    captured.replay()
    assert torch.equal(found[0], first) == (dropout == 0)  # dropout draws anew


@V2
def test_memory_does_not_grow_with_edges_times_channels(v2, device):
    conv, x, graph = case(v2, edges=1_000_000)
    conv(x, graph).sum().backward()
    torch.cuda.synchronize()
    before = torch.cuda.memory_allocated()
    torch.cuda.reset_peak_memory_stats()
    conv(x, graph).sum().backward()
    assert torch.cuda.max_memory_allocated() - before < 4 * graph.size(
        1
    )  # a number for each edge; there are 32
