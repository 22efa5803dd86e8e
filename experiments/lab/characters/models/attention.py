"""Character models of attention alone, sized to a budget by their channels and by their feed-forward units."""

from __future__ import annotations

from bisect import bisect_right

import torch

from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.specs import CharacterAttention
from experiments.training.budget import closest_size, count_parameters
from seq import CharLM, Transformer

MOST_STEPS = 1 << 12


def build_attention(
    spec: CharacterAttention, train: CharacterTraining, num_tokens: int, hidden: int
) -> CharLM:
    """The model of a specification, its weights drawn from torch's generator.

    Where the hidden size is set, feed-forward networks have four units a channel. Where a budget is, they have as many
    as meet it: channels come in multiples of the heads, whose steps are wider than the tolerance.

    Args:
        spec: Which model.
        train: Its dropout, window and size of embedding.
        num_tokens: V, size of the vocabulary.
        hidden: Channels.
    """
    units = 4 * hidden if train.hidden else _units_within(spec, train, num_tokens, hidden)
    return _build(spec, train, num_tokens, hidden, units)


def attention_channels(spec: CharacterAttention, train: CharacterTraining, num_tokens: int) -> int:
    """Channels of the model that meets the budget: with four feed-forward units each they come closest to it.

    Raises:
        ValueError: No number of feed-forward units brings it within the tolerance.
    """

    def count(steps: int) -> int:
        hidden = steps * spec.hidden_step
        return _count(spec, train, num_tokens, hidden, 4 * hidden)

    most = 1
    while most < MOST_STEPS and count(most) <= train.budget:  # no further than needed
        most *= 2
    below = max(1, bisect_right(range(1, most), train.budget, key=count))
    steps = min((below, below + 1), key=lambda steps: abs(count(steps) - train.budget))
    _units_within(spec, train, num_tokens, steps * spec.hidden_step)
    return steps * spec.hidden_step


def _units_within(spec: CharacterAttention, train: CharacterTraining, num_tokens: int, hidden: int) -> int:
    return closest_size(
        lambda units: _count(spec, train, num_tokens, hidden, units),
        train.budget,
        1,
        f"{spec.label} of {hidden} channels with a vocabulary of {num_tokens}",
    )


def _count(
    spec: CharacterAttention, train: CharacterTraining, num_tokens: int, hidden: int, units: int
) -> int:
    with torch.device("meta"):
        return count_parameters(_build(spec, train, num_tokens, hidden, units))


def _build(
    spec: CharacterAttention, train: CharacterTraining, num_tokens: int, hidden: int, units: int
) -> CharLM:
    transformer = Transformer(
        num_tokens if spec.encoding == "onehot" else train.embedding,
        hidden,
        num_layers=spec.layers,
        num_heads=spec.heads,
        position="none" if spec.position == "noposition" else spec.position,
        window=spec.back(train.window),
        feedforward=units,
        dropout=train.dropout,
    )
    return CharLM(transformer, num_tokens, encoding=spec.encoding, dropout=train.dropout)
