"""What a character model knows of a text it was not trained on: loss, accuracy, and what context is worth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.text.windows import Sequences, Streams, Tokens, check_size
from seq import bits_per_character

EVALUATION_BATCH = 256
CONTEXT = 64  # characters of context up to which their worth is measured
CONTEXT_STRIDE = 16  # sequences overlap, so that a short text gives many


@dataclass(frozen=True)
class Score:
    """How well the characters of a text are predicted.

    Args:
        loss: Mean cross-entropy in nats per character.
        accuracy: Share of characters that were the most probable one, in 0..1.
    """

    loss: float
    accuracy: float

    @property
    def bits(self) -> float:
        """The loss in bits per character."""
        return bits_per_character(self.loss)


class Evaluator:
    """The measure of one part of a corpus, the same at every look.

    As in training: windows side by side, each with an empty state, or, with ``stream``, contiguous streams whose state
    is carried on. In both the state is empty at the border to the part before: nothing is known of the text there. What
    fills no window at the end is left out.

    Args:
        tokens: The part.
        name: Of the part, for errors.
        train: Window, batch size, and which of the two.
        device: Where the model is.
    """

    def __init__(self, tokens: np.ndarray, name: str, train: CharacterTraining, device: str) -> None:
        self.tokens, self.name, self.train = Tokens(tokens, device), name, train
        check_size(name, len(tokens), train.window)

    @torch.no_grad()
    def measure(self, model: nn.Module) -> Score:
        """Loss and accuracy of a model on the part, in evaluation mode."""
        was_training = model.training
        model.eval()
        loss, right, count, state = 0.0, 0, 0, None
        for batch in self._stream() if self.train.stream else self._windows():
            logits, state = model(batch.inputs, None if batch.fresh else state)
            loss += F.cross_entropy(logits.flatten(0, 1), batch.targets.flatten(), reduction="sum").item()
            right += int((logits.argmax(-1) == batch.targets).sum())
            count += batch.targets.numel()
        model.train(was_training)
        return Score(loss / count, right / count)

    def _windows(self) -> Iterator[Sequences]:
        window = self.train.window
        starts = torch.arange(0, len(self.tokens) - window, window)
        for some in starts.split(EVALUATION_BATCH):
            yield self.tokens.cut(some, window)

    def _stream(self) -> Iterator[Sequences]:
        window, size = self.train.window, self.train.batch_size
        # A short part is one stream.
        size = size if (len(self.tokens) - 1) // size >= window else 1
        streams = Streams(self.tokens, size, window, slice(None), name=self.name)
        return (streams.draw() for _ in range(streams.batches))


@torch.no_grad()
def loss_by_context(model: nn.Module, tokens: np.ndarray, device: str) -> list[float]:
    """Bits a character against the number of characters that were read before the prediction, 1..CONTEXT.

    Args:
        model: ``model(tokens, state) -> (logits, state)``.
        tokens: A text; one shorter than ``CONTEXT`` gives fewer values.
        device: Where the model is.
    """
    text = Tokens(tokens, device)
    window = min(CONTEXT, len(text) - 1)
    starts = torch.arange(0, len(text) - window, CONTEXT_STRIDE)
    total: Tensor = torch.zeros(window, dtype=torch.double)
    was_training = model.training
    model.eval()
    for some in starts.split(EVALUATION_BATCH):
        batch = text.cut(some, window)
        logits, _ = model(batch.inputs)
        losses = F.cross_entropy(logits.transpose(1, 2), batch.targets, reduction="none")  # (B, T)
        total += losses.double().sum(0).cpu()
    model.train(was_training)
    return [bits_per_character(value) for value in (total / len(starts)).tolist()]
