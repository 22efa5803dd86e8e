"""Where kernels stand aside, and what takes over then."""

import subprocess
import sys
import warnings

import pytest
import torch
from torch.func import functional_call, grad, hessian, jacrev, jvp, stack_module_state, vmap
from torch.utils._python_dispatch import TorchDispatchMode

from seq import CellGatedLSTM, PeepholeLSTM
from seq.kernels import cell as kernel_cell
from tests.seq.kernels.cells import I, assert_equal, double, plain

B, T, H = 2, 3, 4


@pytest.fixture
def layer(device):
    return CellGatedLSTM(I, H).to(device)


@pytest.fixture
def x(device):
    return torch.randn(B, T, I, device=device)


class Listener(TorchDispatchMode):
    """Hears every operation of torch."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        self.count += 1
        return func(*args, **(kwargs or {}))


class Subclass(torch.Tensor):
    """A tensor that a library could have made its own."""


def run_in_double(layer, x):
    return layer.double()(x.double())[0]


def run_the_loop(layer, x):
    layer.kernel = "loop"
    return layer(x)[0]


def run_under_a_listener(layer, x):
    with Listener() as listener:
        outputs = layer(x)[0]
    assert listener.count > 20 * T / 2
    return outputs


def run_by_jvp(layer, x):
    return jvp(lambda x: layer(x)[0], (x,), (torch.ones_like(x),))[0]


def run_with_a_subclass(layer, x):
    return layer(x.as_subclass(Subclass))[0].as_subclass(torch.Tensor)


def run_in_autocast(layer, x):
    with torch.autocast(x.device.type, dtype=torch.bfloat16):
        return layer(x)[0]


def run_compiled(layer, x):
    torch._dynamo.reset()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of torch's own parts
        return torch.compile(layer, fullgraph=True, backend="eager")(x)[0]


@pytest.mark.parametrize(
    "run",
    [run_in_double, run_the_loop, run_under_a_listener, run_by_jvp, run_with_a_subclass, run_compiled],
)
def test_the_other_ways_take_over(run, layer, x, launches):
    expected = plain(layer)(double(x))[0]
    assert_equal([run(layer, x)], [expected])
    assert launches == []


def test_autocast_leaves_the_recurrence_in_single_precision(layer, x, launches):
    expected = plain(layer)(double(x))[0]
    assert_equal([run_in_autocast(layer, x)], [expected])
    assert launches == ["forward 1"]


def test_too_many_units(layer, x, launches, monkeypatch):
    monkeypatch.setattr(kernel_cell, "MAX_UNITS", H - 1)
    assert_equal([layer(x)[0]], [plain(layer)(double(x))[0]])
    assert launches == []


def test_an_empty_batch(layer, x, launches):
    assert layer(x[:0])[0].shape == (0, T, H)
    assert launches == []


@pytest.mark.parametrize("first", ["autograd", "torch.func"])
def test_second_derivatives_are_refused_here(first, layer, x, launches):
    x.requires_grad_()
    layer.requires_grad_(False)  # so that x is the only way
    if first == "autograd":
        (once,) = torch.autograd.grad(layer(x)[0].sum(), x, create_graph=True)
    else:
        once = grad(lambda x: layer(x)[0].sum())(x)
    assert launches == ["forward 1", "backward 1"]
    with pytest.raises(
        RuntimeError, match="second derivatives need the plain loop: build the layer with kernel"
    ):
        torch.autograd.grad(once.sum(), x)


def test_transforms_of_higher_order_take_the_plain_loop(layer, x, launches):
    one, loop = x[:1, :2], plain(layer)

    def total(layer):
        return lambda x: layer(x)[0].square().sum()

    assert_equal([hessian(total(layer))(one)], [hessian(total(loop))(double(one))])
    found = grad(lambda x: grad(total(layer))(x).square().sum())(one)
    assert_equal([found], [grad(lambda x: grad(total(loop))(x).square().sum())(double(one))])
    assert launches == []


def test_rows_of_a_jacobian_go_back_together(layer, x, launches):
    """vmap over the way back alone."""
    one, loop = x[:1, :2], plain(layer)
    found = jacrev(lambda x: layer(x)[0])(one)
    assert launches == ["forward 1", f"backward {2 * H}"]
    assert_equal([found], [jacrev(lambda x: loop(x)[0])(double(one))])


@pytest.mark.parametrize("together", [False, True])
def test_a_kernel_that_fails_is_reported_once_and_replaced(together, layer, x, launches, monkeypatch):
    """On the way back, where it would be too late to take another way: all is tried before."""

    def out_of_resources(*args):
        raise RuntimeError("out of resource: shared memory")

    monkeypatch.setattr("seq.kernels.launch._PROVEN", set())
    monkeypatch.setattr("seq.kernels.launch.backward", out_of_resources)

    def run(layer, x):
        if not together:
            return layer(x)[0]
        layers = [layer, layer]
        run = lambda weights: functional_call(layer, weights, (x,))[0]  # noqa: E731
        return vmap(run)(stack_module_state(layers)[0])[0]

    expected = plain(layer)(double(x))[0]
    with pytest.warns(RuntimeWarning, match="kernels of seq are off.*out of resource") as heard:
        assert_equal([run(layer, x)], [expected])
    assert len(heard) == 1
    assert_equal([run(layer, x)], [expected])  # a second warning would be an error
    assert launches == []


def test_memory_that_is_full_is_no_fault_of_a_kernel(device, x, launches, monkeypatch):
    def full(*args):
        raise torch.OutOfMemoryError("CUDA out of memory")

    layer = PeepholeLSTM(I, H).to(device)
    monkeypatch.setattr("seq.kernels.scan.launch.prove", full)
    with pytest.raises(torch.OutOfMemoryError):
        layer(x)


@pytest.mark.slow
def test_a_cpu_never_loads_triton():
    program = (
        "import sys, torch, seq\n"
        "layer = seq.PhasedLSTM(2, 3)\n"
        "layer(torch.zeros(4, 5, 2), lengths=torch.tensor([5, 1, 2, 3]))[0].sum().backward()\n"
        "assert not {'triton', 'seq.kernels.forward'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True)
