"""Models as users write them, which do more than a plain map."""

import random

import numpy as np
import torch
from torch import nn

from tests.experiments.training.steps.few_steps import Plain


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


class Averaging(Normed):
    """Its running means are those of all batches, which it counts."""

    def __init__(self):
        super().__init__()
        self.norm = nn.BatchNorm1d(3, momentum=None)


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


class KeepingState(Plain):
    """Adds what it answered last."""

    def __init__(self):
        super().__init__()
        self.last = None

    def forward(self, x):
        found = super().forward(x) + (0 if self.last is None else 0.1 * self.last.mean())
        self.last = found.detach()
        return found


class KeepingList(Plain):
    """Scales with how often it was called, which a list knows."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def forward(self, x):
        self.seen.append(len(x))
        return super().forward(x) * (1 + 0.1 * len(self.seen))


class DrawingItself(Plain):
    """A generator of its own, the same for each seed."""

    def __init__(self):
        super().__init__()
        self.rng = np.random.default_rng(0)

    def forward(self, x):
        return super().forward(x) * self.rng.uniform(0.5, 1.5)


class CountingBuffer(Plain):
    """Counts in a buffer that is the same for all seeds."""

    def __init__(self):
        super().__init__()
        self.register_buffer("calls", torch.zeros(()))

    def forward(self, x):
        self.calls += 1
        return super().forward(x) * (1 + 0.1 * self.calls)


class ReplacingBuffer(CountingBuffer):
    def forward(self, x):
        self.calls = self.calls + 1
        return Plain.forward(self, x) * (1 + 0.1 * self.calls)


class Frozen(Plain):
    """Weights that are not trained, some of them whole numbers."""

    def __init__(self):
        super().__init__()
        self.places = nn.Parameter(torch.tensor([2, 0, 1]), requires_grad=False)
        self.inner.bias.requires_grad_(False)

    def forward(self, x):
        return super().forward(x[:, self.places])


class Scaled(Plain):
    """A weight that is one number, and one that nothing needs."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.rand(()))
        self.unused = nn.Parameter(torch.rand(4))

    def forward(self, x):
        return super().forward(x) * self.scale


class Summing(Plain):
    """Two weights with one gradient, and one whose gradient is the same number everywhere."""

    def __init__(self):
        super().__init__()
        self.one, self.other = nn.Parameter(torch.rand(8, 1)), nn.Parameter(torch.rand(8, 1))
        self.offsets = nn.Parameter(torch.rand(6))

    def forward(self, x):
        return super().forward(x) * (self.one + self.other)[: len(x)] + 9 * self.offsets.sum()


class Complex(Plain):
    """Complex weights, as of a unitary recurrence."""

    def __init__(self):
        super().__init__()
        self.turn = nn.Parameter(torch.randn(3, 3, dtype=torch.cdouble))

    def forward(self, x):
        return super().forward((x.to(self.turn.dtype) @ self.turn).abs().to(x.dtype))

    def double(self):
        for part in (self.inner, self.outer):
            part.double()
        return self


class Shared(Plain):
    """One layer in two places."""

    def __init__(self):
        super().__init__()
        self.again = self.inner

    def forward(self, x):
        return self.outer(torch.tanh(self.inner(torch.tanh(self.again(x))[:, :3])))


class Tied(Plain):
    """One weight in two layers."""

    def __init__(self):
        super().__init__()
        self.out = nn.Linear(3, 5)
        self.out.weight = self.inner.weight

    def forward(self, x):
        return super().forward(x) + self.out(x).mean(1, keepdim=True)


class Freezing(Plain):
    """Freezes a layer after some looks."""

    def eval(self):
        self.looks = getattr(self, "looks", 0) + 1
        self.inner.requires_grad_(self.looks < 3)
        return super().eval()


class Annealing(Plain):
    """Each look makes it answer with less."""

    share = 1.0

    def eval(self):
        self.share *= 0.9
        return super().eval()

    def forward(self, x):
        return super().forward(x) * self.share
