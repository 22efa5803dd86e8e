"""Files of a user's data: read right, split fairly, and refused with the line that is wrong."""

from pathlib import Path

import networkx as nx
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch_geometric.data import Data

from experiments.lab.own.arrays import records_of_arrays, write_npz
from experiments.lab.own.examples import PARTS, RecordsTask, divided
from experiments.lab.own.files import read_data, read_graphs, write_graphs


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def written(name, text, encoding="utf-8"):
    Path(name).write_text(text, encoding=encoding)
    return Path(name)


def test_symbols_characters_and_numbers():
    found = read_data(written("s.csv", "sequence,label\nto be or,x\nbe,y\n"))
    assert found.num_tokens == 3
    assert found.inputs.tolist() == [[2, 0, 1], [0, 0, 0]]  # be, or, to in the order of the alphabet
    assert found.lengths.tolist() == [3, 1]
    assert found.classes == ["x", "y"]
    found = read_data(written("c.tsv", "label\tcharacters\n1\tabba\n0\tbaab\n", "utf-8-sig"))
    assert found.inputs.tolist() == [[0, 1, 1, 0], [1, 0, 0, 1]]
    assert found.lengths is None
    assert found.targets.tolist() == [1, 0]
    found = read_data(
        written(
            "n.csv", "numbers,value,split\n1 2.5,3\n".replace("3\n", "3,train\n") + "4,-1e2,test\n7 8,0,val\n"
        )
    )
    assert found.inputs.squeeze(-1).tolist() == [[1.0, 2.5], [4.0, 0.0], [7.0, 8.0]]
    assert found.targets.tolist() == [3.0, -100.0, 0.0]
    assert not found.classes
    assert found.split.tolist() == [0, 2, 1]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a,b\n1,2\n", "its columns are a, b"),
        ("sequence,label\n", "no rows"),
        ("sequence,label\nto be,x\n ,y\n", "line 3: the sequence is empty"),
        ("sequence,label\nto be,x\nor,\n", "line 3: the label is missing"),
        ("numbers,label\n1 two,x\n3,y\n", "line 2: numbers 'two' should be a finite number"),
        ("numbers,value\n1 2,3\n4,nan\n", "line 3: value 'nan' should be a finite number"),
        ("sequence,label\na,x\nb,x\n", "two classes or more"),
        ("sequence,numbers,label\na,1,x\n", "its columns are"),
        ("sequence,label,split\na,x,train\nb,y,dev2\n", "one is 'dev2'"),
        ("node,label\na,x\na,y\n", "name the file of their edges"),
    ],
)
def test_a_csv_file_that_is_refused(text, said):
    with pytest.raises(ValueError, match=said):
        read_data(written("bad.csv", text))


def test_other_files_that_are_refused(tmp_path):
    with pytest.raises(ValueError, match="no such file"):
        read_data(Path("nowhere.csv"))
    Path("latin.csv").write_bytes("sequence,label\né,x\n".encode("latin-1"))
    with pytest.raises(ValueError, match="UTF-8"):
        read_data(Path("latin.csv"))
    written("broken.npz", "not an archive")
    with pytest.raises(ValueError, match="cannot be read as NPZ"):
        read_data(Path("broken.npz"))
    np.savez("half.npz", x=np.zeros((3, 2)))
    with pytest.raises(ValueError, match="an array y, but has x"):
        read_data(Path("half.npz"))
    torch.save({"a": 1}, "dict.pt")
    with pytest.raises(ValueError, match="should hold Data"):
        read_data(Path("dict.pt"))
    written("text.pt", "no tensors")
    with pytest.raises(ValueError, match=r"torch\.save"):
        read_data(Path("text.pt"))


