"""The hand-written backward pass against the plain loop and against finite differences."""

import pytest
import torch

from seq import GRU, LSTM, CellGatedLSTM, PeepholeLSTM
from seq.layers.scan import scan

I, H, B, T = 2, 3, 5, 7

CELLS = {
    "lstm": lambda kernel: LSTM(I, H, kernel=kernel),
    "cell-gated": lambda kernel: CellGatedLSTM(I, H, kernel=kernel),
    "peephole": lambda kernel: PeepholeLSTM(I, H, kernel=kernel),
    "gru of cho": lambda kernel: GRU(I, H, variant="cho", kernel=kernel),
}
GATES = {"none": None, "full": (T, B, H), "shared by the batch": (T, 1, H), "a mask": (T, B, 1)}


def draw(*shape):
    return torch.randn(*shape, dtype=torch.double)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("gate_shape", GATES.values(), ids=GATES)
def test_equal_to_the_plain_loop_with_gradients(name, gate_shape):
    plain = CELLS[name]("loop").double()
    x = draw(B, T, I).requires_grad_()
    state = tuple(draw(B, H).requires_grad_() for _ in plain.state_names)
    gate = torch.rand(gate_shape, dtype=torch.double).requires_grad_() if gate_shape else None
    inputs = [x, *state, *plain.parameters(), *([] if gate is None else [gate])]
    results = []
    for fused in (False, True):
        if fused:
            weights = plain.weight_x, plain.bias, plain.scan_weights()
            outputs, after = scan(plain.fused_step, x.transpose(0, 1), *weights, state, gate)
            outputs = outputs.transpose(0, 1)
        else:
            outputs, after = plain.run(x, state, gate)
        loss = (outputs**2).sum() + sum((n * s**3).sum() for n, s in enumerate(after, start=1))
        # The cell-gated LSTM does not use the first h: its gradient is zero.
        grads = torch.autograd.grad(loss, inputs, allow_unused=True, materialize_grads=True)
        results.append([outputs, *after, *grads])
    for one, other in zip(*results):
        torch.testing.assert_close(one, other, rtol=0, atol=1e-10)


@pytest.mark.parametrize("name", CELLS)
def test_gradients_equal_finite_differences_in_every_entry(name):
    cell = CELLS[name]("auto").double()
    x = draw(3, 2, I).requires_grad_()
    gate = torch.rand(3, 2, H, dtype=torch.double).requires_grad_()
    state = tuple(draw(2, H).requires_grad_() for _ in cell.state_names)
    weights = cell.scan_weights()

    def run(x, gate, weight_x, bias, *tensors):
        states, weights = tensors[: len(state)], tensors[len(state) :]
        outputs, after = scan(cell.fused_step, x, weight_x, bias, weights, states, gate)
        return outputs, *after

    assert torch.autograd.gradcheck(run, (x, gate, cell.weight_x, cell.bias, *state, *weights))


@pytest.mark.parametrize("name", CELLS)
def test_float32_takes_other_products_to_the_same_result(name):
    single, double = CELLS[name]("auto"), CELLS[name]("auto").double()
    double.load_state_dict(single.state_dict())
    x = torch.randn(B, T, I)
    results = []
    for layer in (single, double):
        values = x.to(layer.bias.dtype, copy=True).requires_grad_()
        layer(values)[0].square().sum().backward()
        results.append([values.grad, *(p.grad for p in layer.parameters())])
    for one, other in zip(*results):
        # Single precision, over seven steps and sums of 35 terms.
        torch.testing.assert_close(one.double(), other, rtol=1e-4, atol=1e-5)


def test_without_gradients_nothing_is_kept():
    layer = CellGatedLSTM(I, H)
    with torch.no_grad():
        outputs, _ = layer(torch.randn(B, T, I))
    assert outputs.grad_fn is None


def test_second_derivatives_are_refused_here_and_given_by_the_plain_loop():
    x = draw(B, T, I).requires_grad_()
    for kernel in ("loop", "auto"):
        layer = CellGatedLSTM(I, H, kernel=kernel).double()
        loss = layer(x)[0].sum()
        if kernel == "loop":
            (first,) = torch.autograd.grad(loss, x, create_graph=True)
            torch.autograd.grad(first.sum(), x)
        else:
            with pytest.raises(RuntimeError, match="second derivatives need the plain loop"):
                torch.autograd.grad(loss, x, create_graph=True)
