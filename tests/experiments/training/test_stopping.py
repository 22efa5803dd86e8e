import pytest
import torch
from torch import nn

from experiments.training.stopping import BothBest, HighestAccuracy, LossWindow, Lowest, RecentLosses


def looks(rule, values, first=1):
    """Feeds (loss, accuracy) pairs, ten steps apart; answers the reasons to stop."""
    return [
        rule.look(
            {"step": 10 * step, "validation_loss": loss, "validation_accuracy": accuracy}, nn.Linear(2, 3)
        )
        for step, (loss, accuracy) in enumerate(values, first)
    ]


def test_the_best_look_has_the_highest_accuracy_and_then_the_lowest_loss():
    rule = HighestAccuracy(success=2, patience=0)
    looks(rule, [(0.5, 0.6), (0.9, 0.7), (0.8, 0.7), (0.1, 0.6)])
    assert rule.row == {"step": 30, "validation_loss": 0.8, "validation_accuracy": 0.7}


def test_success_is_twice_in_a_row():
    rule = HighestAccuracy(success=0.9, patience=0)
    assert looks(rule, [(1, 0.95), (1, 0.8), (1, 0.9), (1, 0.9)]) == ["", "", "", "success"]


def test_patience_counts_from_the_last_loss_that_was_better_by_a_thousandth():
    rule = HighestAccuracy(success=2, patience=20)
    assert looks(rule, [(0.5, 0), (0.3, 0), (0.2995, 0), (0.2992, 0)]) == ["", "", "", "converged"]


def test_the_lowest_of_a_column_is_kept_and_patience_counts_steps():
    rule = Lowest("validation_loss", patience=20)
    assert looks(rule, [(0.5, 0), (0.3, 1), (0.3, 2), (0.4, 3)]) == ["", "", "", "converged"]
    assert rule.row["step"] == 20
    assert looks(Lowest("validation_loss"), [(0.5, 0)] * 50) == [""] * 50


def test_a_loss_above_the_mean_of_the_last_ones_ends_and_the_last_weights_stay():
    rule = LossWindow(patience=3)
    # Means of three: 4, 3, 2.33; the last loss is above its mean.
    assert looks(rule, [(5, 0), (4, 0), (3, 0), (2, 0), (2, 0), (2.4, 0)]) == [
        "",
        "",
        "",
        "",
        "",
        "converged",
    ]
    assert rule.row["step"] == 60
    assert looks(LossWindow(patience=0), [(1, 0), (9, 0), (99, 0)]) == ["", "", ""]


def test_loss_and_accuracy_have_to_be_at_their_best_together():
    rule = BothBest(patience=2)
    values = [(0.5, 0.5), (0.4, 0.4), (0.6, 0.6), (0.4, 0.6), (0.5, 0.5), (0.5, 0.5)]
    assert looks(rule, values) == ["", "", "", "", "", "converged"]
    assert rule.row["step"] == 40


RULES = [
    lambda: HighestAccuracy(success=0.9, patience=20),
    lambda: Lowest("validation_loss", patience=10),
    lambda: LossWindow(patience=2),
    lambda: BothBest(patience=1),
]


@pytest.mark.parametrize("make", RULES)
@pytest.mark.parametrize("cut", range(1, 6))
def test_a_copy_of_the_state_goes_on_alike(make, cut):
    values = [(0.5, 0.2), (0.4, 0.3), (0.41, 0.3), (0.3, 0.95), (0.35, 0.91), (0.2, 0.99)]
    whole, first, second = (make() for _ in range(3))
    torch.manual_seed(0)
    reasons = looks(whole, values)
    torch.manual_seed(0)
    looks(first, values[:cut])
    second.load_state_dict(first.state_dict())
    assert looks(second, values[cut:], cut + 1) == reasons[cut:]
    assert second.row == whole.row
    assert all(torch.equal(second.weights[name], whole.weights[name]) for name in whole.weights)


@pytest.mark.parametrize("make", RULES)
def test_kept_weights_do_not_move_with_the_model(make):
    model, rule = nn.Linear(2, 3), make()
    before = model.weight.detach().clone()
    rule.look({"step": 1, "validation_loss": 0.5, "validation_accuracy": 0.5}, model)
    with torch.no_grad():
        model.weight.add_(1)
    assert torch.equal(rule.weights["weight"], before)


def test_losses_settle_when_two_windows_have_one_mean():
    losses, window = RecentLosses(tolerance=0.01), RecentLosses.WINDOW
    falling = [losses.settled(torch.tensor(1.0 - step / 1000)) for step in range(3 * window)]
    assert not any(falling)
    flat = [losses.settled(torch.tensor(0.5)) for _ in range(2 * window)]
    assert flat[-1]
    assert not flat[0]
