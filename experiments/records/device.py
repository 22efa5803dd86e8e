"""Where a run computes, and what a record says about it."""

from __future__ import annotations

import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import torch

_LIBRARIES = ("gnnlab", "torch-geometric", "numpy")


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
def computing(threads: int, deterministic: bool = False) -> Iterator[None]:
    """Train inside this: with so many CPU threads, and subnormal floats flushed to zero.

    Long recurrences with vanishing gradients produce subnormals, which a CPU handles many times slower. The
    settings belong to the process, and are put back at the end.

    Args:
        threads: CPU threads.
        deterministic: Use kernels that give the same bits each time, and fail where a GPU has none.
    """
    before = torch.get_num_threads(), torch.are_deterministic_algorithms_enabled()
    benchmark = torch.backends.cudnn.benchmark
    if deterministic:
        # cuBLAS reads this when it is first used; without it, its sums may come in another order each time.
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
        torch.use_deterministic_algorithms(True)
        torch.backends.cudnn.benchmark = False
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    try:
        yield
    finally:
        torch.set_flush_denormal(False)
        torch.set_num_threads(before[0])
        torch.use_deterministic_algorithms(before[1])
        torch.backends.cudnn.benchmark = benchmark


def environment(device: str, threads: int) -> dict[str, Any]:
    """Versions, device, threads, commit and command, as plain values for a record.

    Args:
        device: Where the run computed.
        threads: CPU threads inside it.
    """
    versions = {name: version for name in _LIBRARIES if (version := _version(name))}
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),  # names the build too, +cpu or +cu130, as its metadata need not
        **versions,
        "platform": platform.platform(),
        "processor": _processor(),
        **_device(device),
        "threads": threads,
        "cores": os.cpu_count(),
        **origin(),
    }


_given_origin: dict[str, Any] = {}


def origin() -> dict[str, Any]:
    """Commit and command of the sweep, as a record has them."""
    return _given_origin or {"commit": _commit(), "command": _command()}


def _command() -> str:
    """What was typed, as it can be typed again: ``gnnlab ...``, or the user's own program."""
    program = Path(sys.argv[0]).name
    if program in ("gnnlab", "gnnlab_command.py", "__main__.py") or not program.endswith(".py"):
        return shlex.join(["gnnlab", *sys.argv[1:]])
    return shlex.join(["python", *sys.argv])


def record_origin(values: dict[str, Any]) -> None:
    """Have this process record what ``origin`` was in the process that it works for."""
    _given_origin.update(values)


def _device(device: str) -> dict[str, Any]:
    if not device.startswith("cuda"):
        return {"device": "cpu"}
    if not torch.cuda.is_available():  # a run that failed for want of it
        return {"device": device}
    return {"device": torch.cuda.get_device_name(device), "cuda": torch.version.cuda}


@cache
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
    folder = Path(__file__).resolve().parents[2]
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
