import numpy as np
import pytest
import torch

import seq
from seq.tasks.draws import SPLITS, as_generator, pick


def first_draw(*arguments):
    return torch.rand(3, generator=as_generator(*arguments)).tolist()


def test_a_generator_is_taken_as_it_is():
    generator = torch.Generator()
    assert as_generator(generator, 1, "test") is generator


def test_an_integer_wins_over_the_seed():
    assert first_draw(7, 1, "train") == first_draw(7, 2, "train") == first_draw(None, 7, "train")
    assert first_draw(7, 1, "train") != first_draw(None, 1, "train")


def test_every_split_has_its_own_numbers():
    drawn = [first_draw(number, 0, split) for number in range(5) for split in SPLITS]
    assert len({tuple(row) for row in drawn}) == 15


def test_pick_draws_every_entry_and_no_other():
    values = torch.tensor([2, 3, 5])
    assert set(pick(values, 100, torch.Generator().manual_seed(0)).tolist()) == {2, 3, 5}


def test_bad_split_is_named():
    with pytest.raises(ValueError, match="split must be one of train, validation, test; got 'dev'"):
        as_generator(None, 0, "dev")


TASKS = [
    seq.adding_problem,
    seq.associative_recall,
    seq.baum_sweet,
    seq.binary_palindromes,
    seq.copy_memory,
    seq.digit_palindromes,
    seq.dyck,
    seq.nth_symbol,
    seq.parity,
    seq.random_combinations,
    seq.selective_copying,
]


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_more_examples_than_a_machine_holds_are_refused_by_name(task):
    with pytest.raises(ValueError, match=r"^count must be at most"):
        task(16, 10**13)


@pytest.mark.parametrize("number", [2**60, -(2**60), 10**30, 1.0, True])
def test_a_seed_is_a_whole_number_of_a_generators_size(number):
    with pytest.raises(ValueError, match=r"^seed must be an integer"):
        seq.digit_palindromes(5, 3, seed=number)
    with pytest.raises(ValueError, match=r"^generator must be an integer"):
        seq.digit_palindromes(5, 3, generator=number)


def test_numbers_of_numpy_begin_the_same_draws():
    plain = seq.digit_palindromes(5, 7, seed=3, generator=4)
    other = seq.digit_palindromes(np.int32(5), np.int64(7), seed=np.int8(3), generator=np.uint8(4))
    assert all(torch.equal(one, two) for one, two in zip(plain, other))
