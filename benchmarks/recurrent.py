"""Cost of a training step of every recurrent layer, beside torch.nn and the plain per-gate loop.

    python benchmarks/recurrent.py                  # the three tables, about two minutes
    python benchmarks/recurrent.py --memory auto:lstm    # peak memory of one variant, in MB

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

import seq

B, T, H = 128, 50, 128


OURS: dict[str, Callable[[str], nn.Module]] = {
    "rnn": lambda kernel: seq.RNN(H, H, kernel=kernel),
    "gru": lambda kernel: seq.GRU(H, H, kernel=kernel),
    "lstm": lambda kernel: seq.LSTM(H, H, kernel=kernel),
    "gru of cho": lambda kernel: seq.GRU(H, H, variant="cho", kernel=kernel),
    "cell-gated lstm": lambda kernel: seq.CellGatedLSTM(H, H, kernel=kernel),
    "peephole lstm": lambda kernel: seq.PeepholeLSTM(H, H, kernel=kernel),
    "mingru": lambda kernel: seq.MinGRU(H, H, kernel=kernel),
    "minlstm": lambda kernel: seq.MinLSTM(H, H, kernel=kernel),
    "lru": lambda kernel: seq.LRU(H, H, kernel=kernel),
    "phased lstm": lambda kernel: seq.PhasedLSTM(H, H, kernel=kernel),
    "phased peephole lstm": lambda kernel: seq.PhasedLSTM(H, H, cell=seq.PeepholeLSTM, kernel=kernel),
}
THEIRS: dict[str, Callable[[], nn.Module]] = {
    "rnn": lambda: nn.RNN(H, H, batch_first=True),
    "gru": lambda: nn.GRU(H, H, batch_first=True),
    "lstm": lambda: nn.LSTM(H, H, batch_first=True),
}


def training_step(layer: nn.Module, **options: Tensor) -> Callable[[], None]:
    """Forward and backward, with a gradient for the input too, as an embedding needs it."""
    x = torch.randn(B, T, H, requires_grad=True)

    def step() -> None:
        layer.zero_grad(set_to_none=True)
        x.grad = None
        layer(x, **options)[0].square().sum().backward()

    return step


def own_peak_memory(variant: str) -> float:
    where, _, name = variant.partition(":")
    step = training_step(THEIRS[name]() if where == "torch" else OURS[name](where))
    before = resident("VmRSS")
    for _ in range(3):
        step()
    return resident("VmHWM") - before


def table_of_layers(rounds: int) -> None:
    steps: dict[str, Callable[[], object]] = {}
    for name, make in THEIRS.items():
        steps[f"torch:{name}"] = training_step(make())
    for kernel in ("auto", "loop"):
        for name, build in OURS.items():
            steps[f"{kernel}:{name}"] = training_step(build(kernel))
    lengths = torch.randint(1, T + 1, (B,))
    steps["lengths"] = training_step(seq.LSTM(H, H), lengths=lengths)
    times = torch.rand(B, T).cumsum(1)
    steps["times"] = training_step(seq.PhasedLSTM(H, H), times=times)
    ms = interleaved(steps, rounds)
    reference = ms["torch:lstm"]
    print(f"Training step, B = {B}, T = {T}, I = H = {H}, ms (peak memory, MB)\n")
    print("| layer | ours | torch.nn | plain loop | ours / own torch | ours / nn.LSTM | loop / ours |")
    print("|---|---|---|---|---|---|---|")
    for name in OURS:
        auto, loop, theirs = ms[f"auto:{name}"], ms[f"loop:{name}"], ms.get(f"torch:{name}")
        memory = {kernel: peak_memory(__file__, f"{kernel}:{name}") for kernel in ("auto", "loop")}
        torch_cell = "" if theirs is None else f"{theirs:.1f} ({peak_memory(__file__, f'torch:{name}'):.0f})"
        own = "" if theirs is None else f"{auto / theirs:.2f}"
        print(
            f"| {name} | {auto:.1f} ({memory['auto']:.0f}) | {torch_cell} "
            f"| {loop:.1f} ({memory['loop']:.0f}) | {own} | {auto / reference:.2f} | {loop / auto:.1f} |"
        )
    for label, name in (("lstm with lengths", "lengths"), ("phased lstm with time stamps", "times")):
        print(f"| {label} | {ms[name]:.1f} | | | | {ms[name] / reference:.2f} | |")


def table_of_long_sequences(rounds: int) -> None:
    """1,000 steps with a loss at the last one: its gradient vanishes, through subnormal numbers, to zero.

    The second column is the share of dL/dx that is so small.
    """
    layers: dict[str, nn.Module] = {
        "rnn": seq.RNN(H, H),
        "lstm, forget bias 1.5": seq.LSTM(H, H, forget_bias=1.5),
        "cell-gated lstm": seq.CellGatedLSTM(H, H),
        "peephole lstm, forget bias 1.5": seq.PeepholeLSTM(H, H, forget_bias=1.5),
    }
    x = torch.randn(16, 1000, H, requires_grad=True)
    print("\nTraining step of 1,000 time steps, B = 16, ms\n")
    print("| layer | subnormal or zero | loss at all steps | at the last, subnormals kept | flushed |")
    print("|---|---|---|---|---|")
    for name, layer in layers.items():

        def step(flush: bool, last: bool, layer: nn.Module = layer) -> None:
            torch.set_flush_denormal(flush)
            x.grad = None
            outputs = layer(x)[0]
            (outputs[:, -1] if last else outputs).square().sum().backward()

        step(False, True)
        vanished = (x.grad.abs() < torch.finfo(torch.float32).tiny).float().mean().item()

        ms = interleaved(
            {
                "all": lambda step=step: step(True, False),
                "kept": lambda step=step: step(False, True),
                "flushed": lambda step=step: step(True, True),
            },
            rounds,
        )
        print(
            f"| {name} | {100 * vanished:.0f} % | {ms['all']:.0f} | {ms['kept']:.0f} | {ms['flushed']:.0f} |"
        )
    torch.set_flush_denormal(True)


def table_of_tasks(rounds: int) -> None:
    """A batch of 256 beside a training step of an LSTM with H = 128 on it."""
    tasks: dict[str, Callable[[torch.Generator], tuple[Tensor, ...]]] = {
        "digit palindromes, T = 20": lambda g: seq.digit_palindromes(20, 256, generator=g),
        "binary palindromes, n = 20": lambda g: seq.tasks.binary_palindromes(20, 256, generator=g),
        "Baum-Sweet, n = 20": lambda g: seq.tasks.baum_sweet(20, 256, generator=g),
        "random combinations, T = 20": lambda g: seq.tasks.random_combinations(20, 256, generator=g),
        "copy memory, T = 100": lambda g: seq.tasks.copy_memory(100, 256, generator=g),
        "adding problem, T = 100": lambda g: seq.adding_problem(100, 256, generator=g),
        "frequency, standard": lambda g: seq.frequency_discrimination(256, generator=g),
        "frequency, fine": lambda g: seq.frequency_discrimination(256, sampling="fine", generator=g),
        "frequency, asynchronous": lambda g: seq.frequency_discrimination(
            256, sampling="asynchronous", generator=g
        ),
    }
    generator = torch.Generator().manual_seed(0)
    print("\nGenerating a batch of 256, ms\n")
    print("| task | batch | training step | share |")
    print("|---|---|---|---|")
    for name, task in tasks.items():
        first = task(generator)[0]
        layer = nn.LSTM(H, H, batch_first=True)
        x = torch.randn(256, first.shape[1], H)
        ms = interleaved(
            {
                "batch": lambda task=task: task(generator),
                "step": lambda layer=layer, x=x: layer(x)[0].sum().backward(),
            },
            rounds,
        )
        print(f"| {name} | {ms['batch']:.2f} | {ms['step']:.1f} | {100 * ms['batch'] / ms['step']:.1f} % |")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=15, help="rounds a median is taken over")
    parser.add_argument("--memory", metavar="VARIANT", help="torch:NAME, auto:NAME or loop:NAME")
    options = parser.parse_args()
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    torch.manual_seed(0)
    if options.memory:
        print(own_peak_memory(options.memory))
        return
    print(f"torch {torch.__version__}, Python {platform.python_version()}, {platform.machine()}\n")
    table_of_layers(options.rounds)
    table_of_long_sequences(max(options.rounds // 4, 3))
    table_of_tasks(options.rounds)


if __name__ == "__main__":
    main()
