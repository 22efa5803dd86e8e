"""Texts as streams of characters: any files, named books, or Python's own language manual."""

from __future__ import annotations

import ast
import codecs
import importlib.util
import io
from collections.abc import Iterator, Sequence
from pathlib import Path

from experiments.core.naming import nearest
from experiments.lab.characters.text.public_texts import BOOKS, fetch_book
from experiments.records.files import check_ordinary, encoding_of, ordinary

MANUAL = "python"
CHUNK = 1 << 20  # bytes that are read in one go, so that a text larger than memory can be read
_START, _END = b"*** START OF", b"*** END OF"


def resolve_texts(texts: Sequence[str]) -> tuple[str, ...]:
    """``python``, names of books, and files, whose paths become absolute.

    Raises:
        ValueError: There are none, or one is neither a name nor a file.

    Example:
        >>> resolve_texts(["python"])
        ('python',)
    """
    names = [name.strip() for name in texts if name.strip()]
    if not names:
        raise ValueError("text: there should be at least one, such as grimm or a file")
    return tuple(name if name in (MANUAL, *BOOKS) else str(_existing(name)) for name in names)


def _existing(name: str) -> Path:
    path = Path(name)
    if path.is_dir():
        raise ValueError(f"text: {name} is a folder; it should be a file")
    if not path.exists():
        known = (MANUAL, *BOOKS)
        raise ValueError(
            f"text: no such file: {name}{nearest(name, known) or ';'} texts by name are {', '.join(known)}"
        )
    check_ordinary("text", path)
    return path.absolute()


def read_texts(texts: Sequence[str], *, gutenberg: bool = False) -> Iterator[str]:
    """The characters of several texts, one after the other, in pieces of at most ``CHUNK`` characters.

    Files are in UTF-8, or begin with the mark of UTF-16, which is left out. Every line ends with one ``\\n``.

    Args:
        texts: From ``resolve_texts``.
        gutenberg: Leave out what Project Gutenberg puts before and after a book.

    Raises:
        ValueError: A text is missing, empty, or no text; for the first byte that is not, its place is named.
    """
    for text in texts:
        if text == MANUAL:
            yield from _pieces(read_manual())
        else:
            yield from _read_file(fetch_book(text) if text in BOOKS else Path(text), gutenberg)


def read_manual() -> str:
    """Python's manual of its language, which the module ``pydoc_data.topics`` holds: read as text, never imported."""
    found = importlib.util.find_spec("pydoc_data.topics")
    if found is None or found.origin is None:
        raise ValueError(f"text: this Python comes without its manual, {MANUAL}; give a file to --text")
    tree = ast.parse(Path(found.origin).read_text(encoding="utf-8"))
    assignment = next(node for node in tree.body if isinstance(node, ast.Assign))
    topics = ast.literal_eval(assignment.value)
    return "\n".join(topics[name] for name in sorted(topics))


def _pieces(text: str) -> Iterator[str]:
    for start in range(0, len(text), CHUNK):
        yield text[start : start + CHUNK]


def _read_file(path: Path, gutenberg: bool) -> Iterator[str]:
    try:
        with ordinary(path).open("rb") as file:
            first, last = _gutenberg_range(file, path) if gutenberg else (0, None)
            file.seek(first)
            yield from _decode(file, path, first, last)
    except OSError as error:
        raise ValueError(f"text: {path} cannot be read ({error.strerror})") from error


def _decode(file: io.BufferedReader, path: Path, first: int, last: int | None) -> Iterator[str]:
    """Characters of the bytes from ``first`` up to ``last``."""
    encoding, mark = encoding_of(file.peek(4)[:4]) if first == 0 else ("utf-8", 0)
    decoder, lines = codecs.getincrementaldecoder(encoding)(), io.IncrementalNewlineDecoder(None, True)
    file.seek(first + mark)
    place, empty, final = first + mark, True, False
    while not final:
        raw = file.read(CHUNK if last is None else min(CHUNK, last - place))
        final = not raw
        if encoding == "utf-8" and b"\0" in raw:
            where = place + raw.index(b"\0")
            raise ValueError(f"text: {path} is binary data and no text: byte {where} is zero")
        waiting = len(decoder.getstate()[0])
        try:
            text = lines.decode(decoder.decode(raw, final), final)
        except UnicodeDecodeError as error:
            where = place - waiting + error.start
            raise ValueError(
                f"text: {path} is not {encoding.upper()} text: {error.reason} at byte {where} "
                f"(0x{error.object[error.start]:02x}); convert it to UTF-8 first"
            ) from error
        place += len(raw)
        if text:
            empty = False
            yield text
    if empty:
        raise ValueError(f"text: {path} is empty")


def _gutenberg_range(file: io.BufferedReader, path: Path) -> tuple[int, int]:
    """Where the book begins and ends between Project Gutenberg's two marks, in bytes."""
    if encoding_of(file.peek(4)[:4])[0] != "utf-8":
        raise ValueError(
            f"gutenberg: {path} should be in UTF-8, as Project Gutenberg's books are; convert it first"
        )
    first = None
    while line := file.readline(CHUNK):
        if first is None and line.startswith((_START, codecs.BOM_UTF8 + _START)):
            first = file.tell()
        elif first is not None and line.startswith(_END):
            return first, file.tell() - len(line)
    missing = "START" if first is None else "END"
    raise ValueError(
        f"gutenberg: {path} has no line '*** {missing} OF ...', which Project Gutenberg puts around a book; leave the "
        "option out for other files"
    )
