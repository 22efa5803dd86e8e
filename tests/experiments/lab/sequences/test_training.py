import dataclasses
import math

import pytest
import torch
from torch import nn

from experiments.lab.sequences.settings import SequenceTraining
from experiments.lab.sequences.tasks.task import Batch, Task
from experiments.lab.sequences.training import SequenceTrainer, evaluate, fixed_split, rule_of
from experiments.training.fit import DivergedError, fit

SETTINGS = SequenceTraining(
    steps=40,
    batch_size=16,
    learning_rate=0.05,
    evaluate_every=10,
    validation_size=30,
    test_size=50,
    patience=0,
)


class Copy(Task):
    """Name the first symbol of two; remembers which splits were read."""

    def __init__(self):
        super().__init__(2, 0)
        self.read = []

    def generator(self, split):
        return torch.Generator().manual_seed(len(split))

    def batch(self, split, count, generator):
        self.read.append(split)
        tokens = torch.randint(3, (count, 2), generator=generator)
        return Batch(tokens, tokens[:, 0])

    def loss(self, outputs, targets):
        return nn.functional.cross_entropy(outputs, targets)

    def correct(self, outputs, targets):
        return outputs.argmax(1) == targets


def train(model, task, settings, on_row=lambda row: None):
    """Train as a run does."""
    trainer = SequenceTrainer(model, task, settings)
    return fit(trainer, rule_of(settings), steps=settings.steps, every=settings.evaluate_every, on_row=on_row)


class Linear(nn.Module):
    def __init__(self):
        super().__init__()
        self.head = nn.Linear(6, 3)
        self.dropout = nn.Dropout(0.5)

    def forward(self, tokens):
        return self.head(self.dropout(nn.functional.one_hot(tokens, 3).float().flatten(1)))


def fresh():
    torch.manual_seed(0)
    return Linear()


def test_it_learns_and_stops_on_success():
    task = Copy()
    settings = SequenceTraining(steps=5000, batch_size=64, learning_rate=0.05, evaluate_every=10, patience=0)
    model = fresh()
    outcome = train(model, task, settings)
    assert outcome.stopped == "success"
    assert evaluate(model, task, fixed_split(task, "test", 500))[1] >= 0.999
    assert outcome.steps < 5000


def test_selected_weights_are_the_ones_of_the_best_look():
    rows, model = [], fresh()
    outcome = train(model, Copy(), SETTINGS, on_row=rows.append)
    best = max(rows, key=lambda row: (row["validation_accuracy"], -row["validation_loss"]))
    assert outcome.row == best
    facts = outcome.facts()
    assert (facts["selected_step"], facts["validation_accuracy"]) == (
        best["step"],
        best["validation_accuracy"],
    )
    assert all(torch.equal(value, outcome.weights[name]) for name, value in model.state_dict().items())
    found = evaluate(model, Copy(), fixed_split(Copy(), "validation", SETTINGS.validation_size))
    assert found == (best["validation_loss"], best["validation_accuracy"])


def test_training_reads_the_validation_split_once_and_never_the_test_split():
    task = Copy()
    train(fresh(), task, SETTINGS)
    assert task.read.count("validation") == 1
    assert task.read.count("test") == 0


def test_same_seed_same_bits():
    curves = []
    for _ in range(2):
        rows = []
        train(fresh(), Copy(), SETTINGS, on_row=rows.append)
        curves.append(rows)
    assert curves[0] == curves[1]


def test_first_row_by_hand():
    # One step on the whole first batch without dropout: loss and accuracy of the untouched weights.
    model, task, rows = fresh(), Copy(), []
    model.dropout.p = 0.0
    tokens, targets, _ = task.batch("train", 16, task.generator("train"))
    logits = model(tokens).detach().double()
    losses = [
        math.log(sum(math.exp(v) for v in row)) - row[t] for row, t in zip(logits.tolist(), targets.tolist())
    ]
    settings = SequenceTraining(steps=1, batch_size=16, evaluate_every=1, validation_size=5, test_size=5)
    train(model, task, settings, on_row=rows.append)
    assert rows[0]["train_loss"] == pytest.approx(sum(losses) / 16, rel=1e-5)  # float32 against float64
    assert rows[0]["train_accuracy"] == (logits.argmax(1) == targets).double().mean().item()


