"""Checks of where and how finely a model computes: any device, double precision."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from experiments.door.checks.models.subject import Subject, answer
from experiments.door.checks.verdicts import Caution, Fault, NotTried

_ADVICE = (
    "make tensors where the inputs are, as torch.zeros(..., device=x.device), and keep constants by "
    "register_buffer"
)
_MOVES = ("_to_copy", "copy_", "to")
#: Where frames of libraries and of the lab itself are; what is in none of them is the user's.
_LIBRARIES = ("/torch/", "/torch_geometric/", f"{Path(__file__).resolve().parents[3].as_posix()}/")


class Mixed(Exception):  # noqa: N818  (found, and no error of ours)
    """An operation reads tensors of two devices."""


class _OneDevice(TorchDispatchMode):
    """Stops at the first operation that reads a tensor of the CPU together with one of the device."""

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        leaves = tree_leaves((args, kwargs or {}))
        tensors = [leaf for leaf in leaves if isinstance(leaf, Tensor)]
        kinds = {t.device.type for t in tensors if t.dim()}  # single numbers may stay on the CPU
        name = func.__name__.partition(".")[0]
        if len(kinds) > 1 and name not in _MOVES:
            raise Mixed(name)
        return func(*args, **(kwargs or {}))


def device(subject: Subject) -> None:
    """Moved to another device, it computes there: all tensors that it makes follow its parameters.

    The device is torch's ``meta``, which has shapes and no numbers, so that no GPU is needed.
    """
    model = subject.fresh().to("meta").eval()
    try:
        with torch.no_grad(), _OneDevice():
            out = answer(model, subject.batch.to("meta"))
    except Mixed as error:
        raise Fault(
            f"moved to another device, {error} meets a tensor that stayed on the CPU{_place(error)}; {_ADVICE}"
        ) from error
    except Exception as error:
        words = str(error)
        if "same device" in words or "two devices" in words:
            raise Fault(
                f"moved to another device, it fails ({subject.failure(error)[:200]}); {_ADVICE}"
            ) from error
        raise NotTried(
            f"the meta device, which has no numbers, does not take its operations ({subject.failure(error)[:120]})"
        ) from error
    if out.device.type != "meta":
        raise Fault(f"moved to another device, it answers with a tensor on the CPU; {_ADVICE}")


def double(subject: Subject) -> None:
    """After double() it computes in double precision, which D(r) needs."""
    if subject.narrow:
        raise Caution(
            f"after double() it does not compute in double precision ({subject.narrow[:200]}), so D(r) cannot be "
            "measured; make tensors of the inputs' kind: x.new_zeros(...), or dtype=self.weight.dtype"
        )


def _place(error: BaseException) -> str:
    """File and line of the last frame that is in no library, in words."""
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if not any(part in frame.filename.replace("\\", "/") for part in _LIBRARIES):
            return f" ({Path(frame.filename).name}, line {frame.lineno})"
    return ""
