"""Seeds trained together, beside the same seeds trained alone."""

import random

import numpy as np
import pytest
import torch
from torch import nn

from experiments.training.fit import DivergedError, fit, fit_all
from experiments.training.steps.captured import Captured
from experiments.training.steps.joint import Single
from experiments.training.steps.taking import InTurn
from tests.experiments.training.steps.few_steps import Plain, Sums, trainings


def alone(seeds=(0, 1, 2), **more):
    found = []
    for training in trainings(seeds, **more):
        found += fit_all([training])
    return found


def close(one, other, relative=1e-7):
    """Every number of every look, and the selected weights."""
    assert [row["step"] for row in one.rows] == [row["step"] for row in other.rows]
    for row, beside in zip(one.rows, other.rows, strict=True):
        assert row.keys() == beside.keys()
        for name, value in row.items():
            assert value == pytest.approx(beside[name], rel=relative, abs=1e-10), name
    assert one.row["step"] == other.row["step"]
    assert one.weights.keys() == other.weights.keys()
    for name, weight in one.weights.items():
        torch.testing.assert_close(weight, other.weights[name], rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize(
    ("optimizer", "options"),
    [
        (torch.optim.Adam, {}),
        (torch.optim.Adam, {"weight_decay": 0.01}),
        (torch.optim.RMSprop, {}),
        (torch.optim.SGD, {}),
        (torch.optim.SGD, {"momentum": 0.9}),
    ],
)
@pytest.mark.parametrize("decay", [1.0, 0.7])
def test_each_seed_learns_what_it_learns_alone(optimizer, options, decay):
    more = {"optimizer": optimizer, "decay": decay, "steps": 200, **options}
    together = trainings(**more)
    begun = [{name: w.clone() for name, w in each.trainer.model.state_dict().items()} for each in together]
    found = fit_all(together)
    for seed, (each, start, one) in enumerate(zip(together, begun, found, strict=True)):
        by_itself = Sums(seed, **{name: value for name, value in more.items() if name != "steps"})
        assert all(torch.equal(start[name], w) for name, w in by_itself.model.state_dict().items())
        (beside,) = alone([seed], **more)
        close(one, beside)
        assert one.facts()["seeds_together"] == 3
        assert beside.facts().keys() == one.facts().keys() - {"seeds_together"}
        # The first batch is drawn once more, for a look at whether steps can be taken together.
        for drawn in each.trainer.seen[1:]:
            assert torch.equal(drawn, by_itself.draw()[0])
        assert len(each.trainer.seen) == 201


def test_a_seed_that_ends_early_leaves_the_others_as_they_are():
    found = fit_all(trainings(patience=30, steps=400))
    beside = alone(patience=30, steps=400)
    ends = [one.steps for one in found]
    assert len(set(ends)) > 1
    for one, other in zip(found, beside, strict=True):
        assert (one.steps, one.stopped) == (other.steps, other.stopped)
        close(one, other)


def test_a_seed_that_diverges_fails_by_itself():
    together = trainings()
    with torch.no_grad():
        together[1].trainer.model.outer.bias.fill_(torch.nan)
    found = fit_all(together)
    assert isinstance(found[1], DivergedError)
    for seed in (0, 2):
        close(found[seed], alone([seed])[0])


class Killed(BaseException):
    """Ends a training as a kill does."""


def test_killed_seeds_go_on_from_where_each_was_saved(tmp_path):
    whole = fit_all(trainings())

    def killed(step):
        if step == 30:
            raise Killed

    with pytest.raises(Killed):
        fit_all(trainings(folder=tmp_path, on_step=killed))
    (tmp_path / "2.pt").unlink()  # as if it had been killed before that one was written
    again = fit_all(trainings(folder=tmp_path))
    assert [one.resumed_step for one in again] == [28, 28, 0]
    for one, other in zip(again, whole, strict=True):
        close(one, other)


class Dropping(Plain):
    def forward(self, x):
        return super().forward(nn.functional.dropout(x, 0.5, self.training))


class Reading(Plain):
    def forward(self, x):
        return super().forward(x) * (2 if x.sum().item() > 0 else 1)


class Counting(Plain):
    calls = 0

    def forward(self, x):
        self.calls += 1
        return super().forward(x) * self.calls


class OfPython(Plain):
    def forward(self, x):
        return super().forward(x) * random.random() * np.random.rand()  # noqa: NPY002


class Normed(Plain):
    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(3)

    def forward(self, x):
        return super().forward(self.norm(x))


class Remembering(Plain):
    """Another number for each seed, where no transform can see it."""

    def __init__(self):
        super().__init__()
        self.scale = torch.rand(1)

    def forward(self, x):
        return super().forward(x) * self.scale


class Hooked(Plain):
    def __init__(self):
        super().__init__()
        self.inner.register_forward_hook(lambda module, given, found: found * 2)


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (Dropping, "random"),
        (Reading, "item"),
        (Counting, "counts something"),
        (OfPython, "global generator"),
        (Remembering, "is another"),
        (Hooked, "hooks"),
    ],
)
def test_what_cannot_be_trained_together_is_trained_one_by_one_with_the_bits_of_each_alone(model, why):
    def seeded(seeds):
        found = []
        for seed in seeds:
            random.seed(seed)
            np.random.seed(seed)  # noqa: NPY002
            found += trainings([seed], model=model)
        return found

    together = fit_all(seeded([0, 1, 2]))
    beside = [fit_all(seeded([seed]))[0] for seed in (0, 1, 2)]
    for one, other in zip(together, beside, strict=True):
        assert one.rows == other.rows
        assert why in one.facts()["one_by_one"]
        assert one.facts()["seeds_together"] == 1
        assert all(torch.equal(one.weights[name], other.weights[name]) for name in other.weights)


