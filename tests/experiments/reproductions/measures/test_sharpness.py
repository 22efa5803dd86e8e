import math

import numpy as np
import pytest

from experiments.reproductions.measures.sharpness import sharpened


def test_it_is_the_softmax_of_the_multiplied_logits():
    # Two logits x, y: the larger share is 1 / (1 + exp(-τ |x - y|)).
    import torch

    logits = 3.0 * torch.randn(5, 2, generator=torch.Generator().manual_seed(0), dtype=torch.double).numpy()
    found = sharpened(sharpness=[0.5, 2.0], characters=2, rows=5, scale=3.0)
    gaps = np.abs(logits[:, 0] - logits[:, 1])
    for tau, top, entropy in zip((0.5, 2.0), found["top"], found["entropy"]):
        shares = [1 / (1 + math.exp(-tau * gap)) for gap in gaps]
        assert top == pytest.approx(np.mean(shares))
        assert entropy == pytest.approx(
            np.mean([-p * math.log2(p) - (1 - p) * math.log2(1 - p) for p in shares])
        )
    assert max(found["difference"]) < 1e-15
    assert found["sharpness"] == [0.5, 2.0]
