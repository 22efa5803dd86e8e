"""Corpora by name, and the copy of them that a results folder keeps."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

from experiments.core.naming import nearest
from experiments.data.cache import cache_folder
from experiments.lab.documents.corpora.corpus import Corpus, write_table
from experiments.lab.documents.corpora.docstring_corpus import read_docstrings
from experiments.lab.documents.files.index import texts_of
from experiments.lab.documents.files.reading import read_documents
from experiments.lab.documents.files.tables import Columns
from experiments.lab.documents.settings import (
    CORPORA,
    DEFAULT_CORPUS,
    DOCSTRINGS,
    PUBLIC,
    SMALL_CORPUS,
    CorpusChoice,
    DocumentRun,
)
from experiments.records.results_folder import SHARED

REPOSITORY = "https://github.com/yao8839836/text_gcn"
SMALL_PACKAGES = ("networkx", "numpy", "scipy")
SMALL_SIZE = 40  # documents of each


def open_corpus(choice: CorpusChoice) -> Corpus:
    """The documents of a choice.

    Args:
        choice: A corpus by name, or the user's file.

    Raises:
        ValueError: There is no such corpus or file, or the file is no table of documents.
    """
    if choice.source:
        columns = Columns(choice.split_column, choice.label_column, choice.text_column)
        return read_documents(Path(choice.source), columns=columns, skip=choice.skip_bad_rows)
    if choice.name == DEFAULT_CORPUS:
        return read_docstrings()
    if choice.name == SMALL_CORPUS:
        small = read_docstrings(SMALL_PACKAGES, most=SMALL_SIZE)
        return dataclasses.replace(small, name=choice.name)
    if choice.name in PUBLIC:
        return read_public(choice.name, skip=choice.skip_bad_rows)
    hint = nearest(choice.name, CORPORA)
    raise ValueError(
        f"corpus: unknown {choice.name!r}{hint or '.'} Known: {', '.join(CORPORA)}; or --documents FILE"
    )


def read_public(name: str, folder: Path | None = None, *, skip: bool = False) -> Corpus:
    """A data set of Text GCN's repository with its split.

    Args:
        name: One of ``PUBLIC``.
        folder: Folder of data, in place of the one that ``GNNLAB_DATA`` names.
        skip: Leave bad rows out.

    Raises:
        ValueError: Its files are not there; the message says which belong where.
    """
    place = (folder or cache_folder()) / "documents"
    table, index = place / f"{name}.tsv", place / f"{name}.txt"
    if table.exists():
        return read_documents(table, name, skip=skip)
    if index.exists() and texts_of(index) is not None:
        return read_documents(index, name, skip=skip)
    raise ValueError(
        f"corpus: {name} is not here: put data/{name}.txt and data/corpus/{name}.clean.txt of {REPOSITORY} into "
        f"{place}, as {index} and {place / 'corpus' / f'{name}.clean.txt'}, or its documents into {table}, a table of "
        "the columns split, label, text; or name another folder of data with GNNLAB_DATA"
    )


_chosen: dict[str, Corpus] = {}  # what this process has read for a sweep, by digest
_looked: dict[CorpusChoice, Corpus] = {}  # what was read before torch was imported, until it is chosen


def look(runs: list[DocumentRun]) -> None:
    """Read the files of a sweep, so that what is wrong with them is said before anything slow is imported.

    Raises:
        ValueError: See ``choose``.
    """
    for choice in dict.fromkeys(run.corpus for run in runs):
        check_choice(choice)
        if not choice.digest and (choice.source or choice.name not in DOCSTRINGS):
            _looked[choice] = open_corpus(choice)


def check_choice(choice: CorpusChoice) -> None:
    """Raise a ValueError where options do not go together."""
    # The small corpus stands there too where --smoke was said.
    if choice.source and not choice.digest and choice.name not in DOCSTRINGS:
        raise ValueError("documents: give either --corpus or --documents, not both")
    for name in ("text", "label", "split"):
        if not choice.source and getattr(choice, f"{name}_column") != name:
            raise ValueError(f"{name}_column: there is no table to read; give it with --documents FILE")


def choose(choice: CorpusChoice) -> CorpusChoice:
    """Read the documents that a user asks for; name and digest are theirs afterwards. A choice that was made stays.

    Raises:
        ValueError: There is no such corpus or file, or the file is no table of documents.
    """
    if choice.digest:
        return choice
    check_choice(choice)
    corpus = _looked.pop(choice, None) or open_corpus(choice)
    _chosen[corpus.digest] = corpus
    return dataclasses.replace(
        choice,
        corpus_name=corpus.name,
        source=str(Path(choice.source).resolve()) if choice.source else "",
        digest=corpus.digest,
        left_out=corpus.left_out,
    )


def keep_copy(corpus: Corpus, out: Path) -> None:
    """Write the documents into a results folder, where workers and repeated runs find them."""
    path = _copy_path(out, corpus.digest)
    if not path.exists():
        write_table(path, corpus)


def load_corpus(choice: CorpusChoice, out: Path) -> Corpus:
    """The documents of a run: the copy in its results folder, or else read anew.

    Raises:
        ValueError: They are not the documents that the run was set up with.
    """
    copy = _copy_path(out, choice.digest)
    if copy.exists():
        corpus, where = _read_copy(copy, choice.name), str(copy)
    elif choice.digest in _chosen:
        return _chosen[choice.digest]
    else:
        corpus = open_corpus(choice)
        where = choice.source or "what is installed here"
    if corpus.digest != choice.digest:
        raise ValueError(
            f"corpus: the documents of {where} are not those of the record: their content differs"
        )
    return corpus


@cache  # a worker does many runs on one corpus
def _read_copy(path: Path, name: str) -> Corpus:
    return read_documents(path, name)


def _copy_path(out: Path, digest: str) -> Path:
    return out / SHARED / f"{digest}.tsv"
