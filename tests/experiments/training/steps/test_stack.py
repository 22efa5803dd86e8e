"""Seeds trained together, beside the same seeds trained alone."""

import random
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from experiments.training.fit import DivergedError, fit, fit_all
from experiments.training.steps.captured import Captured
from experiments.training.steps.joint import Single
from experiments.training.steps.taking import InTurn
from tests.experiments.training.steps import own_models as own
from tests.experiments.training.steps.few_steps import Sums, trainings


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
        assert len(each.trainer.seen) == 200
        for drawn in each.trainer.seen:
            assert torch.equal(drawn, by_itself.draw()[0])


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


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (own.Dropping, "random"),
        (own.Reading, "item"),
        (own.Counting, "counts something"),
        (own.OfPython, "global generator"),
        (own.Remembering, "is another"),
        (own.Hooked, "hooks"),
        (own.KeepingState, "remembers"),
        (own.KeepingList, "remembers"),
        (own.DrawingItself, "remembers"),
        (own.CountingBuffer, "changes its buffer calls"),
        (own.ReplacingBuffer, "replaces a weight or a buffer"),
        (own.Averaging, "item"),
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
    found = fit_all(trainings(model=own.Normed))
    for one, other in zip(found, alone(model=own.Normed), strict=True):
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
        return [each for seed in seeds for each in trainings([seed], model=own.Dropping)]

    class Again:
        """Stands for a capture: what is recorded is done at each replay."""

        def __call__(self, body, device):
            return body

    together = seeded([0, 1, 2])
    ways = [Captured(Single([each]), Again()) for each in together]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.training.fit.taking_steps", lambda trainings, *, alone: InTurn(ways))
        found = fit_all(together)
    for one, other in zip(found, [fit_all(seeded([seed]))[0] for seed in (0, 1, 2)], strict=True):
        assert one.rows == other.rows
        assert one.facts()["captured"] is True


@pytest.mark.parametrize(
    "model",
    [own.Frozen, own.Scaled, own.Summing, own.Complex, own.Shared, own.Tied, own.Freezing, own.Normed],
)
@pytest.mark.parametrize("clip", [0.0, 0.5])
def test_weights_of_every_kind_are_stacked_and_restacked_when_a_seed_ends(model, clip):
    together = trainings(model=model, clip=clip)
    for seed, each in enumerate(together):
        each.steps = 20 + 20 * seed
    for seed, one in enumerate(fit_all(together)):
        (other,) = alone([seed], model=model, clip=clip, steps=20 + 20 * seed)
        assert one.facts()["seeds_together"] == 3
        close(one, other)


@pytest.mark.parametrize("model", [own.Scaled, own.Normed, own.Summing])
def test_weights_of_every_kind_go_on_from_a_checkpoint(model, tmp_path):
    whole = fit_all(trainings(model=model))

    def killed(step):
        if step == 30:
            raise Killed

    with pytest.raises(Killed):
        fit_all(trainings(folder=tmp_path, model=model, on_step=killed))
    for one, other in zip(fit_all(trainings(folder=tmp_path, model=model)), whole, strict=True):
        assert one.resumed_step == 28
        close(one, other)


def of_kind(kind, seeds=(0, 1, 2), **more):
    """Trainings whose trainers are of another class."""
    found = trainings(seeds, **more)
    for each in found:
        each.trainer.__class__ = kind
    return found


class FromAList(Sums):
    """Its examples come from a list that it walks through, which no generator can wind back."""

    at = 0

    def draw(self):
        self.at += 1
        x = torch.full((8, 3), float(self.at), dtype=torch.double)
        return x, x.sum(1, keepdim=True)


@pytest.mark.parametrize("model", [own.Shared, own.Dropping])
def test_examples_that_cannot_be_wound_back_are_those_of_each_alone(model):
    together = of_kind(FromAList, model=model)
    found = fit_all(together)
    assert [each.trainer.at for each in together] == [60] * 3
    for seed, one in enumerate(found):
        (other,) = fit_all(of_kind(FromAList, [seed], model=model))
        close(one, other)


class OtherLengths(Sums):
    """From some step on, batches of one seed have other sizes than those of the others."""

    def draw(self):
        x, y = super().draw()
        rows = 8 if len(self.seen) < 20 else 3 + (len(self.seen) + self.generator.initial_seed()) % 4
        return x[:rows], y[:rows]


def test_examples_of_other_sizes_are_trained_on_one_by_one_from_then_on():
    for seed, one in enumerate(fit_all(of_kind(OtherLengths))):
        (other,) = fit_all(of_kind(OtherLengths, [seed]))
        close(one, other)
        assert one.facts()["seeds_together"] == 3
        assert one.facts()["one_by_one"].startswith(
            "from step 20 on: RuntimeError: stack expects each tensor"
        )


class Failing(Sums):
    """Draws what its model cannot take, or fails, at some step of one seed."""

    error: BaseException | None = ValueError("no more examples")

    def draw(self):
        x, y = super().draw()
        if self.generator.initial_seed() == 1 and len(self.seen) == 17:
            if self.error is not None:
                raise self.error
            return x.half(), y
        return x, y


class Leaving(Failing):
    error = SystemExit(3)


class Wrong(Failing):
    error = None


@pytest.mark.parametrize("kind", [Failing, Leaving, Wrong])
@pytest.mark.parametrize("model", [own.Shared, own.Dropping])
def test_a_seed_whose_examples_fail_late_fails_by_itself(kind, model):
    found = fit_all(of_kind(kind, model=model))
    with pytest.raises(type(found[1])):
        fit_all(of_kind(kind, [1], model=model))
    for seed in (0, 2):
        (other,) = fit_all(of_kind(kind, [seed], model=model))
        close(found[seed], other)


def test_a_checkpoint_that_cannot_be_written_is_the_matter_of_its_seed(tmp_path):
    together = trainings(folder=tmp_path)
    together[1].checkpoint._file.path = tmp_path / "nowhere" / "1.pt"
    found = fit_all(together)
    assert isinstance(found[1], OSError)
    for seed in (0, 2):
        close(found[seed], alone([seed])[0])


def test_what_was_trained_one_by_one_stays_so_when_a_seed_ends():
    together = trainings(model=own.Counting, patience=20, steps=150)
    found = fit_all(together)
    beside = alone(model=own.Counting, patience=20, steps=150)
    assert len({one.steps for one in beside}) > 1
    for one, other in zip(found, beside, strict=True):
        assert one.rows == other.rows
        assert one.facts()["one_by_one"]


class Warming(Sums):
    """Its loss grows with how often it was asked for, which its task counts."""

    own = ("model", "task")

    def loss(self, model, drawn):
        self.task.asked += 1
        loss, told = super().loss(model, drawn)
        return loss * min(1, self.task.asked / 10), told


def warming(seeds):
    found = of_kind(Warming, seeds)
    for each in found:
        each.trainer.task = SimpleNamespace(asked=0)
    return found


def test_a_task_that_counts_is_asked_as_often_as_alone():
    for seed, one in enumerate(fit_all(warming([0, 1, 2]))):
        (other,) = fit_all(warming([seed]))
        assert one.rows == other.rows
        assert "the task counts something" in one.facts()["one_by_one"]