def test_running_means_are_those_of_each_seed():
    found = fit_all(trainings(model=Normed))
    for one, other in zip(found, alone(model=Normed), strict=True):
        close(one, other)


class OwnStep(Sums):
    def step(self):
        return super().step()


def test_a_trainer_with_a_step_of_its_own_takes_it():
    together = trainings()
    for each in together:
        each.trainer.__class__ = OwnStep
    found = fit_all(together)
    assert "kind of their own" in found[0].facts()["one_by_one"]
    for one, other in zip(found, alone(), strict=True):
        assert one.rows == other.rows


def test_one_alone_says_nothing_of_others():
    trainer = Sums(0)
    found = fit(trainer, trainings([0])[0].rule, steps=5)
    assert "seeds_together" not in found.facts()


def test_what_one_seed_leaves_on_disk_and_in_memory_is_its_own(tmp_path):
    many = fit_all(trainings(range(9), folder=tmp_path, steps=20))
    sizes = {path.stat().st_size for path in tmp_path.iterdir()}
    fit_all(trainings([20], folder=tmp_path, steps=20))
    assert max(sizes) < 1.2 * (tmp_path / "20.pt").stat().st_size
    for weight in many[0].weights.values():
        assert weight.untyped_storage().nbytes() == weight.nbytes


def test_captured_steps_are_taken_in_turn_where_they_cannot_be_joined():
    def seeded(seeds):
        return [each for seed in seeds for each in trainings([seed], model=Dropping)]

    class Again:
        """Stands for a capture: what is recorded is done at each replay."""

        def __call__(self, body):
            return body

    together = seeded([0, 1, 2])
    ways = [Captured(Single([each]), Again()) for each in together]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.training.fit.taking_steps", lambda trainings, *, alone: InTurn(ways))
        found = fit_all(together)
    for one, other in zip(found, [fit_all(seeded([seed]))[0] for seed in (0, 1, 2)], strict=True):
        assert one.rows == other.rows
        assert one.facts()["captured"] is True
