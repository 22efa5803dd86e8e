"""Properties that are made once, when they are first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch


class LazyProperty(cached_property):
    """A cached property for tensors, which serves training also where inference asked for it first.

    Tensors made under `torch.inference_mode` can never take part in a backward pass, so they are made outside it,
    unless what they are made from (`values` of the instance) belongs to that mode itself.
    """

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        values = getattr(instance, "values", None)
        with torch.inference_mode(values is not None and values.is_inference()):
            return super().__get__(instance, owner)
