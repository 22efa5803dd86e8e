from collections import Counter

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.documents.classifiers.reader import BUCKET, LEAST_STEPS, bucketed, epoch_of


@given(st.lists(st.integers(1, 300), max_size=200), st.integers(1, 7))
def test_every_row_is_in_one_batch(lengths, size):
    batches = bucketed(lengths, size, torch.Generator().manual_seed(0))
    assert sorted(row for batch in batches for row in batch) == list(range(len(lengths)))
    assert all(0 < len(batch) <= size for batch in batches)


@given(st.integers(0, 60), st.integers(1, 9))
def test_an_epoch_has_whole_passes_and_some_steps(rows, size):
    batches = epoch_of([1] * rows, size, torch.Generator().manual_seed(0))
    seen = Counter(row for batch in batches for row in batch)
    passes = set(seen.values())
    assert set(seen) == set(range(rows))
    assert len(passes) == min(rows, 1)
    a_pass = -(-rows // size)
    assert a_pass >= LEAST_STEPS or rows == 0 or len(batches) in range(LEAST_STEPS, LEAST_STEPS + a_pass)


def test_rows_of_a_batch_are_of_like_length():
    lengths = torch.randint(1, 1000, (640,), generator=torch.Generator().manual_seed(1)).tolist()
    assert len(lengths) == 32 * BUCKET  # one bucket, so sorting leaves the least spread there is
    batches = bucketed(lengths, 32, torch.Generator().manual_seed(2))
    spread = sum(max(lengths[row] for row in batch) - min(lengths[row] for row in batch) for batch in batches)
    assert spread < max(lengths)


@pytest.mark.parametrize("seed", [3, 4])
def test_the_generator_is_honoured(seed):
    lengths = [5, 3, 9, 1, 2, 2, 8]
    first, second = (bucketed(lengths, 2, torch.Generator().manual_seed(s)) for s in (seed, seed))
    assert first == second
    assert first != bucketed(lengths, 2, torch.Generator().manual_seed(9))
