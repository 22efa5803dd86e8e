"""Runs a minute with one worker process and with two, and what starting many runs costs.

    python benchmarks/throughput.py workers --seeds 8 --steps 800
    python benchmarks/throughput.py start --runs 2500,10000

`workers` gives the same command to one worker and to two, in turn; times are of the whole command, imports and
report included, and of the sweep alone, from the first run that begins to the last that ends. `start` sweeps runs whose
training takes no time, so that what is left is the lab.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent


def command(out: Path, workers: int, seeds: int, steps: int) -> tuple[float, float]:
    """Seconds of a whole command, and of its runs alone."""
    words = [
        "run",
        "palindrome",
        "--models",
        "lstm",
        "--lengths",
        "20",
        "--seeds",
        str(seeds),
        "--steps",
        str(steps),
    ]
    words += ["--success", "2", "--patience", "0", "--workers", str(workers), "--out", str(out)]
    started = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "experiments", *words], cwd=ROOT, check=True, stdout=subprocess.DEVNULL
    )
    whole = time.perf_counter() - started
    ends = [path.stat().st_mtime for path in out.glob("*/result.json")]
    first = min(path.stat().st_mtime for path in out.glob("*/config.json"))
    return whole, max(ends) - first


def workers(seeds: int, steps: int) -> None:
    print(f"{seeds} runs of {steps} steps, LSTM, T = 20, {os.cpu_count()} cores\n")
    print("| workers | whole command, s | runs alone, s | a run inside, s |\n|---|---|---|---|")
    found = {}
    for count in (1, 2):
        with tempfile.TemporaryDirectory() as folder:
            found[count] = command(Path(folder), count, seeds, steps)
            inside = [
                json.loads(path.read_text())["seconds_total"] for path in Path(folder).glob("*/result.json")
            ]
        print(
            f"| {count} | {found[count][0]:.1f} | {found[count][1]:.1f} | {sum(inside) / len(inside):.1f} |",
            flush=True,
        )
    print(
        f"\ntwice the workers: {found[1][0] / found[2][0]:.2f} times the throughput of the whole command, "
        f"{found[1][1] / found[2][1]:.2f} times that of the runs alone"
    )


def nothing(run: Any, folder: Path, session: Any) -> dict[str, Any]:
    """The work of a run that does nothing."""
    return {"test_accuracy": 1.0, "steps": 1, "parameters": 1, "hidden": 1}


def start(counts: list[int]) -> None:
    import dataclasses

    from experiments.core.catalogue import experiments, find_experiment
    from experiments.core.execution import Execution
    from experiments.records.results_folder import prepare_folder
    from experiments.running.plan import plan
    from experiments.running.sweep import run_sweep

    here = f"{Path(__file__).stem}:nothing"
    idle = experiments()["palindrome"] = dataclasses.replace(find_experiment("palindrome"), work=here)
    print("| runs | expand, s | first sweep, s | ms a run | again, nothing to do, s |\n|---|---|---|---|---|")
    for count in counts:
        with tempfile.TemporaryDirectory() as folder:
            times = [time.perf_counter()]
            runs = plan(idle, ["rnn"], range(count), {"length": [5]})
            times.append(time.perf_counter())
            for _ in range(2):
                prepare_folder(Path(folder), "palindrome")
                run_sweep(runs, Path(folder), how=Execution(engine="serial"))
                times.append(time.perf_counter())
            expanded, first, again = (later - earlier for earlier, later in itertools.pairwise(times))
        print(
            f"| {count} | {expanded:.2f} | {first:.1f} | {1e3 * first / count:.2f} | {again:.2f} |",
            flush=True,
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parts = parser.add_subparsers(dest="part", required=True)
    part = parts.add_parser("workers")
    part.add_argument("--seeds", type=int, default=8)
    part.add_argument("--steps", type=int, default=800)
    part = parts.add_parser("start")
    part.add_argument("--runs", default="2500,10000")
    arguments = parser.parse_args()
    if arguments.part == "workers":
        workers(arguments.seeds, arguments.steps)
    else:
        start([int(count) for count in arguments.runs.split(",")])


if __name__ == "__main__":
    main()
