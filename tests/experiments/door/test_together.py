"""Models of one's own under several seeds at once: one that can be batched, and one that cannot."""

import numpy as np
import pytest
import torch
from torch import nn

from experiments import Task, compare
from experiments.records.records import read_curve

TINY = {
    "steps": 40,
    "evaluate_every": 10,
    "batch_size": 8,
    "validation_size": 50,
    "test_size": 50,
    "budget": 1500,
    "seeds": 3,
    "success": 2,
    "engine": "serial",
    "lengths": [5],
}


class Last(Task):
    """Name the last symbol; which symbols come is drawn by NumPy."""

    num_tokens, num_outputs, chance = 3, 3, 1 / 3

    def examples(self, count, generator):
        numpy = np.random.default_rng(torch.randint(2**31, (1,), generator=generator).item())
        symbols = torch.from_numpy(numpy.integers(0, 3, (count, self.length)))
        return symbols, symbols[:, -1]


class Batches(nn.Module):
    def __init__(self, task, hidden):
        super().__init__()
        self.embedding = nn.Embedding(task.num_tokens, hidden)
        self.head = nn.Linear(hidden, task.num_outputs)

    def forward(self, tokens):
        return self.head(torch.tanh(self.embedding(tokens)).sum(1) + self.embedding(tokens[:, -1]))


class Reads(Batches):
    def forward(self, tokens):
        return super().forward(tokens) * (1 if tokens.sum().item() > 0 else 2)


@pytest.mark.parametrize(("model", "joins"), [(Batches, True), (Reads, False)])
def test_a_model_of_ones_own_is_the_same_with_other_seeds_and_without(model, joins, tmp_path):
    alone = compare(Last, models=[model, "lstm"], out=tmp_path / "alone", **TINY)
    together = compare(Last, models=[model, "lstm"], out=tmp_path / "together", seeds_together=3, **TINY)
    curves = [
        {
            (run.settings.model.label, run.settings.seed): (read_curve(run.path), run.result)
            for run in found.runs
        }
        for found in (alone, together)
    ]
    assert curves[0].keys() == curves[1].keys()
    for (label, _), (curve, result) in curves[1].items():
        beside, before = curves[0][label, _]
        joined = joins or label == "lstm"
        assert result["seeds_together"] == (3 if joined else 1)
        assert ("one_by_one" in result) != joined
        if joined:
            np.testing.assert_allclose(curve["train_loss"], beside["train_loss"], rtol=1e-4)
        else:
            assert curve.equals(beside)  # bit for bit
            assert result["test_accuracy"] == before["test_accuracy"]
