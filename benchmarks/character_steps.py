"""Cost of a training step of character models, with all that surrounds it, beside a bare loop over torch.nn.LSTM.

    python benchmarks/character_steps.py                  # about a minute

The bare loop has the same model (embedding of 64, two layers of 128, head), batch, clipping and Adam, and slices its
windows from tokens in memory. Ours draws windows from a mapped file, and keeps loss, accuracy and gradient norm.
Times are medians over rounds; within a round all variants take their turn, so that a change of the machine's speed in
between falls on all of them alike. One process, one thread.
"""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path

import torch
from measuring import interleaved
from torch import nn
from torch.nn import functional as F

from experiments.lab.characters.models.models import build_character_model, character_hidden
from experiments.lab.characters.models.training import CharacterTrainer
from experiments.lab.characters.settings import CharacterTraining, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.corpus import Corpus, open_corpus
from experiments.records.device import computing
from experiments.training.budget import count_parameters

B, T, H, E = 64, 30, 128, 64
STEPS = 5  # steps a turn
MODELS = ("lstm-2", "gru-2", "rnn-2", "gcn-2-w8", "gcn-4-w4", "gat-2-w8", "gat-4-w4")


class Bare(nn.Module):
    """What one writes without this package."""

    def __init__(self, characters: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters, E)
        self.lstm = nn.LSTM(E, H, 2, batch_first=True)
        self.head = nn.Linear(H, characters)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(self.lstm(self.embedding(tokens))[0])


def bare_step(corpus: Corpus) -> Callable[[], None]:
    """A step of the bare loop."""
    tokens = torch.from_numpy(corpus.part("train").astype("int64"))
    model = Bare(len(corpus.vocabulary))
    optimizer = torch.optim.Adam(model.parameters(), lr=2e-3)

    def step() -> None:
        starts = torch.randint(len(tokens) - T, (B,)).tolist()
        batch = torch.stack([tokens[start : start + T + 1] for start in starts])
        logits = model(batch[:, :-1])
        loss = F.cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    return step


def trainer(corpus: Corpus, label: str, **options: int | bool) -> CharacterTrainer:
    """A run of ours."""
    train = CharacterTraining(batch_size=B, window=T, embedding=E, steps=1_000_000, **options)  # type: ignore[arg-type]
    spec, characters = parse_character_model(label), len(corpus.vocabulary)
    model = build_character_model(spec, train, characters, character_hidden(spec, train, characters))
    return CharacterTrainer(model, corpus, train, seed=0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    print(f"torch {torch.__version__}, Python {platform.python_version()}, {platform.machine()}")
    with tempfile.TemporaryDirectory() as folder, computing(1):
        corpus = open_corpus(CorpusSettings(), Path(folder))
        loops = {
            "bare nn.LSTM loop": bare_step(corpus),
            "lstm-2, windows": trainer(corpus, "lstm-2", hidden=H).step,
            "lstm-2, streams": trainer(corpus, "lstm-2", hidden=H, stream=True).step,
        }
        found = interleaved(loops, rounds, STEPS)
        print(
            f"\nTraining step, B = {B}, T = {T}, two layers of {H}\n\n| loop | ms | of the bare loop |\n|---|---|---|"
        )
        for name, ms in found.items():
            print(f"| {name} | {ms:.1f} | {ms / found['bare nn.LSTM loop']:.2f} |")
        runs = {label: trainer(corpus, label) for label in MODELS}
        found = interleaved({label: run.step for label, run in runs.items()}, rounds, STEPS)
        print(
            "\nThe same for every default model at 100,000 parameters\n\n| model | parameters | ms |\n|---|---|---|"
        )
        for label, ms in found.items():
            print(f"| {label} | {count_parameters(runs[label].model):,} | {ms:.1f} |")


if __name__ == "__main__":
    main()
