import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from seq import bits_per_character, character_accuracy, character_loss


@given(st.integers(1, 3), st.integers(1, 5), st.integers(1, 7), st.integers(0, 10**6))
def test_measures_by_hand(B, T, V, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(B, T, V, generator=generator, dtype=torch.float64)
    targets = torch.randint(V, (B, T), generator=generator)
    nats, right = [], []
    for b in range(B):
        for t in range(T):
            row = logits[b, t].tolist()
            nats.append(math.log(sum(math.exp(v) for v in row)) - row[targets[b, t]])
            right.append(row.index(max(row)) == targets[b, t])
    loss = character_loss(logits, targets).item()
    assert loss == pytest.approx(math.fsum(nats) / (B * T), rel=1e-12, abs=1e-12)
    assert bits_per_character(loss) == pytest.approx(
        math.fsum(n / math.log(2) for n in nats) / (B * T), abs=1e-12
    )
    assert character_accuracy(logits, targets).item() == pytest.approx(sum(right) / (B * T))


def test_shapes_are_named():
    for logits, targets in (
        (torch.zeros(2, 3, 5), torch.zeros(3, 2, dtype=torch.long)),
        (torch.zeros(2, 5), torch.zeros(2, dtype=torch.long)),
    ):
        for measure in (character_loss, character_accuracy):
            with pytest.raises(ValueError, match=r"targets must have shape \(B, T\)"):
                measure(logits, targets)
