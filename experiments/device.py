"""Where a run computes, and what a record says about it."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

_LIBRARIES = ("gnnlab", "torch", "torch-geometric", "numpy")


def resolve_device(name: str) -> str:
    """The device that a name stands for.

    Args:
        name: ``cpu``, ``auto`` (a GPU where there is one), ``cuda`` or ``cuda:N``.

    Raises:
        ValueError: The name is not one of these, or there is no such device.
    """
    if name == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    if name == "cpu":
        return name
    kind, _, index = name.partition(":")
    if kind != "cuda" or (":" in name and not index.isdigit()):
        raise ValueError(f"device: unknown {name!r}; it should be cpu, auto, cuda or cuda:N")
    if not torch.cuda.is_available():
        raise ValueError(f"device: {name} asked for, but torch sees no CUDA device here; use cpu or auto")
    if index and int(index) >= torch.cuda.device_count():
        raise ValueError(
            f"device: {name} asked for, but there are only {torch.cuda.device_count()} CUDA devices"
        )
    return name


@contextmanager
def computing(threads: int) -> Iterator[None]:
    """Train inside this: with so many CPU threads, and subnormal floats flushed to zero.

    Long recurrences with vanishing gradients produce subnormals, which a CPU handles many times slower. Both
    settings belong to the process, and are put back at the end.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before)


def environment(device: str, threads: int) -> dict[str, Any]:
    """Versions, device, threads, commit and command, as plain values for a record."""
    versions = {name: version for name in _LIBRARIES if (version := _version(name))}
    return {
        "python": platform.python_version(),
        **versions,
        "platform": platform.platform(),
        "processor": _processor(),
        "device": torch.cuda.get_device_name(device) if device.startswith("cuda") else "cpu",
        "threads": threads,
        "cores": os.cpu_count(),
        "commit": _commit(),
        "command": " ".join(["gnnlab", *sys.argv[1:]]),
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


@cache
def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), "")


@cache
def _commit() -> str | None:
    """The commit of the source tree, where the package runs from one."""
    folder = Path(__file__).resolve().parent.parent
    if not (folder / ".git").exists():
        return None
    try:
        answer = subprocess.run(
            ["git", "-C", str(folder), "describe", "--always", "--dirty"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()
