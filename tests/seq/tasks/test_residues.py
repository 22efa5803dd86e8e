import itertools

import pytest
import torch

from seq.tasks.residues import checksum_weights, digits_of_split, fractions_of_split, residues_of_split

SPLITS = ("train", "validation", "test")


@pytest.mark.parametrize("seed", range(5))
def test_each_residue_belongs_to_one_split(seed):
    owned = [residues_of_split(split, seed).tolist() for split in SPLITS]
    assert [len(residues) for residues in owned] == [8, 1, 1]
    assert sorted(itertools.chain(*owned)) == list(range(10))


@pytest.mark.parametrize("length", [1, 2, 7])
@pytest.mark.parametrize("split", SPLITS)
def test_digits_have_a_checksum_of_their_split(length, split):
    digits = digits_of_split(101, length, split, 3, torch.Generator().manual_seed(0))
    weights = checksum_weights(length, 3).tolist()
    sums = {sum(w * d for w, d in zip(weights, row)) % 10 for row in digits.tolist()}
    assert sums <= set(residues_of_split(split, 3).tolist())


def test_every_string_of_a_split_is_equally_likely():
    digits = digits_of_split(20_000, 2, "test", 0, torch.Generator().manual_seed(0))
    counts = torch.bincount(digits[:, 0] * 10 + digits[:, 1], minlength=100)
    counts = counts[counts > 0]
    assert len(counts) == 10  # a tenth of a hundred
    # 2000 each, with a standard deviation of 42.
    assert (counts - 2000).abs().max() < 5 * 43


def test_fractions_are_disjoint_and_uniform():
    drawn = {
        split: fractions_of_split(5000, 2**24, split, 0, torch.Generator().manual_seed(1)) for split in SPLITS
    }
    for split, fractions in drawn.items():
        assert ((fractions >= 0) & (fractions < 1)).all()
        assert fractions.mean().item() == pytest.approx(0.5, abs=0.02)  # five standard errors
        last = (fractions.double() * 2**24).long() % 10
        assert set(last.tolist()) <= set(residues_of_split(split, 0).tolist())
