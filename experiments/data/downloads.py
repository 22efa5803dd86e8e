"""Fetching a public file once: what came is checked before it has its name."""

from __future__ import annotations

import hashlib
import urllib.request
from pathlib import Path

from experiments.records.files import write_beside


class WrongContentError(OSError):
    """What came is not the published file."""


def download(address: str, path: Path, checksum: str, timeout: float) -> None:
    """Fetch a file, check it, and only then give it its name.

    Args:
        address: Where it is published.
        path: Where to put it; folders above are made.
        checksum: SHA-256 of the published file, in hexadecimal digits.
        timeout: Seconds without an answer after which it is given up.

    Raises:
        WrongContentError: What came has another checksum.
        OSError, http.client.HTTPException: Nothing came, or it cannot be written.
    """
    with urllib.request.urlopen(address, timeout=timeout) as answer:
        content = answer.read()
    if hashlib.sha256(content).hexdigest() != checksum:
        raise WrongContentError("what came is not the published file: its SHA-256 differs")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, lambda beside: beside.write_bytes(content))
