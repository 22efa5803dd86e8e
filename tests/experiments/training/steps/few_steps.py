"""A small trainer, and trainings of it that say all they saw."""

import torch
from torch import nn

from experiments.records.checkpoints import CheckpointFile
from experiments.training.fit import Training
from experiments.training.stopping import Lowest
from experiments.training.trainer import Trainer


class Plain(nn.Module):
    """A linear map after a hidden layer."""

    def __init__(self):
        super().__init__()
        self.inner, self.outer = nn.Linear(3, 5), nn.Linear(5, 1)

    def forward(self, x):
        return self.outer(torch.tanh(self.inner(x)))


class Sums(Trainer):
    """Learns the sum of three numbers, and keeps every batch that it drew."""

    reports_norm = True

    def __init__(self, seed, model=Plain, optimizer=torch.optim.Adam, clip=0.5, decay=1.0, **options):
        torch.manual_seed(seed)
        made = model().double()  # rounding is not what is compared
        over = optimizer(made.parameters(), lr=0.02, **options)
        schedule = torch.optim.lr_scheduler.StepLR(over, 4, decay) if decay != 1 else None
        generator = torch.Generator().manual_seed(seed)
        super().__init__(made, over, clip_norm=clip, schedule=schedule, generator=generator)
        self.seen = []

    def draw(self):
        x = torch.randn(8, 3, generator=self.generator, dtype=torch.double)
        self.seen.append(x)
        return x, x.sum(1, keepdim=True)

    def loss(self, model, drawn):
        x, y = drawn
        loss = (model(x) - y).square().mean()
        return loss, {"loss": loss}

    def look(self):
        means = self.means()
        with torch.no_grad():
            self.model.eval()
            found = (self.model(torch.eye(3).double()) - 1).square().mean().item()
            self.model.train()
        return {
            "train_loss": means["loss"],
            "validation_loss": found,
            "norm": means["norm"],
            "rate": self.rate,
        }


def trainings(
    seeds=(0, 1, 2), *, steps=60, every=5, folder=None, patience=0, on_step=lambda step: None, **more
):
    """A training per seed, from scratch or from its checkpoint."""
    found = []
    for seed in seeds:
        checkpoint = None if folder is None else CheckpointFile(folder / f"{seed}.pt", steps=7).part()
        found.append(
            Training(
                Sums(seed, **more),
                Lowest("validation_loss", patience),
                steps=steps,
                every=every,
                checkpoint=checkpoint,
                on_step=on_step,
            )
        )
    return found
