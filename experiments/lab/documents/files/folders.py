"""A folder of texts: one in a file, and the files of a class in a folder of its name."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from experiments.lab.documents.corpora.corpus import SPLITS
from experiments.lab.documents.files.rows import ENCODING, Row, is_broken, open_text, split_of

TEST_SHARE = 1 / 3  # of each class, where the folder says no split


def folder_rows(path: Path) -> Iterator[Row]:
    """A row for every file below ``CLASS/``, or below ``train/CLASS/`` and ``test/CLASS/``.

    Folders with train or test in their name, as 20news-bydate-train, are splits. Where there are none, a third of the
    files of each class are for the test: those that a hash of their names puts first. Hidden files are left out.

    Raises:
        ValueError: There is no folder in it, or one split alone.
    """
    folders = _inside(path)
    splits = {split_of(folder.name): folder for folder in folders}
    if folders and set(splits) == set(SPLITS) and len(folders) == len(SPLITS):
        for split in SPLITS:
            for label in _inside(splits[split]):
                yield from (_row(path, file, split, label.name) for file in _files(label))
        return
    alone = [folder.name for folder in folders if folder.name.lower() in SPLITS]
    if alone or not folders:
        has = f"has the folder {', '.join(alone)}" if alone else "has no folder"
        raise ValueError(
            f"documents: {path} {has}; a folder of texts has a folder for each class, or train and test with a folder "
            "for each class in both"
        )
    for label in folders:
        files = sorted(_files(label), key=lambda file: _hash(file.relative_to(path).as_posix()))
        held = max(1, round(TEST_SHARE * len(files)))
        for place, file in enumerate(files):
            yield _row(path, file, "test" if place < held else "train", label.name)


def _row(path: Path, file: Path, split: str, label: str) -> Row:
    place, text = file.relative_to(path).as_posix(), open_text(file)
    return Row(place, fault=ENCODING) if is_broken(text) else Row(place, split, label, text)


def _inside(path: Path) -> list[Path]:
    return sorted(folder for folder in path.iterdir() if folder.is_dir() and not folder.name.startswith("."))


def _files(folder: Path) -> list[Path]:
    return sorted(
        file
        for file in folder.rglob("*")
        if file.is_file() and not any(part.startswith(".") for part in file.relative_to(folder).parts)
    )


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
