import math

import pytest
import torch
from torch import nn

from experiments.lab.documents.classifiers.training import DocumentTrainer
from experiments.lab.documents.settings import DocumentTraining
from experiments.training.fit import DivergedError, fit
from experiments.training.stopping import Lowest


def losses_of(values, patience, epochs=20):
    """The fit of a model whose validation losses are scripted, and the weight it is left with."""
    model = nn.Linear(1, 2, bias=False)
    looks = iter(values)
    weights = []

    def validate():
        # Two classes with the true one at a logit of z: the loss is log(1 + exp(-z)).
        loss = next(looks)
        weights.append(model.weight.detach().clone())
        return torch.tensor([[-math.log(math.expm1(loss)), 0.0]], dtype=torch.float64), torch.tensor([0])

    def batches():
        yield lambda: model(torch.ones(1, 1)), torch.tensor([0])

    settings = DocumentTraining(epochs=epochs, learning_rate=0.1, patience=patience)
    trainer = DocumentTrainer(model, settings, batches=batches, validate=validate)
    found = fit(trainer, Lowest("validation_loss", patience), steps=epochs)
    return found, torch.equal(model.weight, weights[found.row["step"] - 1])


@pytest.mark.parametrize(
    ("values", "patience", "steps", "selected", "stopped"),
    [
        ([3, 2, 1, 2, 2, 0.5], 2, 5, 3, "converged"),
        ([3, 2, 1, 2, 0.5, 2], 0, 6, 5, "budget"),
        ([1, 2, 3, 4, 5, 6], 9, 6, 1, "budget"),
        ([1, 1, 1, 1], 3, 4, 1, "converged"),  # as low is not lower
    ],
)
def test_the_lowest_validation_loss_is_kept(values, patience, steps, selected, stopped):
    found, kept = losses_of(values, patience, epochs=len(values))
    assert (found.steps, found.row["step"], found.stopped) == (steps, selected, stopped)
    assert found.row["validation_loss"] == pytest.approx(values[selected - 1])
    assert kept


def test_a_loss_that_is_no_number_is_an_error():
    model = nn.Linear(1, 2)

    def batches():
        yield lambda: model(torch.ones(1, 1)) * math.nan, torch.tensor([0])

    def validate():
        return torch.zeros(1, 2), torch.tensor([0])

    trainer = DocumentTrainer(model, DocumentTraining(), batches=batches, validate=validate)
    with pytest.raises(DivergedError, match="the loss became nan by step 1"):
        fit(trainer, Lowest("validation_loss"), steps=9)
