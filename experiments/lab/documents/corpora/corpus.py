"""Labelled documents with a split: what they are, and writing them as a table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from experiments.records.files import write_text
from gnnlab.text.words import words_of

COLUMNS = ("split", "label", "text")
SPLITS = ("train", "test")


@dataclass(frozen=True)
class Document:
    """One labelled text.

    Args:
        split: ``train`` or ``test``.
        label: Name of its class.
        text: Its text, on one line.
        source: Where it comes from, where that is known.
    """

    split: str
    label: str
    text: str
    source: str = ""


@dataclass(frozen=True, eq=False)
class Corpus:
    """Labelled documents, some for training and some for testing.

    Args:
        name: In records and reports.
        documents: In a fixed order.
        left_out: Which rows of a file were left out, in words.
    """

    name: str
    documents: tuple[Document, ...]
    left_out: str = ""

    @cached_property
    def class_names(self) -> list[str]:
        """Labels in alphabetical order; a class is its place in this list."""
        return sorted({document.label for document in self.documents})

    @cached_property
    def classes(self) -> list[int]:
        """The class of each document."""
        places = {name: place for place, name in enumerate(self.class_names)}
        return [places[document.label] for document in self.documents]

    @cached_property
    def words(self) -> list[list[str]]:
        """The words of each document."""
        return [words_of(document.text) for document in self.documents]

    def rows(self, split: str) -> list[int]:
        """Places of the documents of a split."""
        return [row for row, document in enumerate(self.documents) if document.split == split]

    @cached_property
    def repeated(self) -> list[int]:
        """Places of test documents that have the very words of a training document, in the same order."""
        seen = {tuple(self.words[row]) for row in self.rows("train")}
        return [row for row in self.rows("test") if tuple(self.words[row]) in seen]

    @cached_property
    def digest(self) -> str:
        """Sixteen hexadecimal digits of its content: splits, labels and texts."""
        text = "\n".join(f"{d.split}\t{d.label}\t{d.text}" for d in self.documents)
        return hashlib.sha256(text.encode()).hexdigest()[:16]


def write_table(path: Path, corpus: Corpus) -> None:
    """Write a corpus so that ``read_documents`` reads the same documents."""
    rows = ["\t".join(COLUMNS), *(f"{d.split}\t{d.label}\t{d.text}" for d in corpus.documents)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "\n".join(rows) + "\n")
