import networkx as nx
import pytest
import torch
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gnnlab import GATConv, draw_graph, palindrome_graph, path_graph, ring_graph, tree_graph


@pytest.fixture
def ax():
    return Figure(figsize=(7, 4)).subplots()


def labels(ax):
    return [text.get_text() for text in ax.texts]


def legend(ax):
    return [text.get_text() for text in ax.get_legend().get_texts()]


def arrows(ax):
    return [patch for patch in ax.patches if patch.get_arrowstyle().__class__.__name__ == "CurveFilledB"]


def test_a_palindrome_is_an_arc_diagram_of_its_digits(ax):
    assert draw_graph(palindrome_graph("12321", mirrored=True), ax) is ax
    assert labels(ax) == ["1", "2", "3", "2", "?"]  # the last digit is not given away
    assert legend(ax) == ["missing digit (read-out)", "mirrored edge"]
    assert len(ax.patches) == 4 + 2  # each pair is drawn once
    assert arrows(ax) == []


def test_a_directed_path_has_arrows_and_says_that_it_has_loops(ax):
    draw_graph(path_graph(4, directed=True, self_loops=True), ax)
    assert labels(ax) == ["0", "1", "2", "3"]
    assert len(arrows(ax)) == len(ax.patches) == 3
    assert legend(ax) == ["self-loop at every node"]


def test_a_networkx_graph_keeps_its_names(ax):
    draw_graph(nx.Graph([("Ada", "Bob"), ("Bob", "Cyd"), ("Bob", "Dan")]), ax)
    assert labels(ax) == ["Ada", "Bob", "Cyd", "Dan"]


def test_classes_have_a_legend(ax):
    draw_graph(path_graph(3), ax, node_class=[0, 1, 0], class_names=["even", "odd"])
    assert legend(ax) == ["even", "odd"]


def test_values_have_a_colour_bar(ax):
    draw_graph(path_graph(3), ax, node_value=torch.tensor([1.0, 2.0, 3.0]), value_name="degree")
    assert ax.figure.axes[1].get_ylabel() == "degree"


def test_a_receptive_field_is_shaded_by_hops(ax):
    draw_graph(path_graph(5), ax, receptive_field_of=4, layers=2)
    assert legend(ax) == ["heard by itself", "1 hop away", "2 hops away", "not heard in 2 layers"]
    colors = [tuple(color) for color in ax.collections[0].get_facecolor()]
    assert colors[0] == colors[1]
    assert len(set(colors)) == 4


def test_attention_is_the_width_of_edges(ax):
    graph = path_graph(3)
    _, attention = GATConv(2, 3, heads=2)(torch.randn(3, 2), graph.edge_index, return_attention_weights=True)
    draw_graph(graph, ax, attention=attention)
    edges, alpha = attention
    shown = edges[0] != edges[1]
    widths = sorted(patch.get_linewidth() for patch in ax.patches)
    assert widths == pytest.approx(sorted(0.3 + 4 * a for a in alpha[shown].mean(1).tolist()))


def test_arrows_of_attention_stay_within_the_picture(ax):
    graph = palindrome_graph(23, mirrored=True)
    edges = graph.edge_index
    draw_graph(graph, ax, attention=(edges, torch.ones(edges.size(1))))
    ax.figure.canvas.draw()
    frame = ax.get_window_extent()
    for patch in ax.patches:
        box = patch.get_path().transformed(patch.get_transform()).get_extents()
        assert frame.y0 <= box.y0
        assert box.y1 <= frame.y1


def test_a_large_graph_is_cut_and_says_so(ax):
    draw_graph(path_graph(200), ax, center=100, max_nodes=5)
    assert labels(ax) == ["98", "99", "100", "101", "102", "5 of 200 nodes, those nearest to node 100"]


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("labels", {"labels": "AB"}),
        ("node_class", {"node_class": [0]}),
        ("node_value", {"node_value": [0.0] * 4}),
        ("attention", {"attention": (torch.zeros(2, 3), torch.zeros(4))}),
        ("give one of them", {"node_value": [1, 2, 3], "node_class": [1, 2, 3]}),
        ("query", {"query": 3}),
        ("center", {"center": -1}),
        ("receptive_field_of", {"receptive_field_of": 3}),
    ],
)
def test_bad_arguments_are_named(ax, name, options):
    with pytest.raises(ValueError, match=name):
        draw_graph(path_graph(3), ax, **options)


def test_labels_wider_than_their_node_can_be_read_in_front_of_anything(ax):
    graph = nx.Graph([("unsettling", "war"), ("unsettling", "places")])
    draw_graph(graph, ax, node_value=[2.0, 1.0, 0.0])  # the first is the darkest
    looks = {text.get_text(): (text.get_color(), bool(text.get_path_effects())) for text in ax.texts}
    assert looks["unsettling"] == ("black", True)
    assert looks["war"] == ("black", False)


def test_no_node_is_cut_off_at_the_rim():
    figure = Figure(figsize=(9, 6.4), layout="constrained")
    flat, _ = figure.subplots(2, 1, height_ratios=(0.7, 1.3))
    draw_graph(tree_graph(3, directed=True), flat)
    FigureCanvasAgg(figure).draw()
    frame = flat.get_window_extent()
    (nodes,) = (drawn for drawn in flat.collections if len(drawn.get_offsets()) == 15)
    # The size is an area in points squared.
    radius = nodes.get_sizes()[0] ** 0.5 / 2 * figure.dpi / 72
    for x, y in flat.transData.transform(nodes.get_offsets()):
        assert frame.x0 + radius <= x <= frame.x1 - radius
        assert frame.y0 + radius <= y <= frame.y1 - radius


@pytest.mark.parametrize("size", [(7, 9), (9, 4), (12, 4.4)])
def test_a_circle_keeps_inside_its_axes_when_a_layout_changes_their_shape(size):
    figure = Figure(figsize=size, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, 3)
    for ax in axes:
        draw_graph(ring_graph(10), ax, title="a title takes room")
    figure.canvas.draw()
    for ax in axes:
        nodes = ax.collections[0]
        middles = ax.transData.transform(nodes.get_offsets())
        radius = nodes.get_sizes()[0] ** 0.5 / 2 * figure.dpi / 72
        box = ax.get_window_extent()
        assert (middles - radius >= [box.x0, box.y0]).all()
        assert (middles + radius <= [box.x1, box.y1]).all()


def test_names_of_a_column_end_where_it_begins():
    """However wide the letters of a name are."""
    figure = Figure(figsize=(9, 5))
    FigureCanvasAgg(figure)
    ax = figure.subplots()
    first, second = ("WWWWWW", "iiiiii", "mmm"), ("left", "right")
    draw_graph(nx.Graph([(one, other) for one in first for other in second]), ax)
    figure.canvas.draw()
    ends = {text.get_text(): text.get_window_extent() for text in ax.texts}
    for names in (first, second):
        begins, stops = ([getattr(ends[name], side) for name in names] for side in ("x0", "x1"))
        assert min(max(begins) - min(begins), max(stops) - min(stops)) < 2
    assert ends["WWWWWW"].width > 2 * ends["iiiiii"].width
