"""Rows of somebody's file: which become documents, and which are bad, all of them said at once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from experiments.data.bad_rows import BadRows
from experiments.lab.documents.corpora.corpus import SPLITS, Corpus, Document
from experiments.records.files import check_ordinary, decode, encoding_of, read_bytes, row_of
from gnnlab.text.words import words_of

_BROKEN = re.compile("[\udc80-\udcff]")  # what stands for a byte that is no UTF-8
_BREAKS = re.compile(r"[\t\r\n]+")  # a label stands in a cell of the copy that is kept
COLUMNS, ENCODING, HEADING = "another number of columns", "no UTF-8", "the heading again"
SPLIT, LABEL, TEXT = "a split that is neither train nor test", "no label", "no word"
UNSEEN, LONELY = "a label that no training {} has", "the only training {} of its label"


@dataclass(frozen=True)
class Row:
    """What stands in a row, or in a file of a folder.

    Args:
        place: Its number, or the file's name.
        split: As it is written there.
        label, text: As they are written there.
        fault: What is wrong with it, where its reader has found that.
        detail: More on the fault, behind the place.
    """

    place: str
    split: str = ""
    label: str = ""
    text: str = ""
    fault: str = ""
    detail: str = ""


def corpus_of(path: Path, name: str, rows: Iterable[Row], *, skip: bool, noun: str = "row") -> Corpus:
    """The documents of a file.

    Args:
        path: The file, for messages.
        name: Of the corpus.
        rows: All that it holds.
        skip: Leave bad rows out.
        noun: What a row is called.

    Raises:
        ValueError: Rows are bad and are not to be left out; or what is left has no test documents, or one class alone.
    """
    listed = [_judged(row) for row in rows]
    good = [row for row in listed if not row.fault]
    bad = [row for row in listed if row.fault]
    while found := _by_label(good, noun):  # a class that goes takes its test rows along
        bad += found
        places = {row.place for row in found}
        good = [row for row in good if row.place not in places]
    faults = BadRows(f"documents: {path}", noun)
    for row in bad:
        faults.add(row.fault, row.place, row.detail)
    if not skip:
        faults.check(f"mend {'it' if len(bad) == 1 else 'them'}, or --skip-bad-rows leaves out what is bad")
    said = faults.said(len(listed)) if bad else ""
    _check_classes(path, good, noun, f"; left out: {said}" if bad else "")
    documents = tuple(Document(row.split, row.label, " ".join(row.text.split())) for row in good)
    return Corpus(name, documents, left_out=said)


def split_of(text: str) -> str:
    """``train`` or ``test``, also where it is a part of the word, as in 20news-bydate-train; or empty."""
    found = [split for split in SPLITS if split in text.lower()]
    return found[0] if len(found) == 1 else ""


def is_broken(text: str) -> bool:
    """Whether a text of ``open_text`` has bytes that are no UTF-8."""
    return _BROKEN.search(text) is not None


def open_text(path: Path) -> str:
    """The text of a file in UTF-8, in which bytes that are none stay to be found by ``is_broken``.

    It may begin with the mark of UTF-16 or UTF-32.

    Raises:
        ValueError: It cannot be read.
    """
    content = open_bytes(path)
    name, mark = encoding_of(content[:4])
    if name == "utf-8":
        return content[mark:].decode(name, "surrogateescape")
    try:
        return decode(content)
    except UnicodeDecodeError as error:
        raise ValueError(
            f"documents: {path} row {row_of(error)} should be {name.upper()} ({error.reason})"
        ) from error


def open_bytes(path: Path) -> bytes:
    """What a file holds.

    Raises:
        ValueError: It cannot be read.
    """
    try:
        check_ordinary("documents", path)
        return read_bytes(path)
    except OSError as error:
        raise ValueError(f"documents: {path} cannot be read ({error.strerror})") from error


def lines_of(text: str) -> list[str]:
    """Lines that end as those of Unix, Windows or old Macs do; what follows the last end counts if it is not empty."""
    lines = [line.removesuffix("\r") for line in text.split("\n" if "\n" in text else "\r")]
    return lines[:-1] if not lines[-1] else lines


def _judged(row: Row) -> Row:
    """A row with its split as we write it, or with its fault."""
    if row.fault:
        return row
    split, text = row.split.strip().lower(), row.text.strip()
    label = _BREAKS.sub(" ", row.label.strip())
    split = {"training": "train", "testing": "test"}.get(split, split)
    if any(map(is_broken, (split, label, text))):
        return Row(row.place, fault=ENCODING)
    if split not in SPLITS:
        return Row(row.place, fault=SPLIT, detail=repr(row.split)[:30])
    if not label:
        return Row(row.place, fault=LABEL)
    if not words_of(text):
        return Row(row.place, fault=TEXT)
    return Row(row.place, split, label, text)


def _by_label(rows: list[Row], noun: str) -> list[Row]:
    """Rows that are bad because of all others: their class has no training row, or one, which validation would take."""
    counts = Counter(row.label for row in rows if row.split == "train")
    if len(counts) < 2:
        return []  # that is said otherwise
    found = [(row, UNSEEN.format(noun)) for row in rows if row.label not in counts]
    found += [(row, LONELY.format(noun)) for row in rows if row.split == "train" and counts[row.label] == 1]
    return [Row(row.place, fault=fault, detail=repr(row.label)[:30]) for row, fault in found]


def _check_classes(path: Path, rows: list[Row], noun: str, left_out: str) -> None:
    for split in SPLITS:
        if all(row.split != split for row in rows):
            raise ValueError(f"documents: {path} has no {noun} with the split {split!r}{left_out}")
    labels = {row.label for row in rows if row.split == "train"}
    if len(labels) < 2:
        raise ValueError(
            f"documents: {path} has one class only ({min(labels)!r}) in training; two are needed{left_out}"
        )
