"""The one loop, with a model so small that everything can be counted."""

import math
import os
import signal

import pytest
import torch
from torch import nn

from experiments.records.checkpoints import CheckpointFile
from experiments.training.fit import DivergedError, fit
from experiments.training.stopping import Lowest
from experiments.training.trainer import Trainer


class Noisy(Trainer):
    """Draws a number from each generator a step, and has a dropout and a step size that decays."""

    def __init__(self, seed=0, settle=0):
        torch.manual_seed(seed)
        model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1))
        optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
        schedule = torch.optim.lr_scheduler.StepLR(optimizer, 3, 0.5)
        generator = torch.Generator().manual_seed(seed)
        super().__init__(model, optimizer, clip_norm=1.0, schedule=schedule, generator=generator)
        self.settle, self.taken = settle, 0

    def step(self):
        x = torch.randn(8, 3, generator=self.generator)
        loss = (self.model(x) - x.sum(1, keepdim=True)).square().mean()
        norm = self.update(loss)
        self.add(loss=loss, norm=norm)
        self.taken += 1
        return self.taken == self.settle

    def look(self):
        means = self.means()
        with torch.no_grad():
            self.model.eval()
            loss = (self.model(torch.eye(3)) - 1).square().mean().item()
            self.model.train()
        return {
            "train_loss": means["loss"],
            "validation_loss": loss,
            "norm": means["norm"],
            "rate": self.rate,
        }


STEPS, EVERY = 11, 3


class Killed(BaseException):
    """Ends a training as a kill does."""


def killed_at(last):
    def on_step(step):
        if step == last:
            raise Killed

    return on_step


def bits(found, trainer):
    """What has to be the same, bit for bit: rows, selected weights, and where the generators stand."""
    return (
        found.rows,
        found.row,
        found.steps,
        found.stopped,
        {name: value.tolist() for name, value in found.weights.items()},
        {name: value.tolist() for name, value in trainer.model.state_dict().items()},
        torch.rand(3).tolist(),
        torch.rand(3, generator=trainer.generator).tolist(),
    )


def alone(steps=STEPS, **more):
    trainer = Noisy(**more)
    found = fit(trainer, Lowest("validation_loss"), steps=steps, every=EVERY)
    return bits(found, trainer)


def go(path, trainer, on_step=lambda step: None, on_row=lambda row: None, every=1, part=""):
    """Train with a checkpoint after so many steps."""
    checkpoint = CheckpointFile(path, steps=every).part(part)
    rule = Lowest("validation_loss")
    return fit(trainer, rule, steps=STEPS, every=EVERY, on_row=on_row, on_step=on_step, checkpoint=checkpoint)


@pytest.mark.parametrize("every", [1, 2, 5])
@pytest.mark.parametrize("last", range(1, STEPS + 1))
def test_ended_at_any_step_it_goes_on_with_the_same_bits(last, every, tmp_path):
    path = tmp_path / "checkpoint.pt"
    with pytest.raises(Killed):
        go(path, Noisy(), killed_at(last), every=every)
    trainer, rows = Noisy(seed=99), []  # another start: what matters is all in the checkpoint
    if not path.exists():
        trainer = Noisy()
    found = go(path, trainer, on_row=rows.append, every=every)
    assert found.resumed_step == (last - 1) // every * every
    assert bits(found, trainer) == alone()
    assert rows == found.rows  # those of before, too, for the curve


def test_ended_after_every_step_it_ends_all_the_same(tmp_path):
    path = tmp_path / "checkpoint.pt"
    for last in range(1, STEPS + 1):
        with pytest.raises(Killed):
            go(path, Noisy(), killed_at(last))
    trainer = Noisy()
    assert bits(go(path, trainer), trainer) == alone()


def test_a_training_that_is_over_is_not_done_again(tmp_path):
    path = tmp_path / "checkpoint.pt"
    first = Noisy()
    expected = bits(go(path, first), first)
    trainer, steps = Noisy(seed=5), []
    found = go(path, trainer, on_step=steps.append)
    assert steps == [STEPS]
    assert bits(found, trainer) == expected


def test_two_trainings_of_a_run_share_a_checkpoint(tmp_path):
    path = tmp_path / "checkpoint.pt"

    def run(on_step=lambda step: None):
        file = CheckpointFile(path, steps=1)
        found = []
        for seed, part in ((0, "first"), (1, "second")):
            trainer = Noisy(seed)
            rule = Lowest("validation_loss")
            here = fit(trainer, rule, steps=STEPS, every=EVERY, on_step=on_step, checkpoint=file.part(part))
            found.append((here.resumed_step, bits(here, trainer)))
        return found

    seen = []

    def at_the_fifth_of_the_second(step):
        seen.append(step)
        if len(seen) == STEPS + 1 + 5 + 1:  # each begins by saying where it is
            raise Killed

    with pytest.raises(Killed):
        run(at_the_fifth_of_the_second)
    (first, one), (second, two) = run()
    assert (first, second) == (STEPS, 4)
    assert (one, two) == (alone(), alone(seed=1))


