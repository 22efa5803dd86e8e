import pytest

from experiments.data.named_graphs import parse_graph
from gnnlab import adjacency_matrix, palindrome_graph, path_graph


def edges(data):
    return data.edge_index.tolist()


def test_paths_and_palindromes_take_their_options():
    assert edges(parse_graph("path-7")) == edges(path_graph(7))
    assert edges(parse_graph("path-7-directed-selfloops-skip3")) == edges(
        path_graph(7, directed=True, self_loops=True, skip=3)
    )
    assert edges(parse_graph("palindrome-12321-mirrored")) == edges(palindrome_graph("12321", mirrored=True))


def test_example_is_the_matrix_of_six_nodes():
    data = parse_graph("example")
    rows = adjacency_matrix(data.edge_index, self_loops=True).int().tolist()
    written = "110011 110100 001100 011101 100010 100101"
    assert ["".join(map(str, row)) for row in rows] == written.split()
    assert data.names == list("ABCDEF")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tree", "graph: unknown 'tree'"),
        ("path", "graph: unknown 'path', did you mean path-N"),
        ("path-0", "path of 1 to"),
        ("path-x", "path of 1 to"),
        ("path-5-mirrored", "unknown option 'mirrored'"),
        ("path-5-skip1", "unknown option 'skip1'"),
        ("palindrome-123", "is no palindrome"),
        ("palindrome-a", "two or more digits or letters"),
        ("palindrome-abc", "is no palindrome"),
    ],
)
def test_bad_graphs_are_named(text, words):
    with pytest.raises(ValueError, match=words):
        parse_graph(text)


def test_a_palindrome_of_letters_has_its_letters():
    graph = parse_graph("palindrome-level-mirrored")
    assert graph.symbols == list("leve")
    assert graph.query == 4
    assert "tokens" not in graph
    assert graph.edge_index.tolist() == parse_graph("palindrome-12321-mirrored").edge_index.tolist()
