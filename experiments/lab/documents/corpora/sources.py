"""Corpora by name, and the copy of them that a results folder keeps."""

from __future__ import annotations

import dataclasses
from functools import cache
from pathlib import Path

from experiments.core.naming import nearest
from experiments.data.cache import cache_folder
from experiments.lab.documents.corpora.corpus import Corpus, read_table, write_table
from experiments.lab.documents.corpora.docstring_corpus import read_docstrings
from experiments.lab.documents.settings import (
    CORPORA,
    DEFAULT_CORPUS,
    MOVIE_REVIEWS,
    SMALL_CORPUS,
    CorpusChoice,
)
from experiments.records.results_folder import SHARED

MR_SOURCE = "https://github.com/yao8839836/text_gcn"
SMALL_PACKAGES = ("networkx", "numpy", "scipy")
SMALL_SIZE = 40  # documents of each


def open_corpus(name: str, documents: Path | None = None) -> Corpus:
    """A corpus by name, or from a file.

    Args:
        name: One of ``CORPORA``; unused where there is a file.
        documents: The user's file.

    Raises:
        ValueError: There is no such corpus or file, or the file is no table of documents.
    """
    if documents is not None:
        return read_table(documents)
    if name == DEFAULT_CORPUS:
        return read_docstrings()
    if name == SMALL_CORPUS:
        return dataclasses.replace(read_docstrings(SMALL_PACKAGES, most=SMALL_SIZE), name=name)
    if name == MOVIE_REVIEWS:
        return read_movie_reviews()
    hint = nearest(name, CORPORA)
    raise ValueError(
        f"corpus: unknown {name!r}{hint or '.'} Known: {', '.join(CORPORA)}; or --documents FILE.tsv"
    )


def read_movie_reviews(folder: Path | None = None) -> Corpus:
    """Movie reviews of one sentence with the split of Text GCN: 7,108 training and 3,554 test documents, two classes.

    Args:
        folder: Folder of data, in place of the one that ``GNNLAB_DATA`` names.

    Raises:
        ValueError: The file is not there; the message says which file belongs where.
    """
    path = (folder or cache_folder()) / "documents" / "mr.tsv"
    if not path.exists():
        raise ValueError(
            f"corpus: mr is not here: put its documents into {path}, a table of the columns split, label, text made "
            f"from data/mr.txt and data/corpus/mr.clean.txt of {MR_SOURCE}, or name another folder of "
            "data with GNNLAB_DATA"
        )
    return read_table(path, "mr")


_chosen: dict[str, Corpus] = {}  # what this process has read for a sweep, by digest


def choose(choice: CorpusChoice) -> CorpusChoice:
    """Read the documents that a user asks for; name and digest are theirs afterwards. A choice that was made stays.

    Raises:
        ValueError: There is no such corpus or file, or the file is no table of documents.
    """
    if choice.digest:
        return choice
    path = Path(choice.source).resolve() if choice.source else None
    # The small corpus stands there too where --smoke was said.
    if path is not None and choice.name not in (DEFAULT_CORPUS, SMALL_CORPUS):
        raise ValueError("documents: give either --corpus or --documents, not both")
    corpus = open_corpus(choice.name, path)
    _chosen[corpus.digest] = corpus
    return CorpusChoice(corpus_name=corpus.name, source=str(path or ""), digest=corpus.digest)


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
        corpus = open_corpus(choice.name, Path(choice.source) if choice.source else None)
        where = choice.source or "what is installed here"
    if corpus.digest != choice.digest:
        raise ValueError(
            f"corpus: the documents of {where} are not those of the record: their content differs"
        )
    return corpus


@cache  # a worker does many runs on one corpus
def _read_copy(path: Path, name: str) -> Corpus:
    return read_table(path, name)


def _copy_path(out: Path, digest: str) -> Path:
    return out / SHARED / f"{digest}.tsv"
