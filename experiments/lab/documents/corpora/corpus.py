"""Labelled documents with a split: what they are, and reading and writing them as a table."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from experiments.core.naming import nearest
from experiments.records.files import check_ordinary, read_text, row_of, write_text
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
    """

    name: str
    documents: tuple[Document, ...]

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


def read_table(path: Path, name: str | None = None) -> Corpus:
    """Documents from a file of tab-separated values: a heading with the columns of ``COLUMNS``, a row per document.

    It is in UTF-8, or begins with the mark of UTF-16. Its lines end as those of Unix, Windows or old Macs do.

    Quotes are text like any other; a text has no tab and no line break.

    Args:
        path: The file.
        name: In records. Default: the file's name without its ending.

    Raises:
        ValueError: The file is missing or is no such table; the message says which row (the heading is row 1) and what
            it should be.
    """
    text = _decode(path)
    lines = text.split("\n" if "\n" in text else "\r")  # the second of old Macs
    heading = [column.strip().lower() for column in lines[0].removesuffix("\r").split("\t")]
    _check_heading(path, heading)
    documents = []
    for row, line in enumerate(lines[1:], 2):
        line = line.removesuffix("\r")
        if not line and row == len(lines):
            break  # what follows the last line break
        documents.append(_document(path, row, line, heading))
    _check_classes(path, documents)
    return Corpus(name or path.stem, tuple(documents))


def _decode(path: Path) -> str:
    try:
        check_ordinary("documents", path)
        text = read_text(path)
    except OSError as error:
        raise ValueError(f"documents: {path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ValueError(
            f"documents: {path} row {row_of(error)} should be UTF-8 text ({error.reason})"
        ) from error
    if not text.strip():
        raise ValueError(f"documents: {path} is empty; it should begin with the heading {_heading()}")
    return text


def _heading() -> str:
    return " TAB ".join(COLUMNS)


def _check_heading(path: Path, heading: list[str]) -> None:
    for column in COLUMNS:
        if heading.count(column) > 1:
            raise ValueError(f"documents: {path} row 1 has the column {column!r} twice")
        if column not in heading:
            hint = nearest(column, heading)
            found = f" (found: {', '.join(heading)[:80]})" if not hint else f" ({hint.strip(' ,.?')}?)"
            raise ValueError(
                f"documents: {path} row 1 lacks the column {column!r}{found}; it should be {_heading()}"
            )


def _document(path: Path, row: int, line: str, heading: list[str]) -> Document:
    cells = line.split("\t")
    if len(cells) != len(heading):
        raise ValueError(
            f"documents: {path} row {row} has {len(cells)} columns instead of {len(heading)}; a text has no tab or "
            "line break"
        )
    values = dict(zip(heading, cells))
    split, label, text = values["split"].strip().lower(), values["label"].strip(), values["text"].strip()
    if split == "split" and label.lower() == "label":
        raise ValueError(f"documents: {path} row {row} repeats the heading")
    if split not in SPLITS:
        raise ValueError(f"documents: {path} row {row} has the split {split!r}; it should be train or test")
    if not label:
        raise ValueError(f"documents: {path} row {row} has no label")
    if not words_of(text):
        raise ValueError(f"documents: {path} row {row} has an empty document: no word in it")
    return Document(split, label, " ".join(text.split()))


def _check_classes(path: Path, documents: list[Document]) -> None:
    labels = {split: {d.label for d in documents if d.split == split} for split in SPLITS}
    for split in SPLITS:
        if not labels[split]:
            raise ValueError(f"documents: {path} has no row with the split {split!r}")
    for row, document in enumerate(documents, 2):
        if document.label not in labels["train"]:
            raise ValueError(
                f"documents: {path} row {row} has the label {document.label!r}, which no training row has"
            )
    if len(labels["train"]) < 2:
        raise ValueError(f"documents: {path} has one class only ({documents[0].label!r}); two are needed")
    counts = {
        label: sum(d.label == label and d.split == "train" for d in documents) for label in labels["train"]
    }
    for label, count in counts.items():
        if count < 2:
            row = next(r for r, d in enumerate(documents, 2) if d.label == label and d.split == "train")
            raise ValueError(
                f"documents: {path} row {row} is the only training row with the label {label!r}; two are needed, "
                "one of them for validation"
            )


def write_table(path: Path, corpus: Corpus) -> None:
    """Write a corpus so that ``read_table`` reads the same documents."""
    rows = ["\t".join(COLUMNS), *(f"{d.split}\t{d.label}\t{d.text}" for d in corpus.documents)]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, "\n".join(rows) + "\n")
