"""Graphs of the user's own, from files."""

import os

import networkx as nx
import pytest

from experiments.command.cli import main
from experiments.command.draw.names import find_node, needs_key
from experiments.data.named_graphs import parse_graph

ROADS = "source,target,weight\nUlm,Aalen,2.5\nAalen,Ellwangen,1\nBerlin,Potsdam,1\n"


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "roads.csv").write_text(ROADS)
    (tmp_path / "plain").write_text("0 1\n1 2\n")
    (tmp_path / "path-3").write_text("x y\n")
    nx.write_graphml(nx.florentine_families_graph(), tmp_path / "families.graphml")
    os.mkfifo(tmp_path / "pipe.csv")
    return tmp_path


def draw(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main(["draw", *arguments])
    found = capsys.readouterr()
    return stop.value.code, found.out, found.err


@pytest.mark.parametrize(
    "arguments",
    [
        "roads.csv",
        "roads.csv --directed --adjacency",
        "plain",
        "graph roads.csv --adjacency",
        "graph families.graphml --most 9",
        "graph path-5-directed --adjacency",
        "adjacency roads.csv --powers 1,2 --directed",
        "field roads.csv Ellwangen --directed",
        "neighbourhood roads.csv --node Ulm --most 3",
    ],
)
def test_files_are_drawn(arguments, here, capsys):
    before = set(here.iterdir())
    code, _, err = draw(capsys, *arguments.split(), "--out", "x.svg")
    assert (code, err) == (0, "")
    assert (here / "x.svg").read_text().startswith("<?xml")
    assert set(here.iterdir()) - before == {here / "x.svg"}


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("none.csv --out x.svg", "there is no file none.csv"),
        ("roads.csv", "--out is missing"),
        ("--out x.svg", "there should be one file"),
        ("roads.csv plain --out x.svg", "there should be one file"),
        ("roads --out x.svg", "unknown drawing 'roads'. Known: graph, palindrome"),
        ("pipe.csv --out x.svg", "pipe"),
        (". --out x.svg", "is a folder"),
        (
            "field roads.csv ulm --out x.svg",
            "node must be the name of a node (Ulm, Aalen, Ellwangen, Berlin, Potsdam)",
        ),
        ("graph path-5 --directed --out x.svg", "path-5-directed"),
        ("graph roads.csv --most 1 --out x.svg", "most"),
        ("roads.csv --out x.doc", "should end in"),
        ("bad.csv --out x.svg", "bad.csv, line 2: there must be 2 columns"),
    ],
)
def test_bad_input_is_one_line(arguments, words, here, capsys):
    (here / "bad.csv").write_text("a,b\nc\n")
    code, out, err = draw(capsys, *arguments.split())
    assert (code, out) == (2, "")
    assert words in err
    assert err.count("\n") == 1
    assert not (here / "x.svg").exists()


def test_draw_alone_explains_itself(here, capsys):
    code, out, _ = draw(capsys)
    assert code == 0
    assert "source,target,weight" in out
    assert "palindrome" in out


def test_edges_of_a_file_count_both_ways_unless_they_are_directed(here):
    assert parse_graph("roads.csv").edge_index.tolist() == [[0, 1, 3, 1, 2, 4], [1, 2, 4, 0, 1, 3]]
    assert parse_graph("roads.csv", directed=True).edge_index.tolist() == [[0, 1, 3], [1, 2, 4]]


def test_a_name_comes_before_a_file(here):
    assert parse_graph("path-3").num_nodes == 3
    assert parse_graph("./path-3").names == ["x", "y"]


def test_a_number_is_no_place_where_nodes_have_numbers_for_names(here):
    (here / "ids.csv").write_text("7,5\n5,12\n")
    graph = parse_graph("ids.csv")
    assert find_node(graph, "7") == graph.names.index("7")
    with pytest.raises(ValueError, match=r"node must be the name of a node \(5, 7, 12\), but is 0"):
        find_node(graph, "0")


def test_a_key_never_grows_beyond_the_page(here):
    for nodes, needed in ((10, False), (40, True), (500, False)):
        (here / "many.csv").write_text("".join(f"station{i},station{i + 1}\n" for i in range(nodes - 1)))
        assert needs_key(parse_graph("many.csv")) == needed
