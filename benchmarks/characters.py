"""Cost of training and of sampling a character model, beside plain loops over torch.nn.LSTM.

    python benchmarks/characters.py                        # the three tables, about a minute
    python benchmarks/characters.py --memory ours:embedding    # peak memory of one variant, in MB

Times are medians over rounds; within a round all variants take their turn, so that a change of the
machine's speed in between falls on all of them alike. One process, one thread.
"""

from __future__ import annotations

import argparse
import platform
from collections.abc import Callable

import torch
from measuring import interleaved, peak_memory, resident
from torch import Tensor, nn
from torch.nn import functional as F

import seq

B, T, H, E, V = 64, 30, 128, 64, 87  # Grimm's tales have 87 characters
LAYERS, STREAMS, STEPS = 2, 64, 300


class Bare(nn.Module):
    """What one writes without this package: nn.LSTM between an encoding and a head."""

    def __init__(self, encoding: str, characters: int) -> None:
        super().__init__()
        self.embedding = nn.Embedding(characters, E) if encoding == "embedding" else None
        self.lstm = nn.LSTM(E if self.embedding else characters, H, LAYERS, batch_first=True)
        self.head = nn.Linear(H, characters)

    def forward(self, tokens: Tensor, state: object = None) -> tuple[Tensor, object]:
        x = self.embedding(tokens) if self.embedding else F.one_hot(tokens, self.head.out_features).float()
        outputs, state = self.lstm(x, state)
        return self.head(outputs), state


def ours(encoding: str, characters: int) -> nn.Module:
    size = E if encoding == "embedding" else characters
    layer = seq.Stacked([seq.LSTM(size, H), *(seq.LSTM(H, H) for _ in range(LAYERS - 1))])
    return seq.CharLM(layer, characters, encoding=encoding)


MODELS: dict[str, Callable[[str, int], nn.Module]] = {"bare": Bare, "ours": ours}


def bare_loss(logits: Tensor, targets: Tensor) -> Tensor:
    return F.cross_entropy(logits.view(B * T, -1), targets.view(-1))


def training_step(who: str, encoding: str, characters: int = V) -> Callable[[], None]:
    """Loss, gradients, clipping and Adam, on one batch."""
    model = MODELS[who](encoding, characters)
    loss = seq.character_loss if who == "ours" else bare_loss
    optimizer = torch.optim.Adam(model.parameters(), 2e-3)
    tokens, targets = torch.randint(characters, (2, B, T))

    def step() -> None:
        optimizer.zero_grad()
        loss(model(tokens)[0], targets).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()

    return step


@torch.no_grad()
def naive_sampling(model: Bare, length: int) -> list[int]:
    """One text, one character at a time with the state carried on, in the plain calls of torch."""
    token, state, text = torch.zeros(1, 1, dtype=torch.long), None, []
    for _ in range(length):
        logits, state = model(token, state)
        token = torch.multinomial(logits[:, -1].softmax(-1), 1)
        text.append(token.item())
    return text


def own_peak_memory(variant: str) -> float:
    who, _, encoding = variant.partition(":")
    step = training_step(who, encoding)
    before = resident("VmRSS")
    for _ in range(3):
        step()
    return resident("VmHWM") - before


def table_of_training(rounds: int) -> None:
    encodings = ("embedding", "onehot")
    steps: dict[str, Callable[[], object]] = {
        f"{who}:{encoding}": training_step(who, encoding) for encoding in encodings for who in MODELS
    }
    ms = interleaved(steps, rounds)
    print(f"Training step, {LAYERS} layers, H = {H}, T = {T}, B = {B}, V = {V}, ms (peak memory, MB)\n")
    print("| characters as | CharLM | bare nn.LSTM | ratio |")
    print("|---|---|---|---|")
    for encoding in encodings:
        mine, theirs = ms[f"ours:{encoding}"], ms[f"bare:{encoding}"]
        memory = {who: peak_memory(__file__, f"{who}:{encoding}") for who in MODELS}
        print(
            f"| {encoding} | {mine:.1f} ({memory['ours']:.0f}) | {theirs:.1f} ({memory['bare']:.0f}) "
            f"| {mine / theirs:.2f} |"
        )


def table_of_large_vocabularies(rounds: int) -> None:
    """A one-hot vector grows with the vocabulary, as the head does."""
    print("\nTraining step with larger vocabularies, ms\n")
    print("| V | embedding | onehot | ratio |")
    print("|---|---|---|---|")
    for characters in (V, 500, 3000):
        steps: dict[str, Callable[[], object]] = {
            encoding: training_step("ours", encoding, characters) for encoding in ("embedding", "onehot")
        }
        ms = interleaved(steps, rounds)
        print(
            f"| {characters} | {ms['embedding']:.1f} | {ms['onehot']:.1f} "
            f"| {ms['onehot'] / ms['embedding']:.2f} |"
        )


def table_of_sampling(rounds: int) -> None:
    bare = Bare("embedding", V)
    prompts = {streams: torch.zeros(streams, 1, dtype=torch.long) for streams in (1, 8, STREAMS, 512)}
    layers = {
        "2 x LSTM": ours("embedding", V),
        "2 x LSTM, one-hot": ours("onehot", V),
        "2 x GRU": seq.CharLM(seq.Stacked([seq.GRU(E, H), seq.GRU(H, H)]), V),
    }
    steps: dict[str, Callable[[], object]] = {"naive": lambda: naive_sampling(bare, STEPS)}
    for name, model in layers.items():
        for streams, prompt in prompts.items():
            steps[f"{name}:{streams}"] = lambda m=model, p=prompt: seq.generate(m, p, STEPS)
    ms = interleaved(steps, rounds)
    naive = 1e3 * STEPS / ms["naive"]
    print(f"\nSampling {STEPS} characters, H = {H}, V = {V}, characters a second\n")
    print("| sampled by | streams | characters a second | times the naive loop |")
    print("|---|---|---|---|")
    print(f"| naive loop over nn.LSTM | 1 | {naive:,.0f} | 1.0 |")
    for name in layers:
        for streams in prompts:
            speed = 1e3 * STEPS * streams / ms[f"{name}:{streams}"]
            print(f"| generate, {name} | {streams} | {speed:,.0f} | {speed / naive:.1f} |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=25, help="rounds a median is taken over")
    parser.add_argument("--memory", metavar="VARIANT", help="ours:ENCODING or bare:ENCODING")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    if options.memory:
        print(own_peak_memory(options.memory))
        return
    print(f"torch {torch.__version__}, Python {platform.python_version()}, {platform.machine()}\n")
    table_of_training(options.rounds)
    table_of_large_vocabularies(max(options.rounds // 4, 3))
    table_of_sampling(max(options.rounds // 4, 3))


if __name__ == "__main__":
    main()
