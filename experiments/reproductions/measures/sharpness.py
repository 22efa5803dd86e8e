"""Numbers of the two temperature conventions, without training."""

from __future__ import annotations

from typing import Any

import torch

from seq import softmax_with_temperature


def sharpened(*, sharpness: list[float], characters: int, rows: int, scale: float) -> dict[str, Any]:
    """What softmax(τ x) does to normal logits.

    Args:
        sharpness: Values of τ.
        characters: How many logits a row has.
        rows: How many rows.
        scale: Their standard deviation.

    Returns:
        For each τ the mean share of the most probable character, the mean entropy in bits, and the largest difference
        between softmax(τ x) and softmax(x / (1 / τ)).
    """
    logits = scale * torch.randn(
        rows, characters, generator=torch.Generator().manual_seed(0), dtype=torch.double
    )
    tops, entropies, differences = [], [], []
    for tau in sharpness:
        shares = softmax_with_temperature(logits, sharpness=tau)
        other = softmax_with_temperature(logits, 1 / tau)
        tops.append(shares.amax(-1).mean().item())
        entropies.append(-(shares * shares.log2()).sum(-1).mean().item())
        differences.append((shares - other).abs().max().item())
    return {"sharpness": sharpness, "top": tops, "entropy": entropies, "difference": differences}
