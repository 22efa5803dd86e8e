"""Colours, sizes, fonts and text of users: what a picture says is what was given."""

import itertools

import matplotlib
import networkx as nx
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from gnnlab import (
    adjacency_matrix,
    adjacency_power,
    cooccurrence_graph,
    document_graph,
    draw_adjacency,
    draw_graph,
    palindrome_graph,
    path_graph,
    receptive_field,
    tree_graph,
    with_virtual_node,
)


@pytest.fixture
def ax():
    return Figure(figsize=(7, 4)).subplots()


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def colors(ax):
    return [to_hex(color) for color in ax.collections[0].get_facecolor()]


def as_written(text):
    """A text as matplotlib draws it, which is no formula."""
    written, formula = text._preprocess_math(text.get_text())
    assert formula is False
    return written


# Classes


@pytest.mark.parametrize("count", [1, 8, 9, 12, 20, 41])
def test_every_class_has_a_colour_of_its_own(ax, count):
    draw_graph(
        nx.cycle_graph(2 * count + 3), ax, node_class=[i % count for i in range(2 * count + 3)], max_nodes=99
    )
    assert len(set(colors(ax)[:count])) == count
    shown = colors(ax)
    assert all(shown[i] == shown[i + count] for i in range(count))
    named = [f"class {k}" for k in range(min(count, 24))] + ["and 17 more"] * (count == 41)
    assert legend(ax) == named
    marks = [to_hex(mark.get_markerfacecolor()) for mark in ax.get_legend().legend_handles]
    assert marks[: min(count, 24)] == shown[: min(count, 24)]


def test_names_belong_to_the_numbers_of_classes(ax):
    draw_graph(path_graph(3), ax, node_class=[2, 5, 2], class_names={5: "five", 2: "two"})
    assert legend(ax) == ["two", "five"]
    draw_graph(path_graph(3), ax, node_class=["b", "a", "b"])
    assert legend(ax) == ["a", "b"]
    draw_graph(nx.Graph([("x", "y")]), ax, node_class={"y": 0, "x": 1}, class_names=["zero", "one"])
    assert legend(ax) == ["zero", "one"]
    assert colors(ax)  # x is drawn first


@pytest.mark.parametrize(
    ("classes", "names", "words"),
    [
        ([1, 2, 1], ["a", "b"], "class_names must have a name for class 2"),
        ([-1, 0, 0], ["a", "b"], "class_names must have a name for class -1"),
        ([0, 1, 0], {0: "a"}, "class_names must have a name for class 1"),
        ([0.5, 1, 0], None, "node_class must hold whole numbers or names of classes, but holds 0.5"),
        ([None, 1, 0], None, "node_class must hold .* but holds None"),
        ({0: 1, 1: 1}, None, "node_class must have an entry for each node, but has none for 2"),
        ({7: 1}, None, "node_class must be a node"),
        (3, None, "node_class must have one entry for each of the 3 nodes, but is 3"),
    ],
)
def test_classes_without_a_name_are_refused(ax, classes, names, words):
    with pytest.raises(ValueError, match=words):
        draw_graph(path_graph(3), ax, node_class=classes, class_names=names)


# Text


HOSTILE = ["$5", "a$b$c", "$\\frac{1}$", "_hidden", "\\$", "x_1^2", "100 %"]


def test_text_of_users_is_no_mathematics():
    ring = nx.relabel_nodes(nx.cycle_graph(len(HOSTILE)), dict(enumerate(HOSTILE)))
    ax = draw_graph(
        ring, node_class=dict(zip(HOSTILE, HOSTILE)), title="from $5 to $9", query="_hidden", font_size=12
    )
    FigureCanvasAgg(ax.figure).draw()  # formulas that are none would raise here
    assert sorted(as_written(text) for text in ax.texts) == sorted(HOSTILE)
    assert as_written(ax.title) == "from $5 to $9"
    assert sorted(as_written(text) for text in ax.get_legend().get_texts()) == sorted([*HOSTILE, "read-out"])
    matrix = draw_adjacency(ring, title="a $ b $")
    FigureCanvasAgg(matrix.figure).draw()
    assert [as_written(text) for text in matrix.get_xticklabels()] == HOSTILE
    assert as_written(matrix.title) == "a $ b $"
    values = draw_graph(ring, node_value=range(len(HOSTILE)), value_name="$ a $ year")
    assert as_written(values.figure.axes[1].yaxis.label) == "$ a $ year"
    cut = draw_graph(ring, max_nodes=2, center="a$b$c")
    assert as_written(cut.texts[-1]) == "2 of 7 nodes, those nearest to node a$b$c"


