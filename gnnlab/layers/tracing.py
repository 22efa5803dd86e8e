"""Whether torch is transforming or tracing the steps of a layer, and what has to step aside then.

Under `torch.func` and forward differentiation layers take steps that torch knows by itself, so that any transform
of any order goes through; kernels of our own know `vmap` and first gradients. While steps are traced
(`torch.compile`, `torch.export`, `torch.jit.trace`) and on the device `meta`, tensors have no values yet: nothing
that reads a value is checked or remembered.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor
from torch._functorch.pyfunctorch import temporarily_clear_interpreter_stack
from torch._subclasses.fake_tensor import is_fake

from gnnlab.kernels import switch

_functorch = torch._C._functorch
_PLAIN = (Tensor, torch.nn.Parameter)


def has_values(*tensors: object) -> bool:
    """Whether the values of these tensors can be read here and now; whatever is no tensor does not matter."""
    if torch.compiler.is_compiling() or torch.jit.is_tracing():
        return False
    return not any(isinstance(tensor, Tensor) and _is_empty(tensor) for tensor in tensors)


def _is_empty(tensor: Tensor) -> bool:
    if tensor.is_meta or _functorch.is_functorch_wrapped_tensor(tensor):
        return True
    return type(tensor) not in _PLAIN and is_fake(tensor)


def autocasts(tensor: Tensor) -> bool:
    """Whether autocast shortens products with this tensor; the device `meta` has none."""
    return not tensor.is_meta and torch.is_autocast_enabled(tensor.device.type)


def is_transformed() -> bool:
    """Whether a transform of `torch.func`, or forward differentiation, is going on."""
    forward = torch.autograd.forward_ad._current_level >= 0
    return forward or _functorch.peek_interpreter_stack() is not None


def seen_through(edges: Any) -> Any:
    """Return the list of edges that `torch.func.grad` has wrapped, as it wraps whatever it is called with.

    Whole numbers have no gradients, so nothing is lost, and layers see the graph. This is done where kernels run; on a
    CPU all stays as it is.
    """
    if isinstance(edges, Tensor) and switch.runs_kernels(edges) and not edges.is_floating_point():
        while _functorch.is_gradtrackingtensor(edges):
            edges = _functorch.get_unwrapped(edges)
    return edges


def has_rules_enough() -> bool:
    """Whether steps that know `vmap` and their own gradients will do: no other transform is going on."""
    if torch.autograd.forward_ad._current_level >= 0:
        return False
    levels = [level.key() for level in _functorch.get_interpreter_stack() or ()]
    kinds = _functorch.TransformType
    return set(levels) <= {kinds.Vmap, kinds.Grad} and levels.count(kinds.Grad) <= 1


@contextmanager
def outside_transforms() -> Iterator[None]:
    """What is made in here belongs to no transform, so that it may be kept and serve later."""
    if _functorch.peek_interpreter_stack() is None:
        yield
        return
    with temporarily_clear_interpreter_stack():
        yield
