"""One graph in every layout that people have, and a mistake of each kind."""

import numpy as np
import pytest
import torch

from experiments.data.graph_files.graph_file import PARTS
from experiments.data.graph_files.reading import read_graph_file
from experiments.data.node_graphs import data_of
from tests.experiments.data.graph_files.layouts import (
    EDGES,
    LABELS,
    LAYOUTS,
    MASKS,
    NODES,
    NUMBERS,
    X,
    pyg_arrays,
    shchur,
    table,
)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_says_the_same_graph(layout, tmp_path):
    graph = read_graph_file(*layout(tmp_path))
    assert np.array_equal(graph.y, NUMBERS)
    assert np.array_equal(graph.x, X)
    assert {tuple(sorted(edge)) for edge in graph.edges.tolist()} == set(EDGES)
    assert len(graph.class_names) == 2
    if layout is not shchur:  # which has no split
        assert graph.masks.shape == (1, 3, NODES)
        for part, mask in zip(PARTS, graph.masks[0]):
            assert np.array_equal(mask, MASKS[part])
    data = data_of(graph)
    assert data.is_undirected()
    assert data.num_edges == 2 * len(EDGES)


def test_nodes_without_features_are_told_apart_by_their_numbers(tmp_path):
    rows = [f"n{node},{LABELS[node]}" for node in range(NODES)]
    graph = read_graph_file(*table(tmp_path, rows, header="id,class"))
    assert graph.x is None
    assert torch.equal(data_of(graph).x, torch.eye(NODES))


def test_a_node_joined_with_itself_is_left_out(tmp_path):
    graph = read_graph_file(*table(tmp_path, edges=["n0,n0", "n0,n1,2.5"]))
    assert graph.loops == 1
    assert data_of(graph).edge_index.tolist() == [[0, 1], [1, 0]]
    assert "weights" in " ".join(graph.notes)


def good_rows():
    return [f"n{node},{'ab'[node % 2]},,1.0,2.0,3.0" for node in range(NODES)]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"header": "who,label,split,x0,x1,x2"}, "no column node or id or name; its columns are who, label"),
        ({"header": "node,group,split,x0,x1,x2"}, "no column label or class or y"),
        ({"header": "node,label,class,x0,x1,x2"}, "several columns label or class or y"),
        (
            {"rows": [*good_rows(), "n9,a,,abc,1,2", "n10,a,,1,,2"]},
            "2 bad rows: .* rows 10 and 11 .*'x0' holds 'abc'",
        ),
        ({"rows": [*good_rows(), "n9,a,1"]}, "1 bad row: not 6 columns, as row 1 has in row 10"),
        ({"rows": [*good_rows(), "n0,a,,1,2,3"]}, "a node stands there again in row 10"),
        ({"rows": [*good_rows(), "n9,a,tset,1,2,3"]}, "split is none of train, validation, test in row 10"),
        ({"rows": [*good_rows(), "n9,a,,nan,2,3"]}, "no finite number in row 10"),
        ({"rows": []}, "should have a row that names its columns and one row per node"),
        ({"rows": [f"n{node},a,,1,2,3" for node in range(NODES)]}, "two classes or more, but there are 1"),
        (
            {"edges": ["n0,n99", "n98,n1", "n0,n1"]},
            "2 bad rows: a node is not in the table of nodes in rows 1 and 2",
        ),
        ({"edges": ["n0"]}, "no two names with a comma between in row 1"),
        ({"edges": ["n0,n0"]}, "at least one edge between two nodes"),
        ({"edges": ["n0;n1"]}, "separated by commas, not by ';'"),
    ],
)
def test_a_mistake_in_a_table_is_one_line(change, said, tmp_path):
    with pytest.raises(ValueError, match=said) as error:
        read_graph_file(*table(tmp_path, **{"rows": good_rows()} | change))
    text = str(error.value)
    assert "\n" not in text
    assert str(tmp_path) in text
    assert text.startswith(("dataset: ", "edge-list: "))