def test_a_damaged_checkpoint_is_renamed_and_nothing_is_lost(tmp_path):
    path = tmp_path / "checkpoint.pt"
    contents = []
    for size in (0, 100, 2000):
        with pytest.raises(Killed):
            go(path, Noisy(), killed_at(5))
        contents.append(path.read_bytes()[:size])
        path.write_bytes(contents[-1])
        trainer = Noisy()
        found = go(path, trainer)
        assert found.resumed_step == 0
        assert bits(found, trainer) == alone()
        path.unlink()
    aside = sorted(tmp_path.iterdir())
    assert [file.name for file in aside] == ["checkpoint.1.pt", "checkpoint.2.pt", "checkpoint.3.pt"]
    assert [file.read_bytes() for file in aside] == contents


@pytest.mark.parametrize("last", [4, STEPS])
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
@pytest.mark.usefixtures("heard_interrupts")
def test_a_signal_ends_the_step_and_leaves_a_checkpoint(number, last, tmp_path):
    path = tmp_path / "checkpoint.pt"

    def ask(step):
        if step == last:
            os.kill(os.getpid(), number)

    with pytest.raises(KeyboardInterrupt, match=f"stopped at step {last}"):
        go(path, Noisy(), ask, every=0)
    trainer = Noisy(seed=3)
    found = go(path, trainer)
    assert found.resumed_step == last
    assert bits(found, trainer) == alone()


@pytest.mark.usefixtures("heard_interrupts")
def test_a_signal_ends_a_training_without_a_checkpoint():
    steps = []

    def ask(step):
        steps.append(step)
        if step == 2:
            os.kill(os.getpid(), signal.SIGINT)

    with pytest.raises(KeyboardInterrupt):
        fit(Noisy(), Lowest("validation_loss"), steps=STEPS, every=EVERY, on_step=ask)
    assert steps[-1] == 2


def test_every_look_is_told_and_the_last_step_is_one():
    rows, steps = [], []
    found = fit(
        Noisy(), Lowest("validation_loss"), steps=STEPS, every=EVERY, on_row=rows.append, on_step=steps.append
    )
    assert [row["step"] for row in rows] == [3, 6, 9, 11]
    assert steps == list(range(STEPS + 1))
    assert rows == found.rows
    assert [row["rate"] for row in rows] == pytest.approx([0.05, 0.025, 0.0125, 0.00625])
    assert found.row == min(rows, key=lambda row: row["validation_loss"])
    assert found.stopped == "budget"


def test_what_nothing_changes_any_more_is_over():
    trainer = Noisy(settle=7)
    found = fit(trainer, Lowest("validation_loss"), steps=STEPS, every=EVERY)
    assert (found.steps, found.stopped) == (7, "converged")
    assert found.rows[-1]["step"] == 7


def test_facts_are_the_look_that_was_selected():
    found = fit(Noisy(), Lowest("validation_loss"), steps=STEPS, every=EVERY)
    facts = found.facts()
    assert facts["validation_loss"] == found.row["validation_loss"]
    assert (facts["steps"], facts["selected_step"], facts["resumed_step"]) == (STEPS, found.row["step"], 0)
    assert facts["ms_per_step"] == pytest.approx(1e3 * facts["seconds_training"] / STEPS)
    assert "train_loss" not in facts


@pytest.mark.parametrize("name", ["train_loss", "validation_loss", "validation_error"])
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_loss_that_is_no_number_ends_it(name, value):
    class Broken(Noisy):
        def look(self):
            return super().look() | {name: value}

    rows = []
    with pytest.raises(DivergedError, match=r"became (nan|inf) by step 3; a lower --learning-rate may help"):
        fit(Broken(), Lowest("validation_loss"), steps=STEPS, every=EVERY, on_row=rows.append)
    assert rows == []


def test_seconds_of_a_run_that_went_on_add_up(tmp_path):
    path = tmp_path / "checkpoint.pt"
    with pytest.raises(Killed):
        go(path, Noisy(), killed_at(8))
    before = torch.load(path, weights_only=True)["parts"][""]["seconds"]
    assert before > 0
    assert go(path, Noisy()).seconds > before
