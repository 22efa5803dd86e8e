import networkx as nx
import pytest
import torch
from matplotlib.figure import Figure

from gnnlab import adjacency_matrix, adjacency_power, draw_adjacency, normalized_adjacency, path_graph


@pytest.fixture
def ax():
    return Figure().subplots()


def test_small_matrices_show_their_entries(ax):
    assert draw_adjacency(adjacency_power(adjacency_matrix(path_graph(3)), 2), ax, title="A²") is ax
    # A² of a path of three: [1 0 1], [0 2 0], [1 0 1]
    assert [(text.get_position(), text.get_text()) for text in ax.texts] == [
        ((0, 0), "1"),
        ((2, 0), "1"),
        ((1, 1), "2"),
        ((0, 2), "1"),
        ((2, 2), "1"),
    ]
    assert ax.get_title() == "A²"


@pytest.mark.parametrize(
    "graph",
    [
        adjacency_matrix(path_graph(4), sparse=True),
        path_graph(4).edge_index,
        path_graph(4),
        nx.path_graph(4),
    ],
)
def test_any_form_of_a_graph(ax, graph):
    draw_adjacency(graph, ax)
    assert len(ax.texts) == 6


def test_large_matrices_show_none(ax):
    draw_adjacency(normalized_adjacency(path_graph(40)), ax)
    assert not ax.texts
    assert len(ax.figure.axes) == 2  # with a colour bar


def test_what_is_no_graph_is_refused(ax):
    with pytest.raises(ValueError, match="square"):
        draw_adjacency(torch.ones(3, 4), ax)
    with pytest.raises(ValueError, match="there is no file A"):
        draw_adjacency("A", ax)
    with pytest.raises(ValueError, match="a square matrix"):
        draw_adjacency(3, ax)
