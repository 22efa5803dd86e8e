"""Kernels are tested on the GPU where there is one, and through Triton's interpreter where there is none."""

import importlib.util
from types import SimpleNamespace

import pytest
import torch

HAS_TRITON = importlib.util.find_spec("triton") is not None
HAS_GPU = torch.cuda.is_available()

if HAS_TRITON:
    with pytest.MonkeyPatch.context() as patch:
        if not HAS_GPU:
            patch.setenv("TRITON_INTERPRET", "1")  # read when a kernel is defined
        from seq.kernels import launch, scan
        from seq.kernels.equations import cell_gated, cho, gru, lstm, peephole, rnn  # noqa: F401


@pytest.fixture
def device(monkeypatch):
    """The device whose tensors the kernels take: ``cuda``, or ``cpu`` where they are interpreted."""
    if not HAS_TRITON:
        pytest.skip("Triton is not installed")
    from seq.kernels import switch

    monkeypatch.setattr(switch, "_failed", False)
    if HAS_GPU:
        return "cuda"
    monkeypatch.setenv("TRITON_INTERPRET", "1")
    monkeypatch.setattr("seq.cells.cell.runs_kernels", lambda tensor: not switch._failed)
    return "cpu"


@pytest.fixture
def launches(device, monkeypatch):
    """The launches of kernels, as "forward 3" for three seeds."""
    seen = []

    def listened(name):
        run = getattr(launch, name)

        def wrapped(equations, first, *rest):
            seeds = first.shape[0] if name == "forward" else rest[4].shape[0]  # of z, and of doutputs
            seen.append(f"{name} {seeds}")
            return run(equations, first, *rest)

        return wrapped

    names = {"forward": listened("forward"), "backward": listened("backward")}
    monkeypatch.setattr(scan, "launch", SimpleNamespace(**(vars(launch) | names)))
    return seen
