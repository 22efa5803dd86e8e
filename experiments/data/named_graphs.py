"""Graphs as a user writes them on the command line: by name, or as a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch_geometric.data import Data

from experiments.core.naming import nearest
from experiments.data.names import CITATION, check_palindrome
from experiments.data.node_graphs import load_task
from experiments.data.social import social_graph
from gnnlab import palindrome_graph, path_graph, read_graph

SOCIAL_GRAPHS = ("karate", "lesmis", "davis", "florentine")
#: Words with one of these endings are files, whether they are there or not.
ENDINGS = (".csv", ".tsv", ".txt", ".edges", ".edgelist", ".graphml", ".gml", ".npy", ".npz")
KNOWN = ("path-N", "palindrome-SYMBOLS", "example", *SOCIAL_GRAPHS, *CITATION)
MOST_NODES = 2000  # of a path: more would take minutes to draw


def is_file(text: str) -> bool:
    """Whether a word is a file: one that is there, or has the ending or the folder of one."""
    try:
        return Path(text).exists() or text.lower().endswith(ENDINGS) or "/" in text
    except (OSError, ValueError):  # no name that a file can have
        return True


def parse_graph(text: str, *, directed: bool = False) -> Data:
    """A graph by name, or in a file that ``gnnlab.read_graph`` reads.

    Args:
        text: ``path-9``, ``palindrome-12321`` or ``palindrome-level``, with the options directed, selfloops, mirrored
            (palindromes) and skipK joined by dashes; ``example`` (six nodes, A to F); a social graph; or a citation
            graph. A file of such a name is meant by ``./NAME``.
        directed: Each line of a text file leads one way; otherwise it counts both ways. Named graphs say so in their
            names.

    Returns:
        Data with edge_index (2, E); ``names`` and, where there are classes, y (N,) and ``class_names``.

    Raises:
        ValueError: It is none of these, or a file that cannot be read.

    Example:
        >>> parse_graph("path-4-directed").edge_index.tolist()
        [[0, 1, 2], [1, 2, 3]]
        >>> parse_graph("pith-4")
        Traceback (most recent call last):
            ...
        ValueError: graph: unknown 'pith-4', did you mean path-N? Known: path-N, palindrome-SYMBOLS, example, karate, \
lesmis, davis, florentine, cora, citeseer, pubmed; or a file
    """
    graph = _named(text)
    if graph is not None:
        if directed:
            raise ValueError(f"directed: it is for a file; a path is written {text.strip()}-directed")
        return graph
    if is_file(text):
        return read_graph(text, directed=directed)
    hint = nearest(text, KNOWN)
    raise ValueError(f"graph: unknown {text!r}{hint or '.'} Known: {', '.join(KNOWN)}; or a file")


def _named(text: str) -> Data | None:
    if text in SOCIAL_GRAPHS:
        return social_graph(text)
    if text in CITATION:
        return load_task(text, 0)
    if text == "example":
        return _example()
    kind, _, rest = text.strip().partition("-")
    if text.lower().endswith(ENDINGS):  # such as path-finding.csv
        return None
    if kind == "path" and rest:
        size, *words = rest.split("-")
        if not size.isdecimal() or not 1 <= int(size) <= MOST_NODES:
            raise ValueError(f"graph: {text!r} should be a path of 1 to {MOST_NODES} nodes, such as path-9")
        return path_graph(int(size), **_options(text, words, ("directed", "selfloops")))
    if kind == "palindrome" and rest:
        symbols, *words = rest.split("-")
        return _palindrome(symbols, **_options(text, words, ("directed", "selfloops", "mirrored")))
    return None


def _palindrome(symbols: str, **options: Any) -> Data:
    """The graph of a palindrome of digits, or of letters, which are its ``symbols``."""
    check_palindrome(symbols)
    if symbols.isascii() and symbols.isdecimal():
        return palindrome_graph(symbols, **options)
    graph = palindrome_graph(len(symbols), **options)
    graph.symbols = list(symbols[:-1])
    return graph


def _options(text: str, words: list[str], known: tuple[str, ...]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for word in words:
        skip = word.removeprefix("skip")
        if word in known:
            options["self_loops" if word == "selfloops" else word] = True
        elif word.startswith("skip") and skip.isdecimal() and int(skip) >= 2:
            options["skip"] = int(skip)
        else:
            raise ValueError(
                f"graph: unknown option {word!r} in {text!r}. Known: {', '.join(known)}, skipK with K of 2 or more"
            )
    return options


def _example() -> Data:
    """Six nodes A to F, joined A-B, A-E, A-F, B-D, C-D, D-F: small enough for adjacency matrices by hand."""
    names = "ABCDEF"
    pairs = [(names.index(i), names.index(j)) for i, j in ("AB", "AE", "AF", "BD", "CD", "DF")]
    edges = sorted(pairs + [(j, i) for i, j in pairs])
    return Data(edge_index=torch.tensor(edges).t().contiguous(), num_nodes=6, names=list(names))
