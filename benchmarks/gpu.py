"""Everything that a GPU does faster here, in one run of at most six minutes: a table, written to benchmarks/gpu.md.

    python benchmarks/gpu.py                    # on a GPU
    python benchmarks/gpu.py --quick --device cpu --out /tmp/gpu.md    # does the script itself work?

Times are medians of turns, after some to warm up; the device is waited for before and after each. Errors are against
the plain loop in double precision. Memory is the peak that torch held above what there was before the step. A part that
fails says so in its row, and the others go on.
"""

from __future__ import annotations

import argparse
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch
import torch_geometric
import torch_geometric.nn as pyg
from torch import Tensor, nn

import gnnlab
import gnnlab.kernels.switch
import seq
import seq.kernels.switch

SECONDS = 360.0
Row = tuple[str, str, str, str]  # what, measured, beside it, ratio or error


class Bench:
    """Where to measure, and how large.

    Args:
        device: cuda, or cpu to try the script.
        quick: Tiny sizes.
    """

    def __init__(self, device: str, quick: bool) -> None:
        self.device, self.quick, self.ends = device, quick, time.monotonic() + SECONDS
        torch.manual_seed(0)

    def size(self, usual: int, tiny: int) -> int:
        """A size, or a tiny one in its place."""
        return tiny if self.quick else usual

    def wait(self) -> None:
        """Until the device has done what it was asked for."""
        if self.device != "cpu":
            torch.cuda.synchronize()

    def milliseconds(self, step: Callable[[], object], repeats: int = 20, warm: int = 5) -> float:
        """Median of turns of a step."""
        repeats, warm = self.size(repeats, 2), self.size(warm, 1)
        for _ in range(warm):
            step()
        times = []
        for _ in range(repeats):
            self.wait()
            started = time.perf_counter()
            step()
            self.wait()
            times.append(1e3 * (time.perf_counter() - started))
        return statistics.median(times)

    def megabytes(self, step: Callable[[], object]) -> float:
        """Peak of what torch holds in a step, above what there is before it."""
        if self.device == "cpu":
            return float("nan")
        torch.cuda.reset_peak_memory_stats()
        before = torch.cuda.memory_allocated()
        step()
        self.wait()
        return (torch.cuda.max_memory_allocated() - before) / 2**20


def recurrence(bench: Bench) -> Iterator[Row]:
    """A training step of every cell beside nn.LSTM (cuDNN), and its error against the plain loop in double."""
    B, T = bench.size(128, 8), bench.size(50, 6)
    for H in (bench.size(64, 8), bench.size(128, 16)):
        x = torch.randn(B, T, H, device=bench.device)
        grad = torch.randn(B, T, H, device=bench.device)
        lengths = torch.randint(1, T + 1, (B,)).to(bench.device)
        theirs = nn.LSTM(H, H, batch_first=True).to(bench.device)

        def step_of(layer: Any, **more: Tensor) -> Callable[[], object]:
            def step() -> None:
                layer.zero_grad()
                layer(x, **more)[0].backward(grad)  # noqa: B023

            return step

        beside = bench.milliseconds(step_of(theirs))
        yield f"nn.LSTM (cuDNN), B {B}, T {T}, H {H}", f"{beside:.2f} ms", "", ""
        cells: list[tuple[str, Any, dict[str, Tensor]]] = [
            ("LSTM", seq.LSTM(H, H), {}),
            ("LSTM with lengths", seq.LSTM(H, H), {"lengths": lengths}),
            ("GRU (Cho)", seq.GRU(H, H), {}),
            ("RNN", seq.RNN(H, H), {}),
            ("peephole LSTM", seq.PeepholeLSTM(H, H), {}),
            ("cell-gated LSTM", seq.CellGatedLSTM(H, H), {}),
            ("phased LSTM", seq.PhasedLSTM(H, H), {}),
        ]
        for name, layer, more in cells:
            layer = layer.to(bench.device)
            ms = bench.milliseconds(step_of(layer, **more))
            error = _error(layer, x, grad, more)
            yield f"{name}, H {H}", f"{ms:.2f} ms", f"{ms / beside:.2f} of nn.LSTM", f"error {error:.1e}"
    yield "kernels of seq", "run" if seq.kernels.switch.runs_kernels(x) else "are off", "", ""


