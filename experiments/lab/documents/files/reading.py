"""From a path to documents, whichever of the layouts is there. Imports no torch."""

from __future__ import annotations

from pathlib import Path

from experiments.lab.documents.corpora.corpus import Corpus
from experiments.lab.documents.files.folders import folder_rows
from experiments.lab.documents.files.index import find_index, index_rows
from experiments.lab.documents.files.rows import corpus_of
from experiments.lab.documents.files.tables import Columns, table_rows

_USUAL = Columns()


def read_documents(
    path: Path, name: str | None = None, columns: Columns = _USUAL, *, skip: bool = False
) -> Corpus:
    """Labelled documents from a file or a folder.

    Args:
        path: A table (``table_rows``), an index beside its corpus (``find_index``), or a folder of texts by class
            (``folder_rows``).
        name: In records. Default: that of the file or folder without its ending.
        columns: Names of a table's columns.
        skip: Leave bad rows out, in place of refusing the file.

    Raises:
        ValueError: It cannot be read, or holds no such documents; bad rows are said all at once.
    """
    try:
        return _read(path, name, columns, skip=skip)
    except OSError as error:  # a folder that may not be opened, or a name longer than there are
        raise ValueError(f"documents: {path!s:.200} cannot be read ({error.strerror})") from error


def _read(path: Path, name: str | None, columns: Columns, *, skip: bool) -> Corpus:
    index = find_index(path)
    if columns != _USUAL and (index is not None or path.is_dir()):
        raise ValueError(f"documents: {path} is no table, so it has no columns to name")
    if index is not None:
        return corpus_of(index, name or index.stem, index_rows(index), skip=skip)
    if path.is_dir():
        return corpus_of(path, name or path.resolve().name, folder_rows(path), skip=skip, noun="file")
    return corpus_of(path, name or path.stem, table_rows(path, columns), skip=skip)
