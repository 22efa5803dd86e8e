import pytest
import torch

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
