import itertools

import pytest
import torch

from seq import adding_problem


@pytest.mark.parametrize("length", [2, 3, 50])
def test_target_is_the_sum_of_the_two_marked_numbers(length):
    x, targets = adding_problem(length, 101)
    assert x.shape == (101, length, 2)
    for row, target in zip(x.tolist(), targets.tolist()):
        marked = [number for number, mark in row if mark == 1]
        assert len(marked) == 2
        assert all(mark in (0, 1) for _, mark in row)
        assert sum(marked) == pytest.approx(target, abs=1e-6)  # one rounding in float32
    assert ((x[..., 0] >= 0) & (x[..., 0] < 1)).all()


def test_every_pair_of_places_is_equally_likely():
    x, _ = adding_problem(5, 10_000)
    places = x[..., 1].nonzero()[:, 1].view(-1, 2)
    counts = torch.bincount(places[:, 0] * 5 + places[:, 1], minlength=25)
    counts = counts[counts > 0]
    assert len(counts) == 10
    assert (counts - 1000).abs().max() < 5 * 30  # five standard deviations


def test_always_answering_1_has_an_error_of_a_sixth():
    _, targets = adding_problem(20, 20_000)
    assert ((targets - 1) ** 2).mean().item() == pytest.approx(1 / 6, rel=0.05)


def test_splits_are_disjoint():
    found = [
        set(adding_problem(7, 5000, split=split, generator=torch.Generator())[0][:, 0, 0].tolist())
        for split in ("train", "validation", "test")
    ]
    for one, other in itertools.combinations(found, 2):
        assert not one & other


def test_generator_is_honoured_and_global_state_is_not_touched():
    before = torch.get_rng_state()
    assert torch.equal(adding_problem(7, 13, generator=5)[0], adding_problem(7, 13, generator=5)[0])
    assert not torch.equal(adding_problem(7, 13, generator=5)[0], adding_problem(7, 13, generator=6)[0])
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="length must be an integer of at least 2, got 1"):
        adding_problem(1, 5)
    with pytest.raises(ValueError, match="count must be an integer"):
        adding_problem(5, 0)
    with pytest.raises(ValueError, match="split must be one of"):
        adding_problem(5, 5, split="dev")
