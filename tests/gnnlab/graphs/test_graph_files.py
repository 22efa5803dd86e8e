import os

import networkx as nx
import numpy as np
import pytest
import scipy.sparse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gnnlab import adjacency_matrix, draw_graph, layers_until_heard, read_graph, receptive_field

TRIPLES = [("a", "b", 2.0), ("b", "c", 0.5), ("a", "c", 3.0)]
MATRIX = [[0, 0, 0], [2, 0, 0], [3, 0.5, 0]]


@pytest.fixture
def write(tmp_path):
    def write(text, name="graph.csv", encoding="utf-8"):
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


TEXTS = {
    "commas": "a,b,2\nb,c,.5\na,c,3\n",
    "heading": "source,target,weight\na,b,2\nb,c,0.5\na,c,3",
    "heading in another order": "Weight,Target,Source\n2,b,a\n0.5,c,b\n3,c,a\n",
    "from and to": "from,to,weight\r\na,b,2\r\nb,c,0.5\r\na,c,3\r\n",
    "tabs": "a\tb\t2\nb\tc\t0.5\na\tc\t3\n",
    "spaces": "a b 2\n  b   c 0.5  # far\na c 3\n",
    "comments": "# roads\na, b, 2\n\n# more\nb, c, 5e-1\na, c, 3\n",
    "quotes": '"a","b","2"\n"b","c","0.5"\n"a","c","3"\n',
    "byte order mark": "\ufeffa,b,2\nb,c,0.5\na,c,3\n",
    "matrix": ",a,b,c\na,0,0,0\nb,2,0,0\nc,3,0.5,0\n",
    "matrix of tabs": "node\ta\tb\tc\na\t0\t0\t0\nb\t2\t0\t0\nc\t3\t0.5\t0\n",
}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_texts(write, text):
    path = write(text)
    graph = read_graph(path)
    assert graph.names == ["a", "b", "c"]
    assert adjacency_matrix(graph).tolist() == adjacency_matrix(str(path)).tolist() == MATRIX
    assert layers_until_heard(path, "a", "c") == 1
    assert receptive_field(path, "b", 1) == ["a", "b"]
    assert [text.get_text() for text in draw_graph(path).texts] == ["a", "b", "c"]


def test_binary_and_markup_formats(tmp_path):
    graph = nx.DiGraph()
    graph.add_weighted_edges_from(TRIPLES)
    nx.write_graphml(graph, tmp_path / "g.graphml")
    nx.write_gml(graph, tmp_path / "g.gml")
    np.save(tmp_path / "g.npy", np.array(MATRIX))
    scipy.sparse.save_npz(tmp_path / "g.npz", scipy.sparse.csr_array(MATRIX))
    np.save(tmp_path / "two.npy", np.array([[0, 1], [0, 0]]))  # a file of this kind holds a matrix
    for name in ("g.graphml", "g.gml", "g.npy", "g.npz"):
        assert adjacency_matrix(tmp_path / name).tolist() == MATRIX, name
    assert read_graph(tmp_path / "g.graphml").names == read_graph(tmp_path / "g.gml").names == ["a", "b", "c"]
    assert adjacency_matrix(tmp_path / "two.npy").tolist() == [[0, 1], [0, 0]]
    nx.write_graphml(nx.Graph([("a", "b")]), tmp_path / "both.graphml")
    assert adjacency_matrix(tmp_path / "both.graphml").tolist() == [[0, 1], [1, 0]]


def test_gml_without_labels(write):
    path = write("graph [ node [ id 7 ] node [ id 4 ] edge [ source 7 target 4 ] ]", "x.gml")
    assert read_graph(path).names == ["7", "4"]


def test_numbers_are_names_in_their_order(write):
    path = write("10 2\n2 7\n")
    assert read_graph(path).names == ["2", "7", "10"]
    assert layers_until_heard(path, 10, 7) == 2
    assert read_graph(write("07 2\n2 7\n")).names == ["07", "2", "7"]


