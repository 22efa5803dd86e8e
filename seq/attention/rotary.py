"""Positions as angles: how far two steps lie apart is all that their product sees."""

from __future__ import annotations

import torch
from torch import Tensor

BASE = 10_000.0


def rotate(x: Tensor, *, first: int = 0) -> Tensor:
    """Turn each pair of features by an angle that grows with the step (Su et al. 2021, arXiv 2104.09864).

    .. code-block:: text

        (u_j + i u_{j+D/2})(t)  ->  exp(i t ω_j) (u_j + i u_{j+D/2})(t),   ω_j = 10000^(-2j/D)

    The product of a query at step t and a key at step s then depends on t - s alone.

    Args:
        x: queries or keys.
        first: number of the first step.

    Shapes:
        - **x**: (..., T, D) with an even D
        - returns the same
    """
    T, D = x.shape[-2:]
    # Angles in float32 at least: bfloat16 has no digits left for a step number of a few hundred.
    kind = torch.promote_types(x.dtype, torch.float32)
    speed = BASE ** (-torch.arange(0, D, 2, device=x.device, dtype=kind) / D)
    angle = torch.arange(first, first + T, device=x.device, dtype=kind).unsqueeze(1) * speed  # (T, D/2)
    cos, sin = angle.cos().to(x.dtype), angle.sin().to(x.dtype)
    u, v = x.chunk(2, dim=-1)
    return torch.cat([u * cos - v * sin, u * sin + v * cos], dim=-1)