@pytest.mark.parametrize(
    "graph",
    [
        path_graph(40),
        palindrome_graph("12345678987654321", mirrored=True),
        tree_graph(4),
        nx.karate_club_graph(),
        nx.les_miserables_graph(),
        nx.davis_southern_women_graph(),
        nx.grid_2d_graph(4, 5),
    ],
    ids=["path", "palindrome", "tree", "karate", "lesmis", "davis", "grid"],
)
def test_nothing_is_written_smaller_than_nine_points(graph):
    for ax in (draw_graph(graph), draw_adjacency(graph)):
        found = ax.figure.findobj(matplotlib.text.Text)
        assert min(text.get_fontsize() for text in found if text.get_text()) >= 9


@pytest.mark.parametrize(
    "graph", [nx.florentine_families_graph(), nx.davis_southern_women_graph(), tree_graph(3)], ids=str
)
def test_labels_do_not_overlap(graph):
    ax = draw_graph(graph)
    FigureCanvasAgg(ax.figure).draw()
    boxes = [text.get_window_extent() for text in ax.texts]
    assert not [pair for pair in itertools.combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_words_are_the_labels_of_a_graph_of_words(ax):
    texts = ["good film", "good fun", "bad film 3", "3 fun"]
    graph = cooccurrence_graph(texts, window=2)
    draw_graph(graph, ax)
    assert [text.get_text() for text in ax.texts] == graph.words
    both = document_graph(texts, window=2)
    draw_graph(both, Figure().subplots(), query="good")
    assert (
        receptive_field(graph, "bad", 1).tolist()
        == receptive_field(graph, graph.words.index("bad"), 1).tolist()
    )
    assert receptive_field(graph, "3", 0).tolist() == [graph.words.index("3")]
    assert receptive_field(graph, 3, 0).tolist() == [3]  # a number is a place, whatever the words are
    assert receptive_field(both, "document 1", 0).tolist() == [1]
    assert receptive_field(both, "bad", 0).tolist() == [4 + both.words.index("bad")]


def test_letters_of_a_palindrome(ax):
    graph = palindrome_graph(5, mirrored=True)
    graph.symbols = list("leve")
    draw_graph(graph, ax)
    assert [text.get_text() for text in ax.texts] == ["l", "e", "v", "e", "?"]


# Edges


def widths(ax):
    return sorted(patch.get_linewidth() for patch in ax.patches)


def test_attention_of_parallel_edges_adds_up(ax):
    edges = torch.tensor([[0, 0, 0, 1], [1, 1, 1, 0]])
    alpha = torch.tensor([0.5, 0.48, 0.012, 0.25])
    draw_graph(path_graph(2), ax, attention=(edges, alpha))
    assert widths(ax) == pytest.approx([0.3 + 4 * 0.25, 0.3 + 4 * 0.992])


def test_attention_is_taken_as_numpy_or_lists_too(ax):
    draw_graph(path_graph(2), ax, attention=([[0, 1], [1, 0]], [[0.5, 0.5], [0.2, 0.4]]), edge_numbers=True)
    assert sorted(text.get_text() for text in ax.texts) == ["0", "0.3", "0.5", "1"]
    for bad in (3, ([[0], [1]],), (torch.zeros(2, 1), None), (torch.zeros(2, 3), torch.zeros(()))):
        with pytest.raises(ValueError, match="attention must be"):
            draw_graph(path_graph(2), ax, attention=bad)


def test_weights_are_shown(ax):
    weighted = nx.Graph(
        [("a", "b", {"weight": 4.0}), ("b", "c", {"weight": 1.0}), ("a", "c", {"weight": -2.0})]
    )
    draw_graph(weighted, ax, edge_numbers=True)
    assert widths(ax) == pytest.approx([0.5 + 3.5 / 4, 0.5 + 3.5 / 2, 4.0])
    assert {"4", "1", "-2"} <= {text.get_text() for text in ax.texts}
    assert legend(ax) == ["weight 1", "weight 2", "weight 4", "negative weight"]
    draw_graph(weighted, ax := Figure().subplots(), edge_width=2.5, edge_color="black", legend=False)
    assert widths(ax) == [2.5] * 3
    assert {to_hex(patch.get_edgecolor()) for patch in ax.patches} == {"#000000"}


def test_two_ways_with_different_weights_are_two_arrows(ax):
    draw_graph(nx.DiGraph([(0, 1, {"weight": 1.0}), (1, 0, {"weight": 3.0}), (1, 2, {"weight": 2.0})]), ax)
    assert len(ax.patches) == 3
    draw_graph(nx.DiGraph([(0, 1, {"weight": 3.0}), (1, 0, {"weight": 3.0})]), ax := Figure().subplots())
    assert len(ax.patches) == 1


def test_arrows_between_neighbours_on_a_line_do_not_touch(ax):
    """There on one side of the line and back on the other, with room for both heads."""
    draw_graph(path_graph(9), ax, attention=(path_graph(9).edge_index, torch.ones(16)))
    ax.apply_aspect()
    assert len(ax.patches) == 16
    boxes = {}
    for patch in ax.patches:
        (x, _), (far_x, _) = patch._posA_posB
        boxes[round(x), round(far_x)] = patch.get_path().get_extents()
    for (i, j), box in boxes.items():
        middle = (box.y0 + box.y1) / 2
        assert (middle < 0) == (i < j)
        assert abs(middle) > 0.05


# Options and matplotlib's own settings


def test_options_of_nodes(ax):
    draw_graph(
        nx.Graph([("a", "b")]), ax, node_size=123.0, node_color={"b": "red", "a": "#00ff00"}, font_size=15
    )
    assert ax.collections[0].get_sizes().tolist() == [123.0]
    assert colors(ax) == ["#00ff00", "#ff0000"]
    assert {text.get_fontsize() for text in ax.texts} == {15}
    draw_graph(path_graph(2), ax := Figure().subplots(), node_color="red")
    assert colors(ax) == ["#ff0000"] * 2 or colors(ax) == ["#ff0000"]
    draw_graph(path_graph(3), ax := Figure().subplots(), node_value=[1, 2, 4], cmap="magma")
    assert ax.collections[0].get_cmap().name == "magma"
    ticks = ax.figure.axes[1].get_yticks()
    assert all(tick == round(tick) for tick in ticks)


@pytest.mark.parametrize("layout", ["line", "circle", "tree", "spring"])
def test_a_layout_is_chosen_by_name(layout):
    drawn = draw_graph(nx.karate_club_graph(), layout=layout)
    assert len({tuple(place) for place in drawn.collections[0].get_offsets().tolist()}) == 34


def test_settings_of_matplotlib_are_honoured():
    with matplotlib.rc_context(
        {"font.size": 20, "lines.linewidth": 3.0, "image.cmap": "magma", "figure.figsize": (5, 4)}
    ):
        ax = draw_graph(nx.cycle_graph(5), node_value=range(5))
        matrix = draw_adjacency(nx.cycle_graph(5))
    assert {text.get_fontsize() for text in ax.texts} == {18}
    assert widths(ax) == pytest.approx([2.4] * 5)
    assert ax.collections[0].get_cmap().name == "magma"
    assert matrix.images[0].get_cmap().name == "magma"
    assert ax.figure.get_size_inches().tolist() == matrix.figure.get_size_inches().tolist() == [5, 4]
    assert draw_graph(nx.cycle_graph(5), figsize=(3, 2)).figure.get_size_inches().tolist() == [3, 2]


@pytest.mark.parametrize(
    ("words", "options"),
    [
        ("layout must be one of", {"layout": "round"}),
        ("layout and positions", {"layout": "line", "positions": {0: (0, 0)}}),
        ("positions must be a mapping", {"positions": [(0, 0)]}),
        ("positions must give", {"positions": {0: (0, 0, 0)}}),
        ("positions must give", {"positions": {0: (float("nan"), 0)}}),
        ("node_size must be a number above 0", {"node_size": -1}),
        ("font_size must be a number above 0", {"font_size": "large"}),
        ("edge_width must be a number above 0", {"edge_width": 0}),
        ("max_nodes must be a whole number", {"max_nodes": 2.5}),
        ("layers must be a whole number", {"layers": -1}),
        ("cmap must be a colour map", {"cmap": "no-such-map"}),
        ("give one of them", {"node_color": "red", "node_value": [1, 2, 3]}),
        ("node_value must hold a number", {"node_value": ["a", "b", "c"]}),
        ("figsize is for a new figure", {"figsize": (3, 3)}),
    ],
)
def test_bad_options_are_named(ax, words, options):
    with pytest.raises(ValueError, match=words):
        draw_graph(path_graph(3), ax, **options)


@pytest.mark.parametrize("figsize", [(0, 3), (3,), "large", (float("nan"), 3), (1e9, 3)])
def test_a_figure_of_no_size_is_refused(figsize):
    for draw in (draw_graph, draw_adjacency):
        with pytest.raises(ValueError, match="figsize must be"):
            draw(nx.path_graph(3), figsize=figsize)


@pytest.mark.parametrize("key", ["query", "virtual"])
def test_a_node_of_a_data_that_there_is_not_is_named(ax, key):
    graph = with_virtual_node(path_graph(3))
    for bad in (9, 1.5, -1):
        graph[key] = bad
        with pytest.raises(ValueError, match=f"graph.{key} must be a whole number from 0 to 3"):
            draw_graph(graph, ax)


# Matrices


def bar(ax):
    return ax.figure.axes[1]


def test_a_colour_bar_is_as_long_as_its_data(ax):
    draw_adjacency(matrix=[[0, 2.5], [0.5, 1.25]], ax=ax)
    assert bar(ax).get_ylim() == (0.5, 2.5)
    draw_adjacency(matrix=[[0, -3.0], [0.5, 1.25]], ax=(ax := Figure().subplots()))
    assert bar(ax).get_ylim() == (-3.0, 1.25)


@pytest.mark.parametrize("power", [2, 4, 9])
def test_counts_have_whole_ticks(ax, power):
    draw_adjacency(adjacency_power(adjacency_matrix(nx.karate_club_graph()), power), ax)
    low, high = bar(ax).get_ylim()
    ticks = [tick for tick in bar(ax).get_yticks() if low <= tick <= high]
    assert ticks
    assert all(tick == round(tick) for tick in ticks)


def test_counts_that_have_room_are_written_whole():
    found = draw_adjacency(adjacency_power(adjacency_matrix(nx.complete_graph(6)), 9))
    assert {text.get_text() for text in found.texts} == {str((5**9 + 1) // 6), str((5**9 + 1) // 6 - 1)}
    small = draw_adjacency(adjacency_power(adjacency_matrix(nx.complete_graph(12)), 200))
    assert {text.get_text() for text in small.texts} == {"2e207"}


def test_entries_of_any_size_can_be_read(ax):
    draw_adjacency(matrix=[[1e-9, 0], [0, 3e-9]], ax=ax)
    assert [text.get_text() for text in ax.texts] == ["1e-9", "3e-9"]
    for value in (float("nan"), float("inf")):
        with pytest.raises(ValueError, match="matrix must hold finite numbers"):
            draw_adjacency(matrix=[[0, value], [0, 0]], ax=ax)
