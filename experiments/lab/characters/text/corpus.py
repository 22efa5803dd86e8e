"""A corpus as tokens on disk: its vocabulary, and its contiguous training, validation and test parts."""

from __future__ import annotations

import hashlib
import itertools
import json
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from experiments.lab.characters.settings import PARTS, CorpusSettings
from experiments.lab.characters.text.text import read_texts
from experiments.records.files import ordinary, read_json, write_beside, write_json
from seq import Vocabulary

#: Stands for every character that the training part does not have. It is in the vocabulary, and no text is expected
#: to hold it: Unicode keeps it for characters that could not be read.
UNKNOWN = "\N{REPLACEMENT CHARACTER}"
FORMAT = 2  # 2: with digests
_TYPES = (np.uint8, np.uint16, np.uint32)


@dataclass(frozen=True)
class Corpus:
    """Tokens of a text, mapped from disk, and what they stand for.

    Args:
        tokens: All tokens, (N,), of the smallest unsigned type that holds them.
        vocabulary: Characters of the training part, and ``UNKNOWN``.
        bounds: First and last-but-one token of each part.
        unknown: How many characters of each part the vocabulary lacks; they are read as ``UNKNOWN``.
    """

    tokens: np.ndarray
    vocabulary: Vocabulary
    bounds: dict[str, tuple[int, int]]
    unknown: dict[str, int]

    def part(self, name: str) -> np.ndarray:
        """Tokens of the training, validation or test part; still on disk."""
        first, end = self.bounds[name]
        return self.tokens[first:end]

    def sizes(self) -> dict[str, int]:
        """Characters of each part."""
        return {name: end - first for name, (first, end) in self.bounds.items()}


def identify(settings: CorpusSettings) -> tuple[str, int]:
    """SHA-256 of a corpus (of its characters in UTF-8, after all cutting) and how many characters it has.

    Raises:
        ValueError: It cannot be read; see ``character_text.read_texts``.
    """
    digest, count = hashlib.sha256(), 0
    for piece in read_texts(settings.text, gutenberg=settings.gutenberg):
        digest.update(piece.encode())
        count += len(piece)
    return digest.hexdigest(), count


def part_bounds(count: int, settings: CorpusSettings) -> dict[str, tuple[int, int]]:
    """Where the parts of so many characters begin and end: training first, validation next, test last."""
    test = round(count * settings.test)
    validation = round(count * settings.validation)
    train = count - validation - test
    return dict(zip(PARTS, ((0, train), (train, train + validation), (train + validation, count))))


def open_corpus(settings: CorpusSettings, folder: Path) -> Corpus:
    """A corpus from its tokens on disk, which are made where they are missing.

    The text is read in pieces and the tokens are mapped, so a corpus larger than memory can be used. Tokens that were
    there are read once, from beginning to end, to compare their SHA-256 with the one recorded when they were written:
    1 s for 1 GB, far less than any training on it.

    Args:
        settings: Which text, and its parts.
        folder: Where tokens are kept; each corpus has a folder of its own in it.

    Raises:
        ValueError: The text cannot be read, or is another one than the settings say; or the tokens are not those that
            were written.
    """
    sha256, count = (settings.sha256, settings.characters) if settings.sha256 else identify(settings)
    home = _home(settings, sha256, folder)
    if not (home / "corpus.json").exists():
        _write(settings, sha256, part_bounds(count, settings), home)
    return _read(home, count)


def copy_corpus(settings: CorpusSettings, source: Path, folder: Path) -> None:
    """Copy the tokens of a corpus that was identified, where they are kept in one folder and not yet in another.

    Raises:
        ValueError: They are not those that were written.
    """
    there, home = (_home(settings, settings.sha256, place) for place in (source, folder))
    if (there / "corpus.json").exists() and not (home / "corpus.json").exists():
        _read(there, settings.characters)
        shutil.copytree(there, home, dirs_exist_ok=True)


