"""Published graphs that come as one NPZ file, looked for in the data folder. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from experiments.data.graph_files.arrays import read_arrays
from experiments.data.graph_files.graph_file import GraphFile
from experiments.data.names import HETEROPHILOUS, SHOPS_AND_AUTHORS


@dataclass(frozen=True)
class PublishedFile:
    """Where the file of a data set lies, and where it comes from.

    Args:
        path: Below the data folder; as PyG's data set of that name, given that folder as its root, lays it.
        url: Where it is published.
    """

    path: str
    url: str


_PLATONOV = "https://github.com/yandex-research/heterophilous-graphs/raw/main/data"
_SHCHUR = "https://github.com/shchur/gnn-benchmark/raw/master/data/npz"
_FOLDERS = ("amazon/Computers", "amazon/Photo", "coauthor/CS", "coauthor/Physics")
_NAMES = ("amazon_electronics_computers", "amazon_electronics_photo", "ms_academic_cs", "ms_academic_phy")
_WORDS = [name.replace("-", "_") for name in HETEROPHILOUS]
FILES = {
    name: PublishedFile(f"heterophilous/{word}/raw/{word}.npz", f"{_PLATONOV}/{word}.npz")
    for name, word in zip(HETEROPHILOUS, _WORDS)
} | {
    name: PublishedFile(f"{folder}/raw/{file}.npz", f"{_SHCHUR}/{file}.npz")
    for name, folder, file in zip(SHOPS_AND_AUTHORS, _FOLDERS, _NAMES)
}


def published_path(name: str, folder: Path) -> Path:
    """The file of a published graph.

    Args:
        name: One of ``FILES``.
        folder: The data folder.

    Raises:
        ValueError: It is not there; the message says what belongs where.
    """
    file = FILES[name]
    path = folder / file.path
    if not path.is_file():
        raise ValueError(
            f"dataset: {name} is not here: put {file.url} at {path}, or name another folder of data with GNNLAB_DATA"
        )
    return path


@cache
def read_published(path: Path) -> GraphFile:
    """The graph in a published file."""
    return read_arrays(path)
