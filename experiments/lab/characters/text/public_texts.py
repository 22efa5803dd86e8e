"""Public books by name: found in the data folder, or downloaded into it once, and checked."""

from __future__ import annotations

import hashlib
import http.client
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from experiments.data.cache import cache_folder
from experiments.data.downloads import download
from experiments.records.files import read_bytes

TIMEOUT = 10.0  # seconds without an answer after which a download is given up


@dataclass(frozen=True)
class Book:
    """A book that can be downloaded.

    Args:
        title: Title and author.
        url: Where it is published.
        checksum: SHA-256 of the file, or of one of its published versions.
    """

    title: str
    url: str
    checksum: str


#: The checksum of grimm is that of the 2016 release of Project Gutenberg's file 2591-0.txt; the publisher edits its
#: files now and then, and a later version is refused, because figures on another text are other figures.
BOOKS = {
    "grimm": Book(
        "Grimms' Fairy Tales (translated by Edgar Taylor and Marian Edwardes)",
        "https://www.gutenberg.org/files/2591/2591-0.txt",
        "e6439bd511820742e842e21b75e89b394d3809eec82ca56b506c39ff39d4a7d6",
    ),
}


def book_path(name: str) -> Path:
    """Where a book lies: ``text/NAME.txt`` in the folder that ``GNNLAB_DATA`` names, or in ``~/.cache/gnnlab``."""
    return cache_folder() / "text" / f"{name}.txt"


def fetch_book(name: str, *, timeout: float = TIMEOUT) -> Path:
    """The file of a book, downloaded where it is missing.

    Args:
        name: One of ``BOOKS``.
        timeout: Seconds without an answer after which the download is given up.

    Raises:
        ValueError: It is missing and cannot be downloaded, or is not the published file.
    """
    book, path = BOOKS[name], book_path(name)
    if not path.exists():
        try:
            download(book.url, path, book.checksum, timeout)
        except (OSError, http.client.HTTPException) as error:
            reason = error.reason if isinstance(error, urllib.error.URLError) else error
            raise ValueError(
                f"text: {name} is not here and cannot be fetched ({reason}); put {book.url} at {path}, name another "
                "folder of data with GNNLAB_DATA, or give a file of yours to --text"
            ) from error
    try:
        content = read_bytes(path)
    except OSError as error:
        raise ValueError(f"text: {path} cannot be read ({error.strerror})") from error
    if hashlib.sha256(content).hexdigest() != book.checksum:
        raise ValueError(
            f"text: {path} is not the published file (its SHA-256 differs); give it as a file, --text {path}, to use "
            f"it all the same, or remove it, and it is downloaded again from {book.url}"
        )
    return path