def _home(settings: CorpusSettings, sha256: str, folder: Path) -> Path:
    shares = f"{settings.validation!r},{settings.test!r}"
    return folder / hashlib.sha256(f"{FORMAT},{sha256},{shares}".encode()).hexdigest()[:16]


def _read(home: Path, count: int) -> Corpus:
    try:
        values = read_json(home / "corpus.json")
        with ordinary(home / "tokens.bin").open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        recorded = values.pop("digest")
        tokens = np.memmap(home / "tokens.bin", dtype=values["dtype"], mode="r")
        vocabulary = Vocabulary.from_dict(values["vocabulary"])
        bounds = {name: (int(first), int(end)) for name, (first, end) in values["bounds"].items()}
        unknown = {name: int(values["unknown"][name]) for name in PARTS}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"text: the tokens in {home} are damaged ({error}); delete that folder") from error
    if len(tokens) != count:
        raise ValueError(f"text: the tokens in {home} are not all there; delete that folder")
    if _digest(values, digest) != recorded:
        raise ValueError(
            f"text: the tokens in {home} were changed after they were written (their SHA-256 differs); delete that "
            "folder, and they are made again from the text"
        )
    return Corpus(tokens, vocabulary, bounds, unknown)


def _digest(values: dict[str, Any], tokens: str) -> str:
    """One digest of what is said of the tokens and of their own digest."""
    return hashlib.sha256(f"{json.dumps(values, sort_keys=True)},{tokens}".encode()).hexdigest()


def _write(settings: CorpusSettings, sha256: str, bounds: dict[str, tuple[int, int]], home: Path) -> None:
    home.mkdir(parents=True, exist_ok=True)
    vocabulary = training_vocabulary(settings, bounds["train"][1])
    dtype = next(kind for kind in _TYPES if len(vocabulary) <= np.iinfo(kind).max + 1)
    unknown: Counter[str] = Counter()
    digest, written = hashlib.sha256(), hashlib.sha256()

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            for piece, part in _by_part(settings, bounds):
                digest.update(piece.encode())
                raw = vocabulary.encode(piece, unknown=UNKNOWN).numpy().astype(dtype).tobytes()
                file.write(raw)
                written.update(raw)
                unknown[part] += sum(vocabulary.unknown(piece).values())
        if digest.hexdigest() != sha256:
            raise ValueError(
                f"text: {', '.join(settings.text)} is another text than the one of these settings (its SHA-256 differs)"
            )

    write_beside(home / "tokens.bin", write)
    values: dict[str, Any] = {
        "format": FORMAT,
        "sha256": sha256,
        "dtype": np.dtype(dtype).name,
        "bounds": {name: list(ends) for name, ends in bounds.items()},
        "unknown": {name: unknown[name] for name in PARTS},
        "vocabulary": vocabulary.to_dict(),
    }
    values["digest"] = _digest(values, written.hexdigest())
    write_json(home / "corpus.json", values)  # last: a folder without it is unfinished


def training_vocabulary(settings: CorpusSettings, count: int) -> Vocabulary:
    """The vocabulary of the first ``count`` characters, which are the training part, with ``UNKNOWN``."""
    return Vocabulary("".join(_distinct(settings, count)) + UNKNOWN)


def _distinct(settings: CorpusSettings, count: int) -> Iterator[str]:
    """The distinct characters of each piece of the first ``count`` characters."""
    for piece in read_texts(settings.text, gutenberg=settings.gutenberg):
        yield "".join(set(piece[:count]))
        count -= len(piece)
        if count <= 0:
            return


def _by_part(settings: CorpusSettings, bounds: dict[str, tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """Pieces of the text that lie in one part each, and the part's name."""
    place = 0
    for piece in read_texts(settings.text, gutenberg=settings.gutenberg):
        cuts = [min(max(end - place, 0), len(piece)) for _, end in bounds.values()]
        for name, (first, end) in zip(bounds, itertools.pairwise([0, *cuts])):
            if end > first:
                yield piece[first:end], name
        place += len(piece)
