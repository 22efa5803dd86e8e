"""What several benchmarks measure with: turns on the clock, and memory of a process."""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping


def interleaved(steps: Mapping[str, Callable[[], object]], rounds: int, repeats: int = 1) -> dict[str, float]:
    """Median milliseconds of each, taking turns.

    Args:
        steps: What to time, by name; each is called once before.
        rounds: How often each has its turn.
        repeats: Calls in a turn.
    """
    times: dict[str, list[float]] = {name: [] for name in steps}
    for step in steps.values():
        step()
    for _ in range(rounds):
        for name, step in steps.items():
            started = time.perf_counter()
            for _ in range(repeats):
                step()
            times[name].append(1e3 * (time.perf_counter() - started) / repeats)
    return {name: statistics.median(values) for name, values in times.items()}


def peak_memory(script: str, variant: str) -> float:
    """MB that one variant of a benchmark adds to a fresh process, as ``script --memory VARIANT`` prints it."""
    command = [sys.executable, script, "--memory", variant]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def resident(field: str) -> float:
    """MB of this process's memory, now (VmRSS) or at its peak (VmHWM); from Linux's own account."""
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith(field))
