"""Reading files that are ordinary ones, and writing so that nothing is lost: beside, synchronised, then renamed."""

from __future__ import annotations

import codecs
import errno
import hashlib
import json
import math
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

# What a disk answers when it is full, over its quota, or failing: no fault of the run that was writing.
_DISK_ERRORS = {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO}


# A file may begin with the mark of its encoding. That of UTF-32 begins with the one of UTF-16, so it comes first.
_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}


def ordinary(path: Path) -> Path:
    """The path of a file that can be opened without waiting for ever.

    Args:
        path: What will be read or replaced.

    Raises:
        OSError: It is a pipe, a device or a socket, or cannot be looked at.
    """
    if path.exists() and not path.is_file() and not path.is_dir():
        raise OSError(errno.EINVAL, "a pipe or a device; it should be a file", str(path))
    return path


def read_bytes(path: Path) -> bytes:
    """What an ordinary file holds.

    Raises:
        OSError: It cannot be read, or is no ordinary file.
    """
    return ordinary(path).read_bytes()


def read_text(path: Path) -> str:
    """The text of an ordinary file, with the line ends that it has; see ``decode``."""
    return decode(read_bytes(path))


def content_hash(*paths: str | Path) -> str:
    """The first sixteen hexadecimal digits of the SHA-256 of files, one after the other.

    Raises:
        OSError: One cannot be read, or is no ordinary file.
    """
    digest = hashlib.sha256()
    for path in paths:
        digest.update(read_bytes(Path(path)))
    return digest.hexdigest()[:16]


def read_json(path: Path) -> Any:
    """The value in an ordinary file of JSON.

    Raises:
        OSError: It cannot be read, or is no ordinary file.
        ValueError: It is no JSON, is nested too deep, or has a number that is none.
    """
    try:
        return json.loads(read_text(path), parse_constant=_no_number, parse_float=_finite)
    except RecursionError:
        raise ValueError("it is nested too deep") from None


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no number of JSON")


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError(f"{text[:20]} is larger than any number")
    return value


def encoding_of(first: bytes) -> tuple[str, int]:
    """The encoding of a text, and how many bytes its mark has.

    Args:
        first: At least four bytes of its beginning, where it has as many.

    Example:
        >>> encoding_of("é".encode("utf-16")), encoding_of("é".encode())
        (('utf-16-le', 2), ('utf-8', 0))
    """
    return next(((name, len(mark)) for mark, name in _MARKS.items() if first.startswith(mark)), ("utf-8", 0))


def decode(content: bytes) -> str:
    """Text in UTF-8, or in UTF-16 or UTF-32 where it begins with the mark of one.

    Raises:
        UnicodeDecodeError: It is neither; places count from the beginning of the content.
    """
    name, mark = encoding_of(content[:4])
    try:
        return content[mark:].decode(name)
    except UnicodeDecodeError as error:
        raise UnicodeDecodeError(name, content, error.start + mark, error.end + mark, error.reason) from None


def row_of(error: UnicodeDecodeError) -> int:
    """The row, from 1, in which a text that ``decode`` refused is none."""
    name, mark = encoding_of(error.object[:4])
    return error.object[mark : error.start].decode(name).count("\n") + 1


def write_beside(path: Path, write: Callable[[Path], object]) -> None:
    """Write a file so that its name never stands for half of it: beside, synchronised, then renamed.

    Args:
        path: The file to make or replace.
        write: Called with the temporary path.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
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
