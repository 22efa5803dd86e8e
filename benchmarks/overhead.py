"""What the lab adds to a bare training loop: records, progress, checkpoints. Validation is left out of both.

    python benchmarks/overhead.py --rounds 7

One process, one thread. A round trains the same model from the same weights on the same batches, once in the plainest
loop that gives the same weights and once as `gnnlab run` does it, with its folder, its files, and a bar drawn for a
terminal; which comes first alternates. The last weights of the two are compared bit by bit. The figures are medians
over the rounds of the ratio within a round, of the time on the clock and of the processor's time: the first counts
waiting for the disk, and whatever else the machine does; the second neither.
"""

from __future__ import annotations

import argparse
import io
import math
import os
import platform
import tempfile
import time
from pathlib import Path

import torch
from torch import nn
from tqdm import tqdm

from experiments.core.execution import Execution
from experiments.core.specs import parse_model
from experiments.lab.sequences.models.models import build_model, hidden_size
from experiments.lab.sequences.settings import SequenceRun, SequenceTraining
from experiments.lab.sequences.work import make_task
from experiments.records.device import computing
from experiments.running.execute import execute
from experiments.training.optimisers import make_optimizer

CASES = [("rnn", 10), ("lstm", 20), ("gcn-4", 20), ("gat-2-mirrored", 20)]


def settings(label: str, length: int, steps: int) -> SequenceRun:
    """A run that looks at one example of the validation split, once: the lab cannot do with less."""
    train = SequenceTraining(
        steps=steps, evaluate_every=steps, validation_size=1, test_size=1, success=2, patience=0
    )
    return SequenceRun(experiment="palindrome", length=length, model=parse_model(label), seed=0, train=train)


def clocks() -> torch.Tensor:
    """Seconds on the clock, and of the processor."""
    return torch.tensor([time.perf_counter(), time.process_time()], dtype=torch.float64)


def bare(run: SequenceRun) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The loop and nothing else: seconds, and the last weights."""
    started = clocks()
    task = make_task(run)
    with computing(run.threads):
        torch.manual_seed(run.seed)
        model = build_model(run.model, task, hidden_size(run.model, task, run.train))
        optimizer = make_optimizer(model, run.train)
        generator = task.generator("train")
        for _ in range(run.train.steps):
            batch = task.batch("train", run.train.batch_size, generator)
            loss = task.loss(model(batch.inputs), batch.targets)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), run.train.clip_norm or math.inf)
            optimizer.step()
    return clocks() - started, model.state_dict()


def lab(run: SequenceRun, checkpoint_seconds: float) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """The same through the lab: seconds, and the weights that it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        started = clocks()
        with tqdm(total=run.train.steps, file=io.StringIO(), ascii=True) as bar:
            result = execute(
                run,
                Path(folder),
                lambda step: bar.update(step - bar.n),
                how=Execution(checkpoint_seconds=checkpoint_seconds),
            )
        seconds = clocks() - started
        assert result["status"] == "ok", result["reason"]
        return seconds, torch.load(Path(folder) / run.folder / "weights.pt", weights_only=True)


def measure(run: SequenceRun, rounds: int, checkpoint_seconds: float) -> torch.Tensor:
    """Seconds (rounds, bare or lab, clock or processor), after one round to warm up."""
    pairs = []
    for number in range(rounds + 1):
        order = ["bare", "lab"] if number % 2 else ["lab", "bare"]
        done = {name: bare(run) if name == "bare" else lab(run, checkpoint_seconds) for name in order}
        left, right = done["bare"][1], done["lab"][1]
        assert all(torch.equal(left[name], right[name]) for name in left), "the two trained different weights"
        pairs.append(torch.stack([done["bare"][0], done["lab"][0]]))
    return torch.stack(pairs[1:])


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument(
        "--checkpoint-seconds", type=float, default=1.0, help="[1: thirty times as often as by default]"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    print(f"torch {torch.__version__}, Python {platform.python_version()}, {os.cpu_count()} cores")
    print(f"{arguments.steps} steps of 128, checkpoint every {arguments.checkpoint_seconds:g} s\n")
    print("| model | T | bare, s | lab, s | overhead on the clock | of the processor's time | from .. to |")
    print("|---|---|---|---|---|---|---|")
    for label, length in CASES:
        run = settings(label, length, arguments.steps)
        pairs = measure(run, arguments.rounds, arguments.checkpoint_seconds)
        seconds = pairs[..., 0].median(0).values
        ratios = 100 * (pairs[:, 1] / pairs[:, 0] - 1)
        clock, processor = ratios.median(0).values
        print(
            f"| {label} | {length} | {seconds[0]:.2f} | {seconds[1]:.2f} | {clock:+.1f} % | {processor:+.1f} % | "
            f"{ratios[:, 1].min():+.1f} .. {ratios[:, 1].max():+.1f} % |",
            flush=True,
        )


if __name__ == "__main__":
    main()
