"""Writing files so that nothing that was on disk is lost: beside, synchronised, then renamed."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What a disk answers when it is full, over its quota, or failing: no fault of the run that was writing.
_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


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


def check_ordinary(argument: str, path: Path) -> None:
    """Raise a ValueError for a pipe, a device or a socket, which may have no end, or never begin.

    What is missing or a folder says so when it is opened.

    Args:
        argument: What the user gave it to, for the message.
        path: What will be read.

    Raises:
        OSError: It cannot be looked at.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise ValueError(f"{argument}: {path} is a pipe or a device; it should be a file")


def synchronise(folder: Path) -> None:
    """Have the names in a folder on disk, so that the renames before outlive a loss of power."""
    if os.name != "posix":
        return  # elsewhere a folder cannot be opened
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_parts(folder: Path) -> None:
    """Remove what processes that were killed left half written. For the only writer of a folder."""
    for part in folder.glob(".*.part"):
        part.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Write text through ``write_beside``."""
    write_beside(path, lambda beside: beside.write_text(text, encoding="utf-8"))


def write_json(path: Path, values: Any) -> None:
    """Write JSON through ``write_beside``; NaN is refused, because JSON has none."""
    write_text(path, json.dumps(values, indent=2, allow_nan=False) + "\n")


def is_disk_error(error: BaseException) -> bool:
    """Whether an error says that the disk is full or failing.

    Example:
        >>> is_disk_error(OSError(errno.ENOSPC, "No space left on device"))
        True
    """
    return isinstance(error, OSError) and error.errno in _DISK_ERRORS
