"""Character models by specification, sized to a budget. All are called ``model(tokens, state) -> (logits, state)``."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn

from experiments.lab.characters.models.graphs import CharacterGraphModel
from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.specs import CharacterAttention, CharacterGraph, CharacterSpec
from experiments.training.budget import closest_size, count_parameters
from seq import CharLM, Stacked, Transformer


def build_character_model(
    spec: CharacterSpec, train: CharacterTraining, num_tokens: int, hidden: int, *, device: str = "cpu"
) -> nn.Module:
    """The model of a specification, its weights drawn from torch's generator.

    Args:
        spec: Which model.
        train: Its dropout and size of embedding.
        num_tokens: V, size of the vocabulary.
        hidden: Hidden units of a recurrent layer, or channels of a graph layer or a Transformer.
        device: Where its weights are made; ``meta`` makes none, and is enough for counting.
    """
    with torch.device(device):
        if isinstance(spec, CharacterAttention):
            return _attention(spec, train, num_tokens, hidden)
        if isinstance(spec, CharacterGraph):
            return CharacterGraphModel(
                num_tokens,
                hidden_channels=hidden,
                num_layers=spec.layers,
                window=spec.window,
                conv=spec.conv,
                heads=spec.heads,
                encoding=spec.encoding,
                embedding_channels=train.embedding,
                dropout=train.dropout,
            )
        options: dict[str, Any] = {"forget_bias": 1.0} if "forget_bias" in spec.part.features else {}
        first = num_tokens if spec.encoding == "onehot" else hidden if spec.tied else train.embedding
        sizes = [first, *[hidden] * (spec.layers - 1)]
        layers = [spec.part.layer(size, hidden, **options) for size in sizes]
        layer = (
            layers[0]
            if spec.layers == 1
            else Stacked(layers, dropout=train.dropout, residual=spec.residual, norm=spec.norm)
        )
        return CharLM(layer, num_tokens, encoding=spec.encoding, dropout=train.dropout, tied=spec.tied)


def _attention(spec: CharacterAttention, train: CharacterTraining, num_tokens: int, hidden: int) -> CharLM:
    width, feedforward = spec.channels(hidden)
    transformer = Transformer(
        num_tokens if spec.encoding == "onehot" else train.embedding,
        width,
        num_layers=spec.layers,
        num_heads=spec.heads,
        position="none" if spec.position == "noposition" else spec.position,
        window=spec.back(train.window),
        feedforward=feedforward,
        dropout=train.dropout,
    )
    return CharLM(transformer, num_tokens, encoding=spec.encoding, dropout=train.dropout)


def character_hidden(spec: CharacterSpec, train: CharacterTraining, num_tokens: int) -> int:
    """The hidden size that is set, or the one whose model comes closest to the budget of parameters.

    Raises:
        ValueError: No size comes within ``TOLERANCE`` of the budget, or the set one is no multiple of the heads.
    """
    step = spec.part.step(spec.heads) if isinstance(spec, CharacterGraph) else 1
    if train.hidden:
        if train.hidden % step:
            raise ValueError(
                f"hidden: {train.hidden} should be a multiple of {step}, the heads of {spec.label}"
            )
        return train.hidden

    def count(hidden: int) -> int:
        return count_parameters(build_character_model(spec, train, num_tokens, hidden, device="meta"))

    return closest_size(count, train.budget, step, f"{spec.label} with a vocabulary of {num_tokens}")
