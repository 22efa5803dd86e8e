import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.lab.forecasts.series.edges import read_edges

NAMES = ["a", "b", "c"]


def read(tmp_path, content, names=NAMES):
    path = tmp_path / "e.csv"
    path.write_text(content, encoding="utf-8")
    return read_edges(path, names)


@pytest.mark.parametrize("heading", ["", "source,target\n", "From,To\n"])
def test_edges_are_undirected_and_stand_once(tmp_path, heading):
    found = read(tmp_path, heading + "b,a\na,b\nc,b\n")
    assert found.pairs == [(0, 1), (1, 2)]
    assert found.weights is None
    assert (found.loops, found.empty) == (0, 0)


@pytest.mark.parametrize("heading", ["", "source,target,weight\n", "from,to,Weight\n"])
def test_a_third_column_is_the_weight(tmp_path, heading):
    found = read(tmp_path, heading + "b,a,3\na,b,3.0\nc,b,1\n")
    assert found.pairs == [(0, 1), (1, 2)]
    assert found.weights.tolist() == [1.5, 0.5]  # their mean is 1, whatever their unit


def test_what_joins_nothing_is_left_out_and_counted(tmp_path):
    found = read(tmp_path, "a,a,7\nb,a,2\nc,b,2\na,c,0\nc,c,0\n")
    assert found.pairs == [(0, 1), (1, 2)]
    assert found.weights.tolist() == [1, 1]
    assert (found.loops, found.empty) == (2, 1)


@settings(max_examples=30, deadline=None)
@given(st.data())
def test_weights_are_those_of_a_graph(tmp_path_factory, data):
    """Any list of rows, in any order and direction, against networkx."""
    names = [f"n{k}" for k in range(data.draw(st.integers(2, 7)))]
    graph = nx.path_graph(len(names))
    more = st.tuples(*[st.integers(0, len(names) - 1)] * 2)
    graph.add_edges_from(data.draw(st.lists(more, max_size=9)))
    for a, b in graph.edges:
        graph[a][b]["weight"] = data.draw(st.floats(1e-3, 1e3))
    rows = [(names[a], names[b], repr(weight)) for a, b, weight in graph.edges.data("weight")]
    rows += [(b, a, weight) for a, b, weight in rows if data.draw(st.booleans())]
    rows = data.draw(st.permutations(rows))
    found = read(tmp_path_factory.mktemp("edges"), "\n".join(map(",".join, rows)), names)
    graph.remove_edges_from(list(nx.selfloop_edges(graph)))
    wanted = nx.to_numpy_array(graph)
    dense = np.zeros_like(wanted)
    for (a, b), weight in zip(found.pairs, found.weights):
        dense[a, b] = dense[b, a] = weight
    assert np.allclose(dense, wanted / wanted[wanted > 0].mean(), rtol=1e-9)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("a,b\nb,d\n", "row 2: the series has no node 'd'$"),
        ("a,b,c\n", "row 1: weight 'c' should be a finite number of 0 or more$"),
        (
            "a,b,1,2\n",
            "row 1: 4 columns, but there should be two names and perhaps a weight, with commas between",
        ),
        ("a b\n", "row 1: 1 columns, but there should be two names"),
        (
            "x,y\na,b\n",
            "row 1: the series has no node 'x' and no node 'y'; a first row that names columns should be source,target "
            "or from,to",
        ),
        ("a,a\n", "e.csv: it should hold at least one edge between two nodes"),
        ("source,target\n", "at least one edge"),
        ("a,b\n", "it has no edge of node 'c'; leave it out of the series or join it"),
        ("a,b,1\nc,a,0\n", "it has no edge of node 'c'"),
        ("a;b\n", "columns should be separated by commas, not by ';'"),
        ("a,b,1\nb,c\n", "row 2: 2 columns, but there should be 3, as the first row has"),
        (
            "a,b,-1\nb,c,inf\nc,a,nan\n",
            "3 faults: row 1: weight '-1' .*; row 2: weight 'inf' .*; row 3: weight 'nan'",
        ),
        (
            "a,b,1\nb,c,2\nb,a,3\n",
            "row 3: weight 3 of 'b' and 'a', but 1 in row 1; edges have no direction here: give both rows one weight$",
        ),
        ("from,to,cost\na,b,3\n", "row 1: 'cost' is no weight, because the near should weigh more"),
        ("a,b,1e-300\nb,c,1e300\n", "weights from 1e-300 to 1e.300 lie too far apart"),
        (
            "a,d\nb,e\nb,c\nf,c\n",
            "3 faults: row 1: the series has no node 'd'.*; row 2: .*'e'; row 4: .*'f'$",
        ),
    ],
)
def test_what_is_wrong_with_edges_is_named_with_its_rows(tmp_path, content, message):
    with pytest.raises(ValueError, match=message) as caught:
        read(tmp_path, content)
    assert str(caught.value).startswith("edge-list: ")
    assert "\n" not in str(caught.value)


def test_of_many_faults_ten_are_named_and_the_others_counted(tmp_path):
    with pytest.raises(ValueError, match=r"23 faults: row 1: .*; row 10: .*; and 13 more$"):
        read(tmp_path, "".join(f"a,x{k}\n" for k in range(23)))
