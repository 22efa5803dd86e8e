"""The layout of text-graph repositories: an index of documents, and their texts in another file, line by line."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from experiments.lab.documents.files.rows import COLUMNS, Row, lines_of, open_bytes, open_text, split_of
from experiments.records.files import decode, encoding_of, row_of

CORPUS = "corpus"
_CELLS = 3  # name of the document, split, label


def texts_of(index: Path) -> Path | None:
    """The file of the texts of an index ``NAME.txt``: ``corpus/NAME.clean.txt``, or else ``corpus/NAME.txt``."""
    folder = index.parent / CORPUS
    files = (folder / f"{index.stem}.clean.txt", folder / f"{index.stem}.txt")
    return next((file for file in files if file.is_file()), None)


def find_index(path: Path) -> Path | None:
    """The index that a path stands for: itself, that of a data set's folder, or the only one in a folder.

    Args:
        path: ``data/NAME.txt``, ``data/NAME``, whether there is such a folder or not, ``data``, or the folder that
            ``data`` is in.

    Raises:
        ValueError: There are several, or it is an index without its texts.
    """
    if path.is_file():
        if path.suffix == ".txt" and texts_of(path) is not None:
            return path
        if path.suffix == ".txt" and _looks_like_an_index(path):
            raise ValueError(
                f"documents: {path} is an index of documents without its texts; they should be in "
                f"{path.parent / CORPUS / f'{path.stem}.clean.txt'}, a line each, in the same order"
            )
        return None
    beside = path.resolve().parent / f"{path.resolve().name}.txt"
    if beside.is_file() and texts_of(beside) is not None:
        return beside
    for folder in (path, path / "data"):
        if (folder / CORPUS).is_dir():
            found = [file for file in sorted(folder.glob("*.txt")) if texts_of(file) is not None]
            if len(found) > 1:
                names = ", ".join(str(file) for file in found[:10])
                raise ValueError(f"documents: {path} has several indexes; name one of {names}")
            if found:
                return found[0]
    return None


def index_rows(index: Path) -> Iterator[Row]:
    """The rows of an index: name of the document, split, label, with tabs between, and no heading.

    A split has train or test in it, as training or 20news-bydate-test. Texts that are not UTF-8 are read as Latin-1, as
    the authors of Text GCN do.

    Raises:
        ValueError: It cannot be read, or has not as many rows as there are texts.
    """
    texts = texts_of(index)
    assert texts is not None
    content = open_bytes(texts)
    try:
        lines = lines_of(decode(content))
    except UnicodeDecodeError as error:
        if encoding_of(content[:4])[1]:  # it says what it is, and is not
            raise ValueError(
                f"documents: {texts} row {row_of(error)} should be {error.encoding.upper()}"
            ) from error
        lines = lines_of(content.decode("latin-1"))
    rows = lines_of(open_text(index))
    if len(rows) != len(lines):
        raise ValueError(
            f"documents: {index} has {len(rows):,} rows, but {texts} has {len(lines):,} lines; line N should be the "
            "text of row N"
        )
    for number, (row, text) in enumerate(zip(rows, lines), 1):
        cells = row.split("\t")
        if len(cells) != _CELLS:
            yield Row(str(number), fault=COLUMNS, detail=f"{len(cells)}, not {_CELLS}")
        else:
            yield Row(str(number), split_of(cells[1]) or cells[1], cells[2], text)


def _looks_like_an_index(path: Path) -> bool:
    cells = open_text(path).partition("\n")[0].split("\t")
    return len(cells) == _CELLS and bool(split_of(cells[1]))