def _error(layer: Any, x: Tensor, grad: Tensor, more: dict[str, Tensor]) -> float:
    """The largest error of outputs and gradients, relative to the largest number of each, against double."""
    import copy

    exact = copy.deepcopy(layer).double()
    for part in exact.modules():
        if hasattr(part, "kernel"):
            part.kernel = "loop"
    found = []
    for each, kind in ((layer, x.dtype), (exact, torch.double)):
        each.zero_grad()
        given = x.detach().to(kind, copy=True).requires_grad_()
        outputs = each(given, **more)[0]
        outputs.backward(grad.to(kind))
        found.append([outputs.detach(), given.grad, *(weight.grad for weight in each.parameters())])
    pairs = [(a, b) for a, b in zip(*found) if a is not None and b is not None]
    return max(float((a - b).abs().max() / b.abs().max().clamp(min=1e-12)) for a, b in pairs)


def steps(bench: Bench) -> Iterator[Row]:
    """Steps of the lab's own models on palindromes: one by one, captured, and for many seeds at once."""
    from experiments.core.catalogue import find_experiment
    from experiments.lab.sequences.training import SequenceTrainer, rule_of
    from experiments.lab.sequences.work import hidden_size, initial_model, make_task
    from experiments.running.plan import plan
    from experiments.training.steps.choosing import taking_steps
    from experiments.training.steps.taking import Steps
    from experiments.training.training import Training

    def training(run: Any) -> Training:
        task = make_task(run)
        model = initial_model(run, task, hidden_size(run.model, task, run.train))
        trainer = SequenceTrainer(model, task, run.train, bench.device)
        rule = rule_of(run.train, task.metric)
        return Training(trainer, rule, steps=10**6, free=False)

    def rate(way: Steps) -> float:
        ms = bench.milliseconds(lambda: way.take({}), repeats=60, warm=8)
        way.release()
        return 1e3 * len(way.trainings) / ms

    experiment = find_experiment("palindrome")
    models = experiment.models[:2] if bench.quick else (*experiment.models, "peephole", "phased")
    for label in models:
        values = {"length": [bench.size(20, 5)], "batch_size": [bench.size(128, 8)]}
        runs = plan(experiment, [label], range(bench.size(32, 3)), values, device=bench.device)
        one = training(runs[0]).trainer
        before = 1e3 / bench.milliseconds(one.step, repeats=60, warm=8)
        captured = rate(taking_steps([training(runs[0])], alone=True))
        yield (
            f"{label}: steps a second, one seed",
            f"{captured:,.0f}",
            f"{before:,.0f} one by one",
            f"{captured / before:.1f}",
        )
        for seeds in (bench.size(10, 2), len(runs)):
            together = [training(run) for run in runs[:seeds]]
            found = rate(taking_steps(together, alone=False))
            how = together[0].taken.get("one_by_one") or together[0].taken.get("not_captured") or "as one"
            yield (
                f"{label}: seed-steps a second, {seeds} seeds {how}",
                f"{found:,.0f}",
                f"{before:,.0f} one by one",
                f"{found / before:.1f}",
            )


def attention(bench: Bench) -> Iterator[Row]:
    """GCN, GAT and GATv2 beside PyG's on a large graph, on Cora's size, and on a batch of paths."""
    graph = {
        "large": (bench.size(29_000, 200), bench.size(1_500_000, 2000), 200, 8, 25),
        "Cora": (2708, 10_556, 1433, 8, 8),
    }
    for name, (nodes, edges, channels, heads, out) in graph.items():
        edge_index = torch.randint(0, nodes, (2, edges)).to(bench.device)
        x = torch.randn(nodes, channels, device=bench.device)
        yield from _layers(bench, name, x, edge_index, x, edge_index, heads, out)
    paths = bench.size(128, 4)
    path = gnnlab.path_graph(20).edge_index
    joined = torch.cat([path + 20 * number for number in range(paths)], dim=1).to(bench.device)
    x = torch.randn(paths, 20, 64, device=bench.device)
    yield from _layers(
        bench, f"{paths} paths of 20", x, path.to(bench.device), x.flatten(0, 1), joined, 4, 16
    )
    yield "kernels of gnnlab", "run" if gnnlab.kernels.switch.runs_kernels(x) else "are off", "", ""


