"""Kernels are tested on the GPU where there is one, and through Triton's interpreter where there is none."""

import importlib
import importlib.util

import pytest
import torch


def interpret(monkeypatch, *modules):
    """Have Triton's interpreter run what these modules define for a GPU, until the end of a test.

    With `TRITON_INTERPRET=1` Triton does so when it is imported, but PyG may have imported it before.
    """
    from triton.runtime.interpreter import InterpretedFunction
    from triton.runtime.jit import JITFunction

    monkeypatch.setenv("TRITON_INTERPRET", "1")
    for module in map(importlib.import_module, modules):
        for name, value in list(vars(module).items()):
            if isinstance(value, JITFunction):
                monkeypatch.setattr(module, name, InterpretedFunction(value.fn))


@pytest.fixture
def device(monkeypatch):
    """The device whose tensors the kernels take: `cuda`, or `cpu` where they are interpreted."""
    if importlib.util.find_spec("triton") is None:
        pytest.skip("Triton is not installed")
    torch.manual_seed(0)
    if torch.cuda.is_available():
        return "cuda"
    import triton

    if tuple(map(int, triton.__version__.split(".")[:2])) < (3, 7):
        pytest.skip("before Triton 3.7 its interpreter takes no loop bounds from memory")
    own = ("attention_steps", "attention_forward", "attention_backward", "attention_launch")
    language = ("triton.language", "triton.language.standard", "triton.language.math")
    interpret(monkeypatch, *language, *(f"gnnlab.kernels.{name}" for name in own))
    from gnnlab.kernels import switch

    monkeypatch.setattr(switch, "_failed", False)
    monkeypatch.setattr(switch, "runs_kernels", lambda tensor: not switch._failed)
    return "cpu"