def test_undirected_edges_count_both_ways_and_once(write):
    path = write("a,b,2\nb,a,2\nb,c,0.5\nc,c,1\n")
    expected = [[0, 2, 0], [2, 0, 0.5], [0, 0.5, 1]]
    assert adjacency_matrix(read_graph(path, directed=False)).tolist() == expected
    with pytest.raises(ValueError, match=r"a → b has the weight 2 and b → a has 3.*directed"):
        read_graph(write("a,b,2\nb,a,3\n"), directed=False)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            *[st.text("abz -é\"'", min_size=1, max_size=4).map(str.strip).filter(bool)] * 2,
            st.integers(-3, 3),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_what_csv_writes_is_read(tmp_path, edges):
    import csv

    path = tmp_path / "e.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("source", "target", "weight"), *edges])
    order = list(dict.fromkeys(name for edge in edges for name in edge[:2]))
    expected = np.zeros((len(order), len(order)))
    for source, target, weight in edges:
        expected[order.index(target), order.index(source)] += weight
    graph = read_graph(path)
    assert graph.names == order
    assert adjacency_matrix(graph).tolist() == expected.tolist()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "is empty"),
        ("# nothing\n\n", "there is no edge"),
        ("source,target\n", "there is no edge"),
        ("a,b\nc\n", "line 2: there must be 2 columns.*but there are 1"),
        ("# x\na,b,1\nb,c\n", "line 3: there must be 3 columns.*but there are 2"),
        ("alone\n", "line 1: there must be two or three columns.*but there are 1"),
        ("a,b,1\nb,c,far\n", "line 2: the weight must be a number, but is 'far'"),
        ("a,b,nan\n", "line 1: the weight must be finite"),
        ("a,b,inf\n", "line 1: the weight must be finite"),
        ("a,b\n,c\n", "line 2: the name of a node is missing"),
        ('a,b\n"a,c\n', "line 2"),
        (",a,b\na,0,1\nc,0,0\n", "line 3: a matrix must have the same names.*'c' for 'b'"),
        (",a,b\na,0,1\nb,0\n", "line 3: there must be 3 columns"),
        (",a,b\na,0,1\n", "must have 2 rows below the names, but has 1"),
        (",a,b\na,0,\nb,0,0\n", "line 2: the weight must be a number"),
        (",a,a\na,0,1\na,0,0\n", "line 1: a matrix must give each node its own name"),
        ("0 1 0 1\n1 0 0 0\n0 0 0 1\n1 0 1 0\n", "edges have two or three columns"),
    ],
)
def test_malformed_text_is_named(write, text, words):
    path = write(text)
    with pytest.raises(ValueError, match=words) as found:
        read_graph(path)
    assert str(path) in str(found.value)
    assert "\n" not in str(found.value)


def test_what_is_no_text_is_named(write, tmp_path):
    with pytest.raises(ValueError, match=r"graph\.csv: byte 1 is not UTF-8"):
        read_graph(write("né,b\n", encoding="latin-1"))
    for name in ("x.graphml", "x.gml", "x.npz", "x.npy"):
        for text in ("nothing of this kind", "<graphml", "[\n"):
            with pytest.raises(ValueError, match=f"{name}: it cannot be read as"):
                read_graph(write(text, name))
    np.save(tmp_path / "flat.npy", np.zeros(3))
    with pytest.raises(ValueError, match="square"):
        read_graph(tmp_path / "flat.npy")


def test_what_is_no_file_is_named_at_once(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(ValueError, match="is a pipe or a device"):
        read_graph(tmp_path / "pipe.csv")
    with pytest.raises(ValueError, match="is a folder"):
        read_graph(tmp_path)
    with pytest.raises(ValueError, match="there is no file"):
        read_graph(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="graph: "):
        read_graph("x" * 5000)
