"""Models that each have one fault, beside one that has none."""

import torch
from torch import nn
from torch.nn import functional as F


class Sound(nn.Module):
    """An embedding, a causal average over the steps so far, and a dense layer; no fault."""

    def __init__(self, task, hidden):
        super().__init__()
        self.every_step = task.every_step
        self.num_outputs = task.num_outputs
        self.embed = nn.Embedding(task.num_tokens, hidden)
        self.middle = nn.Linear(hidden, hidden)
        self.last = nn.Linear(hidden, task.num_outputs)

    def forward(self, tokens):
        return self.last(self.mixed(self.features(tokens)))

    def features(self, tokens):
        return torch.tanh(self.middle(self.embed(tokens)))

    def mixed(self, x):
        steps = torch.arange(1, x.shape[1] + 1, device=x.device).view(1, -1, 1)
        return x.cumsum(1) / steps if self.every_step else x.mean(1)


class LooksAhead(Sound):
    def mixed(self, x):
        return x + x.mean(1, keepdim=True)


class MixesExamples(Sound):
    def mixed(self, x):
        x = super().mixed(x)
        return x - x.mean(0, keepdim=True) / 2


class Squeezes(Sound):
    def mixed(self, x):
        return super().mixed(x).squeeze()


class ForgetsAParameter(Sound):
    def __init__(self, task, hidden):
        super().__init__(task, hidden)
        self.forgotten = nn.Linear(hidden, hidden)


class Detaches(Sound):
    def features(self, tokens):
        return torch.tanh(self.middle(self.embed(tokens).detach()))


class DrawsInEvaluation(Sound):
    def features(self, tokens):
        F.dropout(torch.ones(3))  # drawn, and not used
        return super().features(tokens)


class DropsInEvaluation(Sound):
    def features(self, tokens):
        return F.dropout(super().features(tokens), 0.5)


class OtherShapeInEvaluation(Sound):
    def forward(self, tokens):
        out = super().forward(tokens)
        return out if self.training else out.unsqueeze(1)


class Remembers(Sound):
    state = None

    def mixed(self, x):
        x = super().mixed(x)
        before, self.state = self.state, x.detach()
        return x if before is None or before.shape != x.shape else x + before


class CountsCalls(Sound):
    def __init__(self, task, hidden):
        super().__init__(task, hidden)
        self.register_buffer("calls", torch.zeros(()))

    def features(self, tokens):
        self.calls += 1
        return super().features(tokens)


class ChangesItsInput(Sound):
    def features(self, tokens):
        return super().features(tokens.clamp_(max=1))


class StaysOnTheCPU(Sound):
    def features(self, tokens):
        return super().features(tokens) + torch.zeros(tokens.shape[1], 1)


class ConstantOutsideTheBuffers(Sound):
    def __init__(self, task, hidden):
        super().__init__(task, hidden)
        self.scale = torch.full((hidden,), 0.5)

    def mixed(self, x):
        return super().mixed(x) * self.scale


class IgnoresHidden(Sound):
    def __init__(self, task, hidden):
        super().__init__(task, 16)


class WrongNumberOfOutputs(Sound):
    def __init__(self, task, hidden):
        super().__init__(task, hidden)
        self.last = nn.Linear(hidden, task.num_outputs + 1)


class DrawnAndNotKept(Sound):
    def __init__(self, task, hidden):
        super().__init__(task, hidden)
        self.register_buffer("projection", torch.randn(hidden, hidden), persistent=False)

    def mixed(self, x):
        return super().mixed(x) @ self.projection


class NormalisesOverExamples(Sound):
    def __init__(self, task, hidden):
        super().__init__(task, hidden)
        self.norm = nn.BatchNorm1d(hidden)

    def mixed(self, x):
        return self.norm(super().mixed(x))


class KnowsItsPlace(Sound):
    def mixed(self, x):
        return super().mixed(x * torch.linspace(0.5, 1, x.shape[1], device=x.device).view(1, -1, 1).to(x))


class NotANumber(Sound):
    def mixed(self, x):
        return super().mixed(x) * torch.log(torch.zeros((), device=x.device) - 1).to(x)


class SinglePrecision(Sound):
    def mixed(self, x):
        return super().mixed(x) @ torch.eye(x.shape[-1], device=x.device)


class DrawsFromTheClock(Sound):
    def __init__(self, task, hidden):
        super().__init__(task, hidden)
        generator = torch.Generator()
        generator.seed()
        with torch.no_grad():
            drawn = torch.randn(hidden, hidden, generator=generator)
            self.middle.weight.copy_(drawn / hidden)


class KeepsATensorWithHistory(Sound):
    def mixed(self, x):
        self.kept = super().mixed(x)
        return self.kept


class AnswersAPair(Sound):
    def forward(self, tokens):
        return super().forward(tokens), None


class FailsOnOne(Sound):
    def mixed(self, x):
        if len(x) < 2:
            raise IndexError("there is no second example")
        return super().mixed(x)


class GrowsWithTheBatch(Sound):
    def train(self, mode=True):
        with torch.no_grad():
            self.middle.weight.mul_(1 if mode else 1.5)
        return super().train(mode)


class Lazy(Sound):
    def __init__(self, task, hidden):
        super().__init__(task, hidden)
        self.last = nn.LazyLinear(task.num_outputs)
