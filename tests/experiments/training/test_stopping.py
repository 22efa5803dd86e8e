import pytest
import torch
from torch import nn

from experiments.core.settings import TrainSettings
from experiments.training.stopping import RecentLosses, Selection


def looks(selection, values, first=1):
    """Feeds (loss, accuracy) pairs, ten steps apart; answers the reasons to stop."""
    return [
        selection.update(10 * step, loss, accuracy, nn.Linear(2, 3))
        for step, (loss, accuracy) in enumerate(values, first)
    ]


def test_the_best_look_has_the_highest_accuracy_and_then_the_lowest_loss():
    selection = Selection(TrainSettings())
    looks(selection, [(0.5, 0.6), (0.9, 0.7), (0.8, 0.7), (0.1, 0.6)])
    assert (selection.step, selection.loss, selection.accuracy) == (30, 0.8, 0.7)


def test_success_is_twice_in_a_row():
    selection = Selection(TrainSettings(success=0.9, patience=0))
    assert looks(selection, [(1, 0.95), (1, 0.8), (1, 0.9), (1, 0.9)]) == [None, None, None, "success"]


def test_patience_counts_from_the_last_loss_that_was_better_by_a_thousandth():
    selection = Selection(TrainSettings(patience=20))
    assert looks(selection, [(0.5, 0), (0.3, 0), (0.2995, 0), (0.2992, 0)]) == [None, None, None, "converged"]


@pytest.mark.parametrize("cut", range(1, 6))
def test_a_copy_of_the_state_goes_on_alike(cut):
    values = [(0.5, 0.2), (0.4, 0.3), (0.41, 0.3), (0.3, 0.95), (0.35, 0.91), (0.2, 0.99)]
    settings = TrainSettings(success=0.9, patience=20)
    whole, first, second = (Selection(settings) for _ in range(3))
    reasons = looks(whole, values)
    looks(first, values[:cut])
    second.load_state_dict(first.state_dict())
    assert looks(second, values[cut:], cut + 1) == reasons[cut:]
    assert (second.step, second.loss, second.accuracy) == (whole.step, whole.loss, whole.accuracy)


def test_kept_weights_do_not_move_with_the_model():
    model, selection = nn.Linear(2, 3), Selection(TrainSettings())
    before = model.weight.detach().clone()
    selection.update(1, 0.5, 0.5, model)
    with torch.no_grad():
        model.weight.add_(1)
    assert torch.equal(selection.weights["weight"], before)


def test_losses_settle_when_two_windows_have_one_mean():
    losses, window = RecentLosses(tolerance=0.01), RecentLosses.WINDOW
    falling = [losses.settled(torch.tensor(1.0 - step / 1000)) for step in range(3 * window)]
    assert not any(falling)
    flat = [losses.settled(torch.tensor(0.5)) for _ in range(2 * window)]
    assert flat[-1]
    assert not flat[0]
