"""Kernels within a captured CUDA graph: launches alone, so that a replay is the same step on other numbers."""

import pytest
import torch

from tests.seq.kernels.cells import CELLS, PHASED, I, assert_equal, double, loss, plain

B, T, H = 5, 4, 6


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device")
@pytest.mark.parametrize("with_lengths", [False, True])
@pytest.mark.parametrize("name", ["gru of cho", "cell-gated", "phased PeepholeLSTM"])
def test_a_captured_step(name, with_lengths, launches):
    make = (CELLS | {f"phased {name}": make for name, make in PHASED.items()})[name]
    layer = make(I, H).cuda()
    x = torch.randn(B, T, I, device="cuda")
    lengths = torch.tensor([4, 1, 3, 2, 4]) if with_lengths else None
    there = lengths.cuda() if with_lengths else None

    def step():
        layer.zero_grad(set_to_none=False)
        outputs, after = layer(x, lengths=there)
        loss(outputs, after).backward()
        return outputs

    side = torch.cuda.Stream()
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        step()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        outputs = step()
    assert launches == ["forward 1", "backward 1"] * 2
    x.normal_()
    graph.replay()
    loop = plain(layer)
    expected, after = loop(double(x), lengths=lengths)
    grads = torch.autograd.grad(loss(expected, after), list(loop.parameters()))
    assert_equal([outputs, *(p.grad for p in layer.parameters())], [expected, *grads])
