"""Documents as one file of word numbers: read once, in bounded memory, whatever they come from."""

from __future__ import annotations

import tempfile
from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from gnnlab.graphs.numbers import whole_number
from gnnlab.text.words import same_form

#: A document is a text, which is split on whitespace, or a list of words, which are taken as they are.
Document: TypeAlias = str | Sequence[str]

#: Word numbers held at once while documents are read.
BLOCK = 2**20


@dataclass
class WordFile:
    """Word numbers of all documents in a file, four bytes each, documents one after the other.

    Variables:
        path: The file.
        words: The words, most frequent first, equally frequent ones in the order of their characters.
        word_count (V,): Occurrences of each word.
        offsets (D + 1,): Where each document starts, and where the last one ends.
    """

    path: Path
    words: list[str]
    word_count: np.ndarray
    offsets: np.ndarray

    @property
    def num_tokens(self) -> int:
        """Occurrences of all words."""
        return int(self.offsets[-1])

    @property
    def num_documents(self) -> int:
        """D, empty documents included."""
        return len(self.offsets) - 1

    @property
    def lengths(self) -> np.ndarray:
        """(D,) words in each document."""
        return np.diff(self.offsets)

    def blocks(self) -> Iterator[tuple[int, np.ndarray, np.ndarray]]:
        """Yield whole documents, `BLOCK` tokens or one document at a time: (first, document, word).

        `document` (n,), counted from the block's `first` document, says where each `word` (n,) stands.
        """
        first = 0
        while first < self.num_documents:
            last = int(np.searchsorted(self.offsets, self.offsets[first] + BLOCK, side="right")) - 1
            last = max(last, first + 1)
            start, stop = int(self.offsets[first]), int(self.offsets[last])
            document = np.repeat(np.arange(last - first), np.diff(self.offsets[first : last + 1]))
            yield first, document, read_tokens(self.path, start, stop)
            first = last


def read_tokens(path: Path, start: int, stop: int) -> np.ndarray:
    """Return the word numbers from `start` to `stop` - 1 of a file."""
    tokens = np.fromfile(path, dtype=np.int32, count=stop - start, offset=4 * start)
    if len(tokens) < stop - start:
        raise OSError(f"{path}: the temporary file was cut short; is the disk full?")
    return tokens


@contextmanager
def word_file(
    documents: Iterable[Document], *, min_count: int = 1, progress: bool = False
) -> Iterator[WordFile]:
    """Write documents to a temporary file of word numbers, which is removed afterwards.

    The documents are read once, so that a generator will do. In memory are the words, one text, and 8 bytes
    for each document; on disk, in the folder for temporary files, twice 4 bytes for each occurrence of a word.

    Args:
        documents: Texts, split on whitespace, or lists of words.
        min_count: Words with fewer occurrences are taken out of the documents, as if they had never stood
            there.
        progress: Show a bar on a terminal.

    Raises:
        ValueError: A document that is neither text nor a list of words, or no word left.
    """
    min_count = whole_number("min_count", min_count, least=1)
    with tempfile.TemporaryDirectory(prefix="gnnlab-") as folder:
        raw = _write_raw(documents, Path(folder) / "raw", progress=progress)
        yield _write_kept(raw, Path(folder) / "kept", min_count)


def split_words(document: Any, place: str = "text") -> Any:
    """Return the words of a document: a text split on whitespace, in the form NFC, or the list itself.

    Raises:
        ValueError: It is something else; the message starts with `place`.
    """
    if isinstance(document, str):
        return same_form(document).split()
    if isinstance(document, (list, tuple, np.ndarray)):
        return document
    hint = ""
    if isinstance(document, (bytes, bytearray)):
        hint = "; decode it first"
    elif document is None or (
        isinstance(document, float) and document != document
    ):  # NaN, which pandas puts where a text is missing
        hint = "; a missing text can be given as ''"  # pandas puts NaN in its place
    kind = type(document).__name__
    raise ValueError(f"{place}: a {kind} should be a text or a list of words{hint}")


def check_words(words: Sequence[Any], place: str = "text") -> None:
    """Raise a ValueError that starts with `place` unless all words are strings."""
    for word in words:
        if not isinstance(word, str):
            raise ValueError(f"{place}: the word {word!r} should be a string, but is a {type(word).__name__}")


def check_documents(documents: Any) -> None:
    """Raise a ValueError unless `documents` can be a collection of documents."""
    if isinstance(documents, (str, bytes)):
        raise ValueError("documents: one text should be a collection of texts; put it in a list")
    if not isinstance(documents, Iterable):
        raise ValueError(
            f"documents: a {type(documents).__name__} should be a collection of texts or of lists of words"
        )


def _write_raw(documents: Iterable[Document], path: Path, *, progress: bool) -> WordFile:
    """Number words in the order in which they first appear."""
    from tqdm import tqdm

    check_documents(documents)
    number: defaultdict[str, int] = defaultdict()
    number.default_factory = number.__len__
    offsets = array("q", [0])
    counts = np.zeros(0, dtype=np.int64)
    tokens = array("i")
    bar = tqdm(documents, desc="reading", unit=" documents", disable=None if progress else True)
    with open(path, "wb") as file:
        for place, document in enumerate(bar):
            words = split_words(document, f"documents: document {place}")
            known = len(number)
            try:
                tokens.extend(map(number.__getitem__, words))
            except TypeError:  # a word that cannot be a key is no string
                check_words(words, f"documents: document {place}")
                raise
            if len(number) > known and not isinstance(document, str):
                check_words(words, f"documents: document {place}")
            offsets.append(offsets[-1] + len(words))
            if len(tokens) >= BLOCK:
                counts = _counted(counts, tokens, len(number))
                tokens.tofile(file)
                tokens = array("i")
        counts = _counted(counts, tokens, len(number))
        tokens.tofile(file)
    return WordFile(path, list(number), counts, np.array(offsets, dtype=np.int64))


def _counted(counts: np.ndarray, tokens: array[int], words: int) -> np.ndarray:
    more = np.bincount(np.frombuffer(tokens, dtype=np.int32), minlength=words).astype(np.int64)
    more[: len(counts)] += counts
    return more


def _write_kept(raw: WordFile, path: Path, min_count: int) -> WordFile:
    """Take rare words out and number the others by how frequent they are."""
    if not raw.words:
        raise ValueError("documents: no document holds a word")
    frequent = np.flatnonzero(raw.word_count >= min_count)
    if not len(frequent):
        raise ValueError(
            f"min_count: {min_count} leaves none of the {len(raw.words):,} words; the most frequent one "
            f"occurs {int(raw.word_count.max())} times"
        )
    count = raw.word_count.tolist()
    old = sorted(frequent.tolist(), key=lambda word: (-count[word], raw.words[word]))
    number = np.full(len(raw.words), -1, dtype=np.int32)
    number[old] = np.arange(len(old), dtype=np.int32)
    offsets = np.zeros_like(raw.offsets)
    with open(path, "wb") as file:
        for first, document, words in raw.blocks():
            new = number[words]
            keep = new >= 0
            new[keep].tofile(file)
            lengths = np.bincount(document[keep])
            offsets[first + 1 : first + 1 + len(lengths)] = lengths
    return WordFile(path, [raw.words[word] for word in old], raw.word_count[old], np.cumsum(offsets))
