"""Graphs in GraphML whose nodes have attributes. Imports no torch."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from experiments.data.bad_rows import BadRows
from experiments.data.graph_files.graph_file import GraphFile, named, one_line
from experiments.data.graph_files.tables import NODE, from_columns
from experiments.records.files import check_ordinary


def read_graphml(path: Path) -> GraphFile:
    """The graph of a GraphML file: attributes of nodes are its columns, as in ``read_tables``.

    Args:
        path: The file.

    Raises:
        ValueError: It cannot be read, or its nodes are wrong: all of them in one line.
    """
    import networkx as nx

    where = named(path)
    check_ordinary("dataset", path)
    try:
        graph = nx.read_graphml(path)
    except OSError as error:
        raise ValueError(f"{where} cannot be read ({error.strerror})") from error
    except Exception as error:  # what a damaged file makes of networkx and expat cannot be listed
        raise ValueError(f"{where} cannot be read as GraphML ({one_line(error)})") from error
    _check_ids(path, where)
    keys = list(dict.fromkeys(key for _, values in graph.nodes(data=True) for key in values))
    # The id of a node is its name, so an attribute of that meaning says nothing more.
    keys = [key for key in keys if key.lower() not in NODE]
    rows = [
        (number, [str(node), *(_text(values.get(key, "")) for key in keys)])
        for number, (node, values) in enumerate(graph.nodes(data=True), start=1)
    ]
    edges = [
        (number, str(one).strip(), str(other).strip())
        for number, (one, other) in enumerate(graph.edges(), start=1)
    ]
    return from_columns(where, [NODE[0], *keys], rows, (where, edges, ()), unit="node")


def _check_ids(path: Path, where: str) -> None:
    """Raise a ValueError where networkx would make one node of two, or a node of a name that only an edge has."""
    bad, nodes, ends = BadRows(where, "element"), set(), []
    for number, (_, element) in enumerate(ElementTree.iterparse(path), start=1):
        kind = element.tag.rpartition("}")[2]
        if kind == "node":
            name = element.get("id", "")
            if name in nodes:
                bad.add("a node stands there again", number, repr(name)[:60])
            nodes.add(name)
        elif kind == "edge":
            ends += [(number, element.get(end, "")) for end in ("source", "target")]
    for number, name in ends:
        if name not in nodes:
            bad.add("an edge names a node that is not there", number, repr(name)[:60])
    bad.check("mend or remove them")


def _text(value: object) -> str:
    return str(int(value)) if isinstance(value, bool) else str(value)