def _layers(
    bench: Bench,
    name: str,
    x: Tensor,
    edges: Tensor,
    their_x: Tensor,
    their_edges: Tensor,
    heads: int,
    out: int,
) -> Iterator[Row]:
    F = x.shape[-1]
    pairs: list[tuple[str, Any, Any]] = [
        ("GCN", gnnlab.GCNConv(F, heads * out), pyg.GCNConv(F, heads * out)),
        ("GAT", gnnlab.GATConv(F, out, heads=heads), pyg.GATConv(F, out, heads=heads)),
        ("GATv2", gnnlab.GATv2Conv(F, out, heads=heads), pyg.GATv2Conv(F, out, heads=heads)),
    ]
    for kind, ours, theirs in pairs:
        found = []
        for layer, given, graph in ((ours, x, edges), (theirs, their_x, their_edges)):
            layer = layer.to(bench.device)
            given = given.clone().requires_grad_()

            def step(layer: Any = layer, given: Tensor = given, graph: Tensor = graph) -> None:
                layer.zero_grad()
                layer(given, graph).square().sum().backward()

            found.append((bench.milliseconds(step), bench.megabytes(step)))
        (ms, memory), (other, their_memory) = found
        yield (
            f"{kind} {name}",
            f"{ms:.2f} ms, {memory:.0f} MB",
            f"PyG {other:.2f} ms, {their_memory:.0f} MB",
            f"{other / ms:.1f} times as fast, {memory / max(their_memory, 1e-9):.2f} of its memory",
        )


def characters(bench: Bench) -> Iterator[Row]:
    """Characters a second of ``generate`` with two layers of LSTM."""
    H = bench.size(128, 8)
    model = seq.CharLM(seq.Stacked([seq.LSTM(87, H), seq.LSTM(H, H)]), 87, encoding="onehot").to(bench.device)
    for streams, length in ((1, bench.size(2000, 8)), (512, bench.size(2000, 8))):
        prompt = torch.zeros(streams, 5, dtype=torch.long, device=bench.device)
        ms = bench.milliseconds(lambda p=prompt, n=length: seq.generate(model, p, n), repeats=3, warm=1)  # type: ignore[misc]
        yield f"generate, {streams} streams", f"{1e3 * streams * length / ms:,.0f} a second", "", ""


def command(bench: Bench) -> Iterator[Row]:
    """``gnnlab run palindrome`` with ten seeds, from the start of the process to the written report."""
    left = bench.ends - time.monotonic() - 5
    options = ["--smoke", "--seeds", "2"] if bench.quick else ["--seeds", "10"]
    with tempfile.TemporaryDirectory() as folder:
        line = [sys.executable, "-m", "gnnlab_command", "run", "palindrome", *options]
        line += ["--device", bench.device, "--out", f"{folder}/runs"]
        started = time.monotonic()
        try:
            done = subprocess.run(line, capture_output=True, text=True, timeout=max(5.0, left))
            told = f"exit code {done.returncode}"
        except subprocess.TimeoutExpired:
            told = "cut off"
        spent = time.monotonic() - started
        runs = len(list(Path(folder).glob("runs/*/result.json")))
        yield f"gnnlab run palindrome {' '.join(options)}", f"{spent:.0f} s", f"{runs} runs", told


PARTS = (recurrence, attention, characters, steps, command)


def written(rows: list[tuple[str, list[Row]]], device: str, arguments: str) -> str:
    """The page."""
    name = torch.cuda.get_device_name() if device != "cpu" else platform.processor() or "a CPU"
    try:
        import triton

        version = f", Triton {triton.__version__}"
    except ImportError:
        version = ""
    lines = [
        "# What a GPU does here",
        "",
        f"    python benchmarks/gpu.py{arguments}",
        "",
        f"{name}; torch {torch.__version__}, torch-geometric {torch_geometric.__version__}{version}, Python "
        f"{platform.python_version()}.",
    ]
    for title, part in rows:
        lines += ["", title, "", "| what | measured | beside | ratio, error |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(row)} |" for row in part]
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the page after each part."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--device", default="cuda")
    parser.add_argument("--quick", action="store_true", help="tiny sizes")
    parser.add_argument("--only", default="", help="parts with this in their name")
    parser.add_argument("--out", type=Path, default=Path(__file__).with_suffix(".md"))
    given = parser.parse_args()
    bench = Bench(given.device, given.quick)
    found: list[tuple[str, list[Row]]] = []
    for part in PARTS:
        if given.only not in part.__name__:
            continue
        rows: list[Row] = []
        found.append(((part.__doc__ or "").strip(), rows))
        try:
            for row in part(bench):
                rows.append(row)
                print(*row, sep="  ", flush=True)
                if time.monotonic() > bench.ends:
                    rows.append(("the rest", "not measured", "six minutes were over", ""))
                    break
        except Exception as error:  # the others are measured all the same
            reason = " ".join(f"{type(error).__name__}: {error}".split())[:300]
            rows.append((part.__name__, "failed", reason, ""))
            print(*rows[-1], sep="  ", flush=True)
        beside = given.out.with_suffix(".part")
        beside.write_text(written(found, given.device, " --quick" if given.quick else ""), encoding="utf-8")
        beside.replace(given.out)


if __name__ == "__main__":
    main()