def test_the_last_step_is_always_evaluated():
    rows = []
    settings = SequenceTraining(
        steps=25, batch_size=4, evaluate_every=10, validation_size=5, test_size=5, success=2
    )
    train(fresh(), Copy(), settings, on_row=rows.append)
    assert [row["step"] for row in rows] == [10, 20, 25]


def test_patience_ends_a_run_that_gets_no_better():
    class Noise(Copy):
        def batch(self, split, count, generator):
            tokens = super().batch(split, count, generator).inputs
            return Batch(tokens, torch.randint(3, (count,), generator=generator))

    settings = SequenceTraining(
        steps=1000, batch_size=64, evaluate_every=10, validation_size=500, patience=100
    )
    outcome = train(fresh(), Noise(), settings)
    assert outcome.stopped == "converged"
    assert outcome.steps < 1000


def test_a_loss_that_is_no_number_ends_the_run():
    model = fresh()
    with torch.no_grad():
        model.head.weight.fill_(float("nan"))
    with pytest.raises(DivergedError, match="step 10"):
        train(model, Copy(), SETTINGS)


def test_weights_that_the_last_step_before_a_look_broke_end_the_run():
    class Breaking(Copy):
        """Losses of training are finite; from the third step on, the gradient is not."""

        def loss(self, outputs, targets):
            loss = super().loss(outputs, targets)
            if loss.requires_grad:
                self.seen = getattr(self, "seen", 0) + 1
                loss.register_hook(lambda gradient: gradient * (math.nan if self.seen == 3 else 1))
            return loss

    rows = []
    settings = dataclasses.replace(SETTINGS, steps=6, evaluate_every=3)
    with pytest.raises(DivergedError, match="the validation loss became nan by step 3"):
        train(fresh(), Breaking(), settings, on_row=rows.append)
    assert rows == []


def test_clipping_bounds_the_update():
    # With plain gradients of any size Adam's first step is lr; clipping is seen in the gradients left behind.
    model = fresh()
    settings = SequenceTraining(
        steps=1, batch_size=16, clip_norm=1e-3, evaluate_every=1, validation_size=5, test_size=5
    )
    train(model, Copy(), settings)
    norm = math.sqrt(sum(p.grad.double().pow(2).sum().item() for p in model.parameters()))
    assert norm <= 1e-3 * (1 + 1e-5)  # float32 rounding of the scale


def test_learning_rate_decays_in_steps_and_is_recorded():
    rows = []
    settings = SequenceTraining(
        steps=6, batch_size=4, learning_rate=0.8, decay=0.5, decay_every=2, evaluate_every=1, success=2,
        validation_size=5, test_size=5,
    )  # fmt: skip
    train(fresh(), Copy(), settings, on_row=rows.append)
    assert [row["learning_rate"] for row in rows] == pytest.approx([0.8, 0.8, 0.4, 0.4, 0.2, 0.2])


def test_tolerance_ends_a_run_whose_mean_loss_stands_still():
    class Constant(nn.Module):
        def __init__(self):
            super().__init__()
            self.weight = nn.Parameter(torch.zeros(1))

        def forward(self, tokens):
            return torch.zeros(len(tokens), 3) + 0 * self.weight

    settings = SequenceTraining(
        steps=1000,
        batch_size=4,
        evaluate_every=150,
        tolerance=1e-6,
        patience=0,
        validation_size=5,
        test_size=5,
    )
    outcome = train(Constant(), Copy(), settings)
    assert (outcome.steps, outcome.stopped) == (200, "converged")
