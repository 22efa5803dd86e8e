"""A user's file, in a folder of his own, and a process that knows nothing of any."""

import textwrap

import pytest

from experiments.core import own

LAB = '''
import torch
from torch import nn

from experiments import Examples, Task, compare


class First(Task):
    """Name the first symbol.

    It has to be remembered.
    """

    num_tokens, num_outputs, chance = 4, 4, 0.25

    def examples(self, count, generator):
        symbols = torch.randint(4, (count, self.length), generator=generator)
        return symbols, symbols[:, 0]


class Varied(First):
    """The first symbol of sequences of different lengths."""

    def examples(self, count, generator):
        symbols, first = super().examples(count, generator)
        return symbols, first, torch.randint(2, self.length + 1, (count,), generator=generator)


class Rings(Task):
    """Does the longest part of a graph have a ring? Each example has a graph of its own."""

    num_features, num_outputs, ordered = 1, 2, False

    def examples(self, count, generator):
        rings = torch.randint(2, (count,), generator=generator)
        edges = [[(i, (i + 1) % self.length) for i in range(self.length - 1 + ring)] for ring in rings.tolist()]
        return Examples(torch.rand(count, self.length, 1, generator=generator), rings, edges=edges)


class Star(First):
    """The first symbol, where each step is joined to it."""

    def edges(self):
        return [(0, i) for i in range(1, self.length)] + [(i, 0) for i in range(1, self.length)]


class Total(Task):
    """The sum of the numbers."""

    num_outputs, regression = 1, True

    def examples(self, count, generator):
        numbers = torch.rand(count, self.length, generator=generator)
        return numbers, numbers.sum(1)


class Mine(nn.Module):
    def __init__(self, task, hidden):
        super().__init__()
        self.embedding = nn.Embedding(task.num_tokens, 8)
        self.gru = nn.GRU(8, hidden, batch_first=True)
        self.head = nn.Linear(hidden, task.num_outputs)

    def forward(self, tokens):
        return self.head(self.gru(self.embedding(tokens))[0][:, -1])


class Conv(nn.Module):
    def __init__(self, in_channels, out_channels):
        super().__init__()
        self.own, self.theirs = nn.Linear(in_channels, out_channels), nn.Linear(in_channels, out_channels)

    def forward(self, x, edge_index):
        around = torch.zeros_like(x).index_add(0, edge_index[1], x[edge_index[0]])
        return self.own(x) + self.theirs(around)


class Small(nn.Module):
    fixed = True

    def __init__(self, task, hidden):
        super().__init__()
        self.head = nn.Linear(task.num_tokens, task.num_outputs)

    def forward(self, tokens):
        counts = nn.functional.one_hot(tokens, self.head.in_features).to(self.head.weight).mean(1)
        return self.head(counts)


class Unlucky(Mine):
    def forward(self, tokens):
        if len(tokens) > 2:
            raise RuntimeError("out of luck")  # LINE
        return super().forward(tokens)


number = 7
'''


@pytest.fixture(autouse=True)
def alone(tmp_path, monkeypatch):
    """An empty folder, in which the process stands."""
    monkeypatch.chdir(tmp_path)
    own.forget()
    yield tmp_path
    own.forget()


@pytest.fixture
def lab(alone):
    """The user's file ``lab.py`` there."""
    file = alone / "lab.py"
    file.write_text(textwrap.dedent(LAB), encoding="utf-8")
    return file
