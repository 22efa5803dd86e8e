import itertools
import math

import pytest
import torch
from torch.nn import functional as F

from seq import LSTM, SequenceClassifier, copy_memory, copy_memory_baseline


@pytest.mark.parametrize("length", [1, 2, 30])
def test_layout(length):
    tokens, targets = copy_memory(length, 13)
    for row, wanted in zip(tokens.tolist(), targets.tolist()):
        assert all(1 <= s <= 8 for s in row[:10])
        assert row[10:] == [0] * (length - 1) + [9] * 11
        assert wanted == [0] * (length + 10) + row[:10]


def test_splits_are_disjoint_in_the_symbols():
    # All from one state of a generator: without the split the rows would be the same.
    found = [
        {tuple(row[:10]) for row in copy_memory(3, 500, split=split, generator=torch.Generator())[0].tolist()}
        for split in ("train", "validation", "test")
    ]
    for one, other in itertools.combinations(found, 2):
        assert not one & other


def test_baseline_is_the_loss_of_a_uniform_guess_at_recall():
    _, targets = copy_memory(30, 13)
    logits = torch.full((13, 50, 9), -math.inf)
    logits[:, :40, 0] = 0.0
    logits[:, 40:, 1:] = 0.0
    loss = F.cross_entropy(logits.flatten(0, 1), targets.flatten())
    assert loss.item() == pytest.approx(copy_memory_baseline(30), rel=1e-5)


def test_fits_a_classifier_of_every_step():
    tokens, _ = copy_memory(3, 13)
    model = SequenceClassifier(LSTM(5, 7), 9, num_tokens=10, every_step=True)
    assert model(tokens).shape == (13, 23, 9)


def test_generator_is_honoured_and_global_state_is_not_touched():
    before = torch.get_rng_state()
    assert torch.equal(copy_memory(3, 13, generator=5)[0], copy_memory(3, 13, generator=5)[0])
    assert not torch.equal(copy_memory(3, 13, generator=5)[0], copy_memory(3, 13, generator=6)[0])
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="length must be an integer of at least 1, got 0"):
        copy_memory(0, 5)
    with pytest.raises(ValueError, match="count must be an integer"):
        copy_memory(5, 0)
    with pytest.raises(ValueError, match="split must be one of"):
        copy_memory(5, 5, split="dev")
