"""The call that every model of the next character answers, and the measures of its predictions."""

from __future__ import annotations

import math
from typing import Any, Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from seq.checks import check_tensor, is_number


class NextCharacterModel(Protocol):
    """A model that reads characters and predicts the next one at every step.

    ``model(tokens, state=None) -> (logits, state)``

    The state holds all that the model needs of the characters that it has read, so that reading a text in
    pieces, the state handed on, gives the logits of reading it at once. A recurrent model hands on its hidden
    state, a Transformer the keys and values in its window, a model with a window of w characters the last w
    tokens. ``None`` is the start of a text.

    Shapes:
        - **tokens**: (B, T) integers, T >= 1
        - **logits**: (B, T, V), logits[:, t] for the character after tokens[:, t]
        - **state**: a tuple of tensors
    """

    def __call__(self, tokens: Tensor, state: Any = None) -> tuple[Tensor, Any]: ...


def character_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy in nats per character, the mean over all sequences and steps.

    Args:
        logits: of every step.
        targets: the character after each step.

    Shapes:
        - **logits**: (B, T, V); **targets**: (B, T) integers
        - returns a scalar

    Raises:
        ValueError: shapes that do not fit each other.

    Example:
        >>> import torch
        >>> from seq import character_loss
        >>> character_loss(torch.zeros(2, 3, 5), torch.zeros(2, 3, dtype=torch.long))  # log 5
        tensor(1.6094)
    """
    check_predictions(logits, targets)
    return F.cross_entropy(logits.flatten(0, 1), targets.flatten())


def bits_per_character(nats: float) -> float:
    """A loss in nats per character as bits per character, nats / log 2.

    Raises:
        ValueError: no number; NaN, the loss of a network that broke down, stays NaN.

    Example:
        >>> import math
        >>> from seq import bits_per_character
        >>> bits_per_character(math.log(2))
        1.0
    """
    if not is_number(nats):
        raise ValueError(f"nats must be a number, got {nats!r}")
    return nats / math.log(2)


def character_accuracy(logits: Tensor, targets: Tensor) -> Tensor:
    """Share of steps, over all sequences, whose most probable character is the right one.

    Shapes:
        - **logits**: (B, T, V); **targets**: (B, T) integers
        - returns a scalar

    Raises:
        ValueError: shapes that do not fit each other.
    """
    check_predictions(logits, targets)
    return (logits.argmax(-1) == targets).to(logits.dtype).mean()


def check_predictions(logits: Tensor, targets: Tensor) -> None:
    """Raise unless logits are (B, T, V) numbers and targets (B, T) integers."""
    check_tensor("logits", logits)
    check_tensor("targets", targets)
    if not logits.is_floating_point():
        raise ValueError(f"logits must hold floating-point numbers, got {logits.dtype}")
    if targets.dtype != torch.long:
        raise ValueError(f"targets must hold torch.long, got {targets.dtype}")
    if logits.dim() != 3 or targets.shape != logits.shape[:2]:
        raise ValueError(
            "targets must have shape (B, T) and logits (B, T, V), got "
            f"{tuple(targets.shape)} and {tuple(logits.shape)}"
        )
