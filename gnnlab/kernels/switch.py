"""Whether kernels of our own run: for tensors on a GPU, where Triton is there, until one of them fails."""

from __future__ import annotations

import importlib.util
import warnings
from collections.abc import Callable
from functools import cache
from typing import TypeVar

import torch
from torch import Tensor

T = TypeVar("T")

_failed = False


def runs_kernels(tensor: Tensor) -> bool:
    """Whether kernels take part in what is computed of this tensor."""
    return tensor.is_cuda and not _failed and _has_triton()


@cache
def _has_triton() -> bool:
    return importlib.util.find_spec("triton") is not None


def attempt(run: Callable[[], T]) -> T | None:
    """Return `run()`, or None where a kernel in it can't be built or launched: then none is tried again.

    Raises:
        torch.OutOfMemoryError: There is no memory for a result, which is no fault of a kernel.
    """
    global _failed
    try:
        return run()
    except torch.OutOfMemoryError:
        raise
    except Exception as error:
        _failed = True
        reason = (str(error).splitlines() or [""])[0]
        warnings.warn(
            f"gnnlab's GPU kernels are off in this process, because one failed ({type(error).__name__}: {reason}); "
            "layers take torch's own steps instead",
            RuntimeWarning,
            stacklevel=2,
        )
        return None
