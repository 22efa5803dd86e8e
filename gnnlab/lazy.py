"""Properties that are made once, when they are first asked for."""

from __future__ import annotations

from functools import cached_property
from typing import Any

import torch

from gnnlab.layers.tracing import outside_transforms


class LazyProperty(cached_property):
    """A cached property for tensors, which serves training also where inference or a transform asked for it first.

    Tensors made under `torch.inference_mode` can never take part in a backward pass, so they are made outside it,
    unless what they are made from (`values` of the instance) belongs to that mode itself. Nor are they made inside a
    transform of `torch.func`, to which they would belong.
    """

    def __get__(self, instance: Any, owner: type[Any] | None = None) -> Any:
        values = getattr(instance, "values", None)
        with outside_transforms(), torch.inference_mode(values is not None and values.is_inference()):
            return super().__get__(instance, owner)