def test_nodes_beside_edges_are_the_graph_that_networkx_has():
    graph = nx.relabel_nodes(nx.karate_club_graph(), lambda n: f"m{n}")
    rows = [f"{name},{data['club']},{graph.degree(name)}" for name, data in graph.nodes(data=True)]
    written("nodes.csv", "node,label,degree\n" + "\n".join(rows) + "\n")
    for heading in ("source,target\n", ""):
        written("edges.csv", heading + "".join(f"{a},{b}\n" for a, b in graph.edges))
        found = read_data(Path("nodes.csv"), "edges.csv")
        matrix = torch.zeros(34, 34)
        matrix[tuple(found.edges[0])] = 1
        assert matrix.equal(torch.from_numpy(nx.to_numpy_array(graph, weight=None)).float())
        assert found.inputs[0, :, 0].tolist() == [d for _, d in graph.degree]
        assert [found.classes[t] for t in found.targets[0]] == list(
            nx.get_node_attributes(graph, "club").values()
        )
    written("edges.csv", "source,target\nm0,nobody\n")
    with pytest.raises(
        ValueError, match=r"edges: .* a node is not in the table of nodes in row 2 .'nobody'."
    ):
        read_data(Path("nodes.csv"), "edges.csv")


def test_arrays_and_graphs_come_back_as_they_were():
    x, y, lengths = np.arange(12).reshape(4, 3) % 5, np.array(["a", "b", "a", "b"]), [3, 1, 2, 3]
    write_npz(Path("a.npz"), x, y, lengths)
    there, again = records_of_arrays(x, y, lengths), read_data(Path("a.npz"))
    assert there.inputs.equal(again.inputs)
    assert there.lengths.equal(again.lengths)
    assert there.classes == again.classes == ["a", "b"]
    graphs = [
        Data(x=torch.rand(n, 2), edge_index=torch.tensor([[0], [1]]), y=torch.tensor([float(n)]))
        for n in (2, 5)
    ]
    write_graphs(Path("g.pt"), graphs)
    found = read_graphs(Path("g.pt"))
    assert found.inputs[1].equal(graphs[1].x)
    assert found.targets.tolist() == [2.0, 5.0]
    assert found.lengths.tolist() == [2, 5]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 9), st.integers(30, 200), st.integers(2, 4), st.integers(2, 6))
def test_the_split_is_disjoint_and_seeded(seed, count, classes, symbols):
    rng = np.random.default_rng(seed)
    x, y = rng.integers(symbols, size=(count, 3)), np.arange(count) % classes
    records = records_of_arrays(x, y)
    if len({tuple(row) for row in x.tolist()}) < 3 * classes * classes:
        return  # too few different ones for each part to have some
    parts = divided(records, seed)
    assert parts.equal(divided(records, seed))
    inputs = [{tuple(row) for row in records.inputs[parts == part].tolist()} for part in range(len(PARTS))]
    assert sum(map(len, inputs)) == len(set().union(*inputs))


def test_parts_are_eight_one_and_one_tenth_of_each_class():
    x = np.arange(3000).reshape(1000, 3)
    y = np.repeat([0, 1], [900, 100])
    parts = divided(records_of_arrays(x, y), 4)
    counts = [
        [int(((parts == part) & (torch.from_numpy(y) == c)).sum()) for part in range(3)] for c in (0, 1)
    ]
    assert counts == [[720, 90, 90], [80, 10, 10]]
    assert not parts.equal(divided(records_of_arrays(x, y), 5))


def test_answers_that_are_numbers_are_in_units_of_the_training_part():
    rng = np.random.default_rng(0)
    y = 1e4 + 50 * rng.standard_normal(400)
    task = RecordsTask(3, 0, records_of_arrays(rng.random((400, 3)), y))
    seen = task.records.targets[task.parts == 0]
    assert seen.mean().abs() < 1e-3
    assert abs(seen.std() - 1) < 1e-3
    test = task.batch("test", 10**6, torch.Generator())
    assert len(test.targets) == 40
    mean = torch.zeros(40, 1) + test.targets.mean()
    assert abs(float(task.score(mean, test.targets))) < 1e-6
    assert float(task.score(test.targets.unsqueeze(1), test.targets)) == pytest.approx(1.0)
