"""Sums over neighbours in types that are long enough for them.

A sum of bfloat16 stops growing at 256 ones, so whole neighbours of a hub are lost. What is counted or summed is
therefore float32 at least, and only the result is short again.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch_geometric.utils import scatter


def is_short(dtype: torch.dtype) -> bool:
    """Whether sums need a longer type: bfloat16, float16 and below."""
    return dtype.is_floating_point and torch.finfo(dtype).bits < 32


def wide_type(dtype: torch.dtype) -> torch.dtype:
    """The type that numbers of this one are summed in."""
    return torch.float32 if is_short(dtype) else dtype


def wide_scatter(values: Tensor, index: Tensor, dim: int, size: int, reduce: str) -> Tensor:
    """PyG's `scatter` with sums no shorter than float32; the result has the type of the values."""
    found = scatter(values.to(wide_type(values.dtype)), index, dim, dim_size=size, reduce=reduce)
    return found.to(values.dtype)