def arrays(**changes):
    return {"x": X, "edge_index": np.array(EDGES).T, "y": NUMBERS} | changes


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ({"adjacency": np.eye(3)}, "holds adjacency; it should hold adj_data"),
        ({"edge_index": np.array(EDGES).T}, "array y is missing"),
        (arrays(edge_index=np.array(EDGES)), r"edge_index should have shape \(2, E\)"),
        (arrays(edge_index=np.array(EDGES).T + 5), "nodes have the numbers 0 to 7, but edges with others: 7"),
        (arrays(edge_index=np.array(EDGES).T.astype(float)), "edges should be pairs of node numbers"),
        (arrays(x=X[:5]), r"features should be numbers of shape \(8, F\)"),
        (
            arrays(x=np.where(np.eye(8, 3) > 0, np.nan, X)),
            "features of 3 nodes are no finite numbers, the first of node 0",
        ),
        (arrays(y=NUMBERS.astype(float)), "labels should be whole numbers or texts"),
        (arrays(train_mask=MASKS["train"]), "array val_mask and test_mask is missing"),
        (
            arrays(**dict.fromkeys(("train_mask", "val_mask", "test_mask"), MASKS["train"])),
            "two parts at once",
        ),
        (arrays(train_mask=NUMBERS, val_mask=NUMBERS, test_mask=NUMBERS), "mask should be true or false"),
        (arrays(y=np.array([object()] * 8)), "allow_pickle"),
    ],
)
def test_a_mistake_in_arrays_is_one_line(content, said, tmp_path):
    np.savez(tmp_path / "g.npz", **content)
    with pytest.raises(ValueError, match=said) as error:
        read_graph_file(str(tmp_path / "g.npz"))
    assert "\n" not in str(error.value)
    assert str(error.value).startswith(f"dataset: {tmp_path / 'g.npz'}")


class Code:
    def __reduce__(self):
        return print, ("code of a stranger ran",)


@pytest.mark.parametrize("ending", [".npz", ".graphml", ".pt"])
def test_damaged_and_missing_files_are_named(ending, tmp_path, capsys):
    path = tmp_path / f"g{ending}"
    with pytest.raises(ValueError, match="cannot be read"):
        read_graph_file(str(path))
    for content in (b"", b"PK\x03\x04 half", b"<graphml>", b"\x80\x04K\x01."):
        path.write_bytes(content)
        with pytest.raises(ValueError, match=r"^dataset: ") as error:
            read_graph_file(str(path))
        assert "\n" not in str(error.value)


def test_no_code_in_a_saved_file_is_run(tmp_path, capsys):
    torch.save({"x": Code()}, tmp_path / "g.pt")
    with pytest.raises(ValueError, match="should hold Data or tensors"):
        read_graph_file(str(tmp_path / "g.pt"))
    assert "stranger" not in capsys.readouterr().out


def test_edges_belong_to_a_table_alone(tmp_path):
    path, edges = table(tmp_path)
    with pytest.raises(ValueError, match="edge-list: needed beside"):
        read_graph_file(path)
    other, _ = pyg_arrays(tmp_path)
    with pytest.raises(ValueError, match="holds its edges itself"):
        read_graph_file(other, edges)


def test_graphml_that_names_a_node_twice_or_never_is_refused(tmp_path):
    path = tmp_path / "g.graphml"
    path.write_text(
        '<graphml><graph edgedefault="undirected"><node id="a"/><node id="a"/><node id="b"/>'
        '<edge source="a" target="typo"/></graph></graphml>'
    )
    with pytest.raises(
        ValueError, match=r"a node stands there again .*'a'.*; an edge names a node that is not there"
    ):
        read_graph_file(str(path))


def test_graphml_with_a_word_for_a_number_names_its_file(tmp_path):
    path = tmp_path / "g.graphml"
    path.write_text(
        '<graphml><key id="x" for="node" attr.name="x" attr.type="double"/><graph edgedefault="undirected">'
        '<node id="a"><data key="x">abc</data></node></graph></graphml>'
    )
    with pytest.raises(ValueError, match=r"dataset: .*g\.graphml cannot be read as GraphML"):
        read_graph_file(str(path))


def test_numbers_that_float32_cannot_hold_are_refused(tmp_path):
    np.savez(tmp_path / "g.npz", **arrays(x=X.astype(float) * 1e300))
    with pytest.raises(ValueError, match="no finite numbers"):
        read_graph_file(str(tmp_path / "g.npz"))
