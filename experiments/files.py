"""Writing files so that nothing that was on disk is lost: beside, synchronised, then renamed."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any


def write_beside(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that its name never stands for half of it: beside, synchronised, then renamed.

    Args:
        path: The file to make or replace.
        write: Called with the temporary path.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        write(beside)
        with beside.open("rb+") as file:
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write text through ``write_beside``."""
    write_beside(path, lambda beside: beside.write_text(text, encoding="utf-8"))


def write_json(path: Path, values: Any) -> None:
    """Write JSON through ``write_beside``; NaN is refused, because JSON has none."""
    write_text(path, json.dumps(values, indent=2, allow_nan=False) + "\n")
