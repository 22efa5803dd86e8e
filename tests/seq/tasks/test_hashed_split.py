import pytest
import torch

from seq.tasks.hashed_split import belongs, draw_in_split

SPLITS = ("train", "validation", "test")


def test_every_context_belongs_to_exactly_one_split():
    contexts = torch.cartesian_prod(*[torch.arange(10)] * 4)
    owners = torch.stack([belongs(contexts, split, seed=3) for split in SPLITS])
    assert (owners.sum(0) == 1).all()
    # The hash is nearly uniform: shares of ten thousand contexts within a tenth of their size.
    for share, wanted in zip(owners.double().mean(1).tolist(), (0.8, 0.1, 0.1)):
        assert share == pytest.approx(wanted, rel=0.1)


def test_rows_stay_together_and_number_as_asked():
    generator = torch.Generator().manual_seed(0)

    def draw(n):
        context = torch.randint(10, (n, 3), generator=generator)
        return context, context.sum(1)

    context, total = draw_in_split(draw, 101, "test", 0)
    assert context.shape == (101, 3)
    assert torch.equal(total, context.sum(1))
    assert belongs(context, "test", 0).all()


def test_an_empty_split_is_an_error_not_an_endless_loop():
    def draw(n):
        return (torch.zeros(n, 1, dtype=torch.long),)

    owners = [split for split in SPLITS if belongs(torch.zeros(1, 1, dtype=torch.long), split, 0)]
    for split in set(SPLITS) - set(owners):
        with pytest.raises(ValueError, match="holds too few sequences"):
            draw_in_split(draw, 5, split, 0)
