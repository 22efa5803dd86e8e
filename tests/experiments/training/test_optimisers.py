import math

import pytest
from torch import nn

from experiments.core.training import ScheduledTraining
from experiments.training.optimisers import make_optimizer, make_schedule


@pytest.mark.parametrize("name", ["adam", "rmsprop", "sgd", "momentum"])
def test_every_optimizer_takes_the_step_that_its_equation_says(name):
    # Two steps on f(w) = w^2 / 2, whose gradient is w, with torch's defaults for the constants.
    rate, w = 0.1, 1.0
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, w)
    optimizer = make_optimizer(model, ScheduledTraining(optimizer=name, learning_rate=rate))
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


def test_the_step_size_decays_in_steps():
    model = nn.Linear(1, 1)
    train = ScheduledTraining(optimizer="sgd", learning_rate=0.8, decay=0.5, decay_every=2)
    optimizer = make_optimizer(model, train)
    schedule, rates = make_schedule(optimizer, train), []
    for _ in range(6):
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        schedule.step()
    assert rates == pytest.approx([0.8, 0.8, 0.4, 0.4, 0.2, 0.2])
    assert make_schedule(optimizer, ScheduledTraining(decay=0.5)) is None
