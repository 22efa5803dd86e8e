"""One kernel each way beside the plain loop in double precision: outputs, state, gradients of all that goes in."""

import pytest
import torch
from torch.func import functional_call

from seq import LSTM
from seq.kernels.cell import run_by_kernel
from tests.seq.kernels.cells import CELLS, PHASED, I, assert_equal, double, loss, plain, some

SHAPES = [(3, 5, 5)]  # T, B, H
SLOW_SHAPES = [(1, 1, 1), (6, 17, 16), (4, 37, 40), (3, 3, 64), (2, 18, 131), (50, 16, 64)]
GATES = {"none": None, "full": "TBH", "shared by the batch": "T1H", "a mask": "TB1"}

by_cell = pytest.mark.parametrize("name", CELLS)
by_shape = pytest.mark.parametrize(
    ("T", "B", "H"), [*SHAPES, *(pytest.param(*shape, marks=pytest.mark.slow) for shape in SLOW_SHAPES)]
)


def gate_of(kind, T, B, H, device):
    letters = GATES[kind]
    if letters is None:
        return None
    shape = [{"T": T, "B": B, "H": H, "1": 1}[letter] for letter in letters]
    gate = torch.rand(shape, device=device)
    return (gate > 0.4).float() if kind == "a mask" else gate.requires_grad_()


def check(name, T, B, H, kind, device):
    cell = CELLS[name](I, H).to(device)
    x = torch.randn(B, T, I, device=device).requires_grad_()
    state = tuple(torch.randn(B, H, device=device).requires_grad_() for _ in cell.state_names)
    gate = gate_of(kind, T, B, H, device)
    results = []
    for layer, given in ((cell, lambda tensor: tensor), (plain(cell), double)):
        x_, gate_, state_ = given(x), given(gate), tuple(map(given, state))
        if layer is cell:
            outputs, after = run_by_kernel(cell.equations, cell.kernel_weights(), x_, state_, gate_)
        else:
            outputs, after = layer.run(x_, state_, gate_)
        inputs = [x_, *state_, *layer.parameters()]
        if gate is not None and gate.requires_grad:
            inputs.append(gate_)
        # The gates of the cell-gated LSTM never see h: its gradient is zero.
        grads = torch.autograd.grad(loss(outputs, after), inputs, allow_unused=True, materialize_grads=True)
        results.append([outputs, *after, *grads])
    assert_equal(*results)


@by_cell
@by_shape
@pytest.mark.parametrize("kind", ["none", "full"])
def test_equal_to_the_plain_loop_with_gradients(name, T, B, H, kind, device, launches):
    check(name, T, B, H, kind, device)
    assert launches == ["forward 1", "backward 1"]


@pytest.mark.parametrize("kind", ["shared by the batch", "a mask"])
@pytest.mark.parametrize("name", some(CELLS, "lstm"))
def test_gates_of_every_shape(name, kind, device, launches):
    check(name, 3, 5, 5, kind, device)


@pytest.mark.parametrize("name", some(CELLS, "gru of cho"))
def test_small_programs(name, device, monkeypatch):
    monkeypatch.setattr("seq.kernels.launch.rows_of_a_program", lambda K, B, device: 8)
    check(name, 2, 19, 18, "full", device)


@pytest.mark.parametrize("name", some(CELLS, "lstm", "gru"))
def test_lengths(name, device, launches):
    T, B, H = 4, 5, 6
    cell = CELLS[name](I, H).to(device)
    x = torch.randn(B, T, I, device=device)
    lengths = torch.tensor([4, 1, 3, 2, 4], device=device)
    x[1, 1:] = torch.nan  # what lies beyond the end reaches nothing
    x.requires_grad_()
    results = []
    for layer, given in ((cell, x), (plain(cell), double(x))):
        outputs, after = layer(given, lengths=lengths.cpu() if layer is not cell else lengths)
        grads = torch.autograd.grad(loss(outputs, after), [given, *layer.parameters()])
        results.append([outputs, *after, *grads])
    assert_equal(*results)
    # Where h is all of the state, and torch has a kernel, the last valid output is the state.
    torchs = name.startswith(("rnn", "gru")) and name != "gru of cho"
    assert launches == ([] if torchs else ["forward 1", "backward 1"])


@pytest.mark.parametrize("name", some(PHASED, "PeepholeLSTM"))
@pytest.mark.parametrize("with_lengths", [False, True])
def test_phased_cells(name, with_lengths, device, launches):
    T, B, H = 4, 5, 6
    layer = PHASED[name](I, H).to(device)
    x = torch.randn(B, T, I, device=device).requires_grad_()
    times = torch.rand(B, T).cumsum(1) * 3
    lengths = torch.tensor([4, 1, 3, 2, 4]) if with_lengths else None
    results = []
    for one, given in ((layer, x), (plain(layer), double(x))):
        to = (lambda tensor: None if tensor is None else tensor.to(device)) if one is layer else lambda t: t
        outputs, after = one(given, times=to(times), lengths=to(lengths))
        grads = torch.autograd.grad(loss(outputs, after), [given, *one.parameters()])
        results.append([outputs, *after, *grads])
    assert_equal(*results)
    assert launches == ["forward 1", "backward 1"]


def test_large_numbers_meet_no_overflow(device):
    cell = LSTM(I, 4).to(device)
    x, state = 1e4 * torch.randn(2, 3, I, device=device), (torch.zeros(2, 4, device=device),) * 2
    outputs, after = run_by_kernel(cell.equations, cell.kernel_weights(), x, state, None)
    expected, expected_after = plain(cell).run(double(x), tuple(map(double, state)))
    assert_equal([outputs, *after], [expected, *expected_after])


@pytest.mark.parametrize("used", ["outputs", "state", "state of one part"])
def test_a_loss_of_one_result_alone(used, device):
    cell = LSTM(I, 5).to(device)
    x, state = torch.randn(4, 3, I, device=device), (torch.zeros(4, 5, device=device),) * 2
    results = []
    for layer in (cell, plain(cell)):
        if layer is cell:
            outputs, after = run_by_kernel(cell.equations, cell.kernel_weights(), x, state, None)
        else:
            outputs, after = layer.run(double(x), tuple(map(double, state)))
        part = {"outputs": outputs, "state": sum(after), "state of one part": after[1]}[used]
        results.append(torch.autograd.grad(part.sum(), list(layer.parameters())))
    assert_equal(*results)


def test_outputs_changed_in_place_leave_the_gradients_alone(device):
    layer = CELLS["cell-gated"](I, 5).to(device)
    x = torch.randn(4, 3, I, device=device)
    grads = []
    for change in (False, True):
        outputs, _ = layer(x)
        total = outputs.sum()
        if change:
            with torch.no_grad():
                outputs.zero_()
        grads.append(torch.autograd.grad(total, list(layer.parameters())))
    for one, other in zip(*grads):
        assert torch.equal(one, other)


def test_without_gradients(device, launches):
    layer = CELLS["peephole"](I, 5).to(device)
    with torch.no_grad():
        outputs, _ = layer(torch.randn(4, 3, I, device=device))
    assert outputs.grad_fn is None
    assert launches == ["forward 1"]


def test_other_weights_by_functional_call(device, launches):
    layer = CELLS["peephole"](I, 5).to(device)
    x = torch.randn(4, 3, I, device=device)
    weights = {name: 2 * p.detach() for name, p in layer.named_parameters()}
    found, _ = functional_call(layer, weights, (x,))
    layer.load_state_dict(weights)
    assert_equal([found], [plain(layer)(double(x))[0]])
