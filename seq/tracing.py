"""Whether torch is transforming or tracing the steps of a layer, and what has to step aside then.

Under ``torch.func`` and forward differentiation layers take the plain steps of their equations, so that any transform
of any order goes through. While steps are traced (``torch.compile``, ``torch.export``, ``torch.jit.trace``) and on the
device ``meta``, tensors have no values yet, and no check reads any.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import is_fake
from torch.utils._python_dispatch import _get_current_dispatch_mode

_functorch = torch._C._functorch
_PLAIN = (Tensor, torch.nn.Parameter)
_VMAP, _GRAD = _functorch.TransformType.Vmap, _functorch.TransformType.Grad


def has_values(*tensors: Tensor) -> bool:
    """Whether the values of these tensors can be read here and now."""
    if torch.compiler.is_compiling() or torch.jit.is_tracing():
        return False
    return not any(_is_empty(tensor) for tensor in tensors)


def _is_empty(tensor: Tensor) -> bool:
    if tensor.is_meta or _functorch.is_functorch_wrapped_tensor(tensor):
        return True
    return type(tensor) not in _PLAIN and is_fake(tensor)


def autocasts(tensor: Tensor) -> bool:
    """Whether autocast shortens products with this tensor; the device ``meta`` has none."""
    return not tensor.is_meta and torch.is_autocast_enabled(tensor.device.type)


def needs_plain_steps(*tensors: Tensor) -> bool:
    """Whether steps written by hand, and torch's own kernels for whole sequences, would be in the way."""
    if not has_values(*tensors):
        return True
    forward = torch.autograd.forward_ad._current_level >= 0
    return forward or _functorch.peek_interpreter_stack() is not None


def kernels_can_follow(*tensors: Tensor) -> bool:
    """Whether kernels of our own, which follow ``torch.func.vmap`` and have first derivatives, do all that is asked.

    What listens to torch's operations (a dispatch mode, a subclass of Tensor) would not hear them.
    """
    if torch.compiler.is_compiling() or torch.jit.is_tracing() or _get_current_dispatch_mode() is not None:
        return False
    if any(tensor.is_meta or type(tensor) not in _PLAIN for tensor in tensors):
        return False
    transforms = [level.key() for level in _functorch.get_interpreter_stack() or ()]
    forward = torch.autograd.forward_ad._current_level >= 0
    return not forward and transforms.count(_VMAP) + min(transforms.count(_GRAD), 1) == len(transforms)
