"""Captured steps, with a capture that a CPU can do: what it recorded is carried out again."""

import random

import numpy as np
import pytest
import torch

from experiments.training.fit import fit_all
from experiments.training.steps import choosing
from experiments.training.steps.captured import Captured
from experiments.training.steps.joint import Single
from experiments.training.steps.stack import Stack
from tests.experiments.training.steps import own_models as own
from tests.experiments.training.steps.few_steps import Plain, Sums, trainings
from tests.experiments.training.steps.test_stack import close
from tests.recorder import Recorder


@pytest.fixture
def recorder(monkeypatch):
    recorder = Recorder()

    def captured(trainings, *, alone):
        joint = Single(trainings, alone=alone) if len(trainings) == 1 else Stack(trainings)
        return Captured(joint, recorder)

    monkeypatch.setattr("experiments.training.fit.taking_steps", captured)
    return recorder


def plain(seeds, **more):
    return [choosing_alone(each) for each in trainings(seeds, **more)]


def choosing_alone(training):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("experiments.training.fit.taking_steps", choosing.taking_steps)
        (found,) = fit_all([training])
    return found


@pytest.mark.parametrize("options", [{}, {"clip": 0.0}, {"optimizer": torch.optim.SGD, "momentum": 0.9}])
def test_replayed_steps_are_the_same_bits(options, recorder):
    (found,) = fit_all(trainings([3], **options))
    (beside,) = plain([3], **options)
    assert found.rows == beside.rows
    assert found.facts()["captured"] is True
    assert (recorder.captures, recorder.replays) == (1, 57)  # three steps before it


def test_several_seeds_are_captured_as_one(recorder):
    for found, beside in zip(fit_all(trainings()), plain([0, 1, 2]), strict=True):
        close(found, beside)
        assert found.facts()["captured"] is True
    assert recorder.captures == 1


def test_another_step_size_is_captured_anew(recorder):
    (found,) = fit_all(trainings([0], decay=0.5, steps=20))
    (beside,) = plain([0], decay=0.5, steps=20)
    assert found.rows == beside.rows
    assert recorder.captures == 5  # of steps 4, 5 to 8, 9 to 12, 13 to 16, 17 to 20


class Growing(Sums):
    def draw(self):
        x, y = super().draw()
        rows = 8 if len(self.seen) % 10 else 5
        return x[:rows], y[:rows]


def test_a_batch_of_another_size_is_not_replayed(recorder):
    training, beside = trainings([0])[0], trainings([0])[0]
    training.trainer.__class__ = beside.trainer.__class__ = Growing
    (found,) = fit_all([training])
    assert found.rows == choosing_alone(beside).rows
    assert recorder.replays == 51  # 57 but the tenth, the twentieth, ...


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (own.Counting, "counts something"),
        (own.KeepingState, "remembers"),
        (own.KeepingList, "remembers"),
        (own.DrawingItself, "remembers"),
        (own.ReplacingBuffer, "replaces a weight or a buffer"),
        (own.OfPython, "global generator"),
    ],
)
def test_a_model_whose_next_step_would_be_another_is_not_captured(model, why, recorder):
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    (found,) = fit_all(trainings([0], model=model))
    random.seed(0)
    np.random.seed(0)  # noqa: NPY002
    (beside,) = plain([0], model=model)
    assert found.rows == beside.rows
    assert why in found.facts()["not_captured"]
    assert recorder.captures == 0


class Frozen(Recorder):
    """A capture that takes of Python what it is, as a GPU does: replayed, a frozen layer is as it was."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def __call__(self, body, device):
        as_it_was, replay = self._python(), super().__call__(body, device)

        def again():
            now = self._python()
            self._set(as_it_was)
            replay()
            self._set(now)

        return again

    def _python(self):
        return [weight.requires_grad for weight in self.model.parameters()], getattr(
            self.model, "share", None
        )

    def _set(self, values):
        for weight, flag in zip(self.model.parameters(), values[0], strict=True):
            weight.requires_grad_(flag)
        self.model.share = values[1]


@pytest.mark.parametrize("model", [own.Freezing, own.Annealing])
def test_a_model_that_a_look_changes_is_captured_anew(model, monkeypatch):
    (training,) = trainings([0], model=model, every=10)
    capture = Frozen(training.trainer.model)
    monkeypatch.setattr(
        "experiments.training.fit.taking_steps",
        lambda trainings, *, alone: Captured(Single(trainings, alone=alone), capture),
    )
    (found,) = fit_all([training])
    (beside,) = plain([0], model=model, every=10)
    assert found.rows == beside.rows
    assert capture.replays > 20


class Switching(Sums):
    """Says with a truth value what its loss is."""

    def draw(self):
        return *super().draw(), len(self.seen) % 7 == 0

    def loss(self, model, drawn):
        *drawn, doubled = drawn
        loss, told = super().loss(model, drawn)
        return loss * (2 if doubled else 1), told


def test_plain_values_that_are_drawn_are_not_those_of_the_capture(recorder):
    training, beside = trainings([0])[0], trainings([0])[0]
    training.trainer.__class__ = beside.trainer.__class__ = Switching
    (found,) = fit_all([training])
    assert found.rows == choosing_alone(beside).rows
    assert recorder.captures == 1


def test_a_step_size_that_never_stays_is_never_captured(recorder):
    training = trainings([0])[0]
    training.trainer.schedule = torch.optim.lr_scheduler.StepLR(training.trainer.optimizer, 1, 0.99)
    fit_all([training])
    assert recorder.captures == 0


def test_what_a_gpu_cannot_capture_goes_on_as_before(monkeypatch):
    def refuses(body, device):
        raise RuntimeError("operation not permitted when stream is capturing\nand more")

    monkeypatch.setattr(
        "experiments.training.fit.taking_steps",
        lambda trainings, *, alone: Captured(Single(trainings, alone=alone), refuses),
    )
    (found,) = fit_all(trainings([0], model=Plain))
    (beside,) = plain([0])
    assert found.rows == beside.rows
    assert found.facts()["not_captured"] == "operation not permitted when stream is capturing"


def test_seeds_that_end_are_left_out_before_the_others_are_captured_anew(recorder):
    seeds, more = range(6), {"patience": 30, "steps": 400}
    found = fit_all(trainings(seeds, **more))
    ends = sorted(one.steps for one in found)
    assert len(set(ends)) > 2
    for one, beside in zip(found, plain(seeds, **more), strict=True):
        assert (one.steps, one.stopped) == (beside.steps, beside.stopped)
        close(one, beside)
    assert recorder.captures < len(set(ends))


def test_a_seed_that_was_left_out_is_what_it_was_when_it_ended(recorder):
    together = trainings(range(6), patience=30, steps=400)
    fit_all(together)
    for each in together:
        (beside,) = trainings([together.index(each)], patience=30, steps=400)
        choosing_alone(beside)
        assert each.trainer.generator.get_state().equal(beside.trainer.generator.get_state())
        mine, other = (one.trainer.optimizer.state_dict()["state"] for one in (each, beside))
        for number, state in other.items():
            for name, value in state.items():
                torch.testing.assert_close(mine[number][name], value, rtol=1e-6, atol=1e-12)
