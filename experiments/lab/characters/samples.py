"""Samples taken on the way through training: every temperature, in every length."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import torch
from torch import nn

from experiments.lab.characters.settings import SAMPLE_LENGTHS, SAMPLE_TEMPERATURES
from experiments.lab.characters.text.corpus import UNKNOWN, Corpus
from seq import Vocabulary, generate


def take_samples(
    model: nn.Module, corpus: Corpus, *, step: int, seed: int, prompt: str = "", device: str = "cpu"
) -> list[dict[str, Any]]:
    """One text for each temperature and length, drawn with a generator of its own.

    Args:
        model: ``model(tokens, state) -> (logits, state)``.
        corpus: Its vocabulary; the first character is drawn from its training part where there is no prompt.
        step: Training steps so far.
        seed: With the step it fixes what is drawn.
        prompt: What each text begins with.
        device: Where the model is.

    Returns:
        Rows with step, temperature (0: greedy), length (characters after the prompt), prompt and text.
    """
    generator = torch.Generator().manual_seed(seed * 1_000_003 + step)
    tokens, rows, never = corpus.part("train"), [], never_drawn(corpus.vocabulary)
    for temperature, length in _pairs():
        first = prompt
        while not first or first == UNKNOWN:
            place = int(torch.randint(len(tokens), (), generator=generator))
            first = corpus.vocabulary.decode(torch.tensor([int(tokens[place])]))
        begin = corpus.vocabulary.encode(first, unknown=UNKNOWN).unsqueeze(0).to(device)
        text = generate(model, begin, length, temperature=temperature, never=never, generator=generator)[0]
        rows.append(
            {
                "step": step,
                "temperature": temperature,
                "length": length,
                "prompt": first,
                "text": corpus.vocabulary.decode(text),
            }
        )
    return rows


def never_drawn(vocabulary: Vocabulary) -> list[int]:
    """The token that stands for characters outside the vocabulary: it is read, and never written."""
    return vocabulary.encode(UNKNOWN).tolist() if UNKNOWN in vocabulary else []


def _pairs() -> Iterator[tuple[float, int]]:
    for temperature in SAMPLE_TEMPERATURES:
        for length in SAMPLE_LENGTHS:
            yield temperature, length
