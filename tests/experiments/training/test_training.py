import dataclasses
import math

import pytest
import torch
from torch import nn

from experiments.core.settings import TrainSettings
from experiments.records.device import computing
from experiments.training.training import Batch, DivergedError, evaluate, make_optimizer, train
from seq import RNN

SETTINGS = TrainSettings(
    steps=40,
    batch_size=16,
    learning_rate=0.05,
    evaluate_every=10,
    validation_size=30,
    test_size=50,
    patience=0,
)


class Copy:
    """Name the first symbol of two; remembers which splits were read."""

    def __init__(self):
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
    settings = TrainSettings(steps=5000, batch_size=64, learning_rate=0.05, evaluate_every=10, patience=0)
    outcome = train(fresh(), task, settings)
    assert outcome.stopped == "success"
    assert outcome.test_accuracy >= 0.999
    assert outcome.steps < 5000


def test_a_thousand_steps_with_vanishing_gradients_leave_no_subnormal_numbers():
    """Subnormal numbers are what slows a CPU down as gradients vanish; in training they are zero."""
    torch.manual_seed(0)
    rnn = RNN(2, 3)
    with torch.no_grad():
        rnn.weight_h.mul_(0.5)
    x = torch.randn(5, 1000, 2, requires_grad=True)

    def subnormals():
        (grad,) = torch.autograd.grad(rnn(x)[0][:, -1].sum(), x)
        return int(((grad != 0) & (grad.abs() < torch.finfo(torch.float32).tiny)).sum())

    with computing(1):
        inside = subnormals()
    assert subnormals() > 0  # without it they are there, so this sequence is long enough
    assert inside == 0


def test_test_split_is_read_once_at_the_end():
    task = Copy()
    train(fresh(), task, SETTINGS)
    assert task.read.count("test") == 1
    assert task.read[-1] == "test"
    assert task.read.count("validation") == 1


def test_selected_weights_are_the_ones_of_the_best_look():
    rows, model = [], fresh()
    outcome = train(model, Copy(), SETTINGS, on_row=rows.append)
    best = max(rows, key=lambda row: (row["validation_accuracy"], -row["validation_loss"]))
    assert outcome.selected_step == best["step"]
    assert outcome.validation_accuracy == best["validation_accuracy"]
    task = Copy()
    loss, accuracy = evaluate(model, task, task.batch("test", 50, task.generator("test")))
    assert (loss, accuracy) == (outcome.test_loss, outcome.test_accuracy)


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
    settings = TrainSettings(steps=1, batch_size=16, evaluate_every=1, validation_size=5, test_size=5)
    train(model, task, settings, on_row=rows.append)
    assert rows[0]["train_loss"] == pytest.approx(sum(losses) / 16, rel=1e-5)  # float32 against float64
    assert rows[0]["train_accuracy"] == (logits.argmax(1) == targets).double().mean().item()


def test_the_last_step_is_always_evaluated():
    rows = []
    settings = TrainSettings(
        steps=25, batch_size=4, evaluate_every=10, validation_size=5, test_size=5, success=2
    )
    train(fresh(), Copy(), settings, on_row=rows.append)
    assert [row["step"] for row in rows] == [10, 20, 25]


def test_patience_ends_a_run_that_gets_no_better():
    class Noise(Copy):
        def batch(self, split, count, generator):
            tokens = super().batch(split, count, generator).inputs
            return Batch(tokens, torch.randint(3, (count,), generator=generator))

    settings = TrainSettings(steps=1000, batch_size=64, evaluate_every=10, validation_size=500, patience=100)
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
                self.steps = getattr(self, "steps", 0) + 1
                loss.register_hook(lambda gradient: gradient * (math.nan if self.steps == 3 else 1))
            return loss

    rows = []
    settings = dataclasses.replace(SETTINGS, steps=6, evaluate_every=3)
    with pytest.raises(DivergedError, match="the validation loss became nan by step 3"):
        train(fresh(), Breaking(), settings, on_row=rows.append)
    assert rows == []


def test_clipping_bounds_the_update():
    # With plain gradients of any size Adam's first step is lr; clipping is seen in the gradients left behind.
    model = fresh()
    settings = TrainSettings(
        steps=1, batch_size=16, clip_norm=1e-3, evaluate_every=1, validation_size=5, test_size=5
    )
    train(model, Copy(), settings)
    norm = math.sqrt(sum(p.grad.double().pow(2).sum().item() for p in model.parameters()))
    assert norm <= 1e-3 * (1 + 1e-5)  # float32 rounding of the scale


@pytest.mark.parametrize("name", ["adam", "rmsprop", "sgd", "momentum"])
def test_every_optimizer_takes_the_step_that_its_equation_says(name):
    # Two steps on f(w) = w^2 / 2, whose gradient is w, with torch's defaults for the constants.
    rate, w = 0.1, 1.0
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, w)
    optimizer = make_optimizer(model, TrainSettings(optimizer=name, learning_rate=rate))
    m = v = 0.0
    for t in (1, 2):
        optimizer.zero_grad()
        (model.weight**2 / 2).sum().backward()
        optimizer.step()
        g = w
        if name == "sgd":
            w -= rate * g
        elif name == "momentum":
            m = 0.9 * m + g
            w -= rate * m
        elif name == "rmsprop":
            v = 0.99 * v + 0.01 * g * g
            w -= rate * g / (math.sqrt(v) + 1e-8)
        else:
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g * g
            w -= rate * (m / (1 - 0.9**t)) / (math.sqrt(v / (1 - 0.999**t)) + 1e-8)
        assert model.weight.item() == pytest.approx(w, abs=1e-6)  # float32, values up to 1


def test_learning_rate_decays_in_steps_and_is_recorded():
    rows = []
    settings = TrainSettings(
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

    settings = TrainSettings(
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
