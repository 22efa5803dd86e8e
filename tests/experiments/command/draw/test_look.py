"""Options of pictures on the command line, what their titles say, and what is imported for them."""

import subprocess
import sys

import networkx as nx
import pytest
from matplotlib.colors import to_hex

from experiments.command.cli import main
from experiments.command.draw import answers, look
from experiments.command.draw.drawings import field_figure, grid, neighbourhood_figure, powers_figure
from experiments.command.draw.look import GraphLook, MatrixLook
from experiments.command.draw.paths import palindrome_figure, path_figure
from experiments.command.draw.words import words_figure

PLAIN, MATRIX = GraphLook(), MatrixLook()
PATH = {"directed": False, "self_loops": False, "skip": 0, "adjacency": False}


@pytest.fixture
def drawn(monkeypatch, tmp_path, capsys):
    """Run a command and give back the figure that it would write."""

    def run(*arguments):
        kept = []
        monkeypatch.setattr(look, "save", lambda figure, out: kept.append(figure))
        with pytest.raises(SystemExit) as stop:
            main(["draw", *map(str, arguments), "--out", str(tmp_path / "x.png")])
        found = capsys.readouterr()
        assert (stop.value.code, found.err) == (0, "")
        return kept[0]

    return run


def title(figure):
    return " ".join(figure.get_suptitle().split())


def labels(ax):
    return [text.get_text() for text in ax.texts]


def test_every_option_of_a_graph_is_obeyed(drawn):
    figure = drawn(
        "social", "karate", "--layout", "circle", "--title", "A club", "--size", "5x4", "--node-size", "12",
        "--node-color", "gold", "--edge-width", "2.5", "--edge-color", "black", "--font-size", "14", "--font", "serif",
        "--labels", ",".join(f"n{i}" for i in range(34)),
    )  # fmt: skip
    (ax,) = figure.axes
    assert title(figure) == "A club"
    assert figure.get_size_inches().tolist() == [5, 4]
    assert ax.collections[0].get_sizes().tolist() == [144]
    assert {to_hex(color) for color in ax.collections[0].get_facecolor()} == {"#ffd700"}
    assert {patch.get_linewidth() for patch in ax.patches} == {2.5}
    assert {to_hex(patch.get_edgecolor()) for patch in ax.patches} == {"#000000"}
    assert {text.get_fontsize() for text in ax.texts} == {14}
    assert {text.get_fontfamily()[0] for text in ax.texts} == {"serif"}
    assert labels(ax)[0] == "n0"
    x, y = zip(*ax.collections[0].get_offsets().tolist())
    radius = {round(a * a + b * b, 6) for a, b in zip(x, y)}
    assert len(radius) == 1


@pytest.mark.parametrize(
    ("wanted", "shown"), [("none", []), ("numbers", ["0", "1", "2"]), ("a, b,$c$", ["a", "b", r"\$c\$"])]
)
def test_labels_of_the_command_line(drawn, wanted, shown):
    assert labels(drawn("path", "3", "--labels", wanted).axes[0]) == shown


def test_options_of_matrices(drawn):
    figure = drawn("adjacency", "example", "--powers", "2,3,4,5", "--colormap", "viridis", "--size", "7x7")
    assert {ax.images[0].get_cmap().name for ax in figure.axes if ax.images} == {"viridis"}
    assert figure.get_size_inches().tolist() == [7, 7]


def test_weights_are_written_beside_the_edges(drawn, tmp_path):
    file = tmp_path / "roads.csv"
    file.write_text("Ulm,Aalen,2.5\nAalen,Ellwangen,1\n")
    assert {"2.5", "1"} <= set(labels(drawn(file, "--edge-numbers").axes[0]))


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("path 3 --layout round", "layout must be one of"),
        ("path 3 --size 9", "size: '9' should be width x height in inches"),
        ("path 3 --size 0x5", "should be width x height"),
        ("path 3 --size 1e9x5", "should be width x height"),
        ("path 3 --size nanx5", "should be width x height"),
        ("path 3 --font-size -1", "font-size: -1 should be 1 to 200 points"),
        ("path 3 --font-size nan", "font-size"),
        ("path 3 --font no-such-family", "font: unknown 'no-such-family'"),
        ("path 3 --node-size -2", "node_size must be a number above 0"),
        ("path 3 --node-color no-such", "node_color must be a colour"),
        ("path 3 --edge-color no-such", "edge_color must be a colour"),
        ("path 3 --labels a,b", "labels: there are 2, but the graph has 3 nodes"),
        ("path 3 --skip 1", "skip: 1 should be 2 or more"),
        ("path 3 --skip -3", "skip"),
        ("path 0", "nodes: 0 should be 1 to 2000"),
        ("path 100000000", "nodes"),
        ("path 500 --adjacency", "a matrix takes at most 400 nodes"),
        ("palindrome ab", "ab is no palindrome"),
        ("palindrome a", "two or more digits or letters"),
        ("adjacency example --colormap none-such", "cmap must be a colour map"),
        ("adjacency example --powers 2000", "power must leave entries below 1e308"),
        ("adjacency example --powers 99999999999999999999", "power"),
        ("field karate 0 --node-color red", "node-color: the nodes are shaded by hops"),
        ("words x.txt", "cannot be read"),
        ("words a --word b", "word: 'b' is not one of the graph's 1 words"),
        ("words --window 1 x", "window"),
    ],
)
def test_bad_options_are_one_line(arguments, words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(["draw", *arguments.split(), "--out", "x.png"])
    found = capsys.readouterr()
    assert (stop.value.code, found.out) == (2, "")
    assert words in found.err
    assert found.err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


# Titles say the answer


@pytest.mark.parametrize(
    ("figure", "words"),
    [
        (
            lambda: field_figure("example", "E", layers=None, directed=False, look=PLAIN),
            "E hears all 6 nodes after 4 layers",
        ),
        (
            lambda: field_figure("example", "E", layers=2, directed=False, look=PLAIN),
            "E hears 4 of 6 nodes in 2 layers; all of them take 4",
        ),
        (
            lambda: field_figure("path-5-directed", "2", layers=None, directed=False, look=PLAIN),
            "Node 2 hears 3 of 5 nodes, after 2 layers, and never the others",
        ),
        (lambda: path_figure(9, **PATH, look=PLAIN), "A message from node 0 takes 8 layers to node 8"),
        (lambda: path_figure(9, **PATH | {"skip": 3}, look=PLAIN), "A message from node 0 takes 4 layers to node 8"),
        (lambda: path_figure(1, **PATH, look=PLAIN), "One node, which hears itself alone"),
        (
            lambda: palindrome_figure("level", directed=False, mirrored=True, skip=0, adjacency=False, look=PLAIN),
            "The missing symbol equals the first one, 1 hop away",
        ),
        (
            lambda: powers_figure("example", powers=[1, 4], kind="plain", directed=False, look=MATRIX),
            "Every node is within 4 hops of every other",
        ),
        (
            lambda: powers_figure("path-3-directed", powers=[1], kind="plain", directed=False, look=MATRIX),
            "3 of 6 pairs of nodes never hear of each other",
        ),
        (
            lambda: neighbourhood_figure("florentine", node=None, most=60, directed=False, look=PLAIN),
            "florentine: 15 nodes, 20 edges",
        ),
    ],
)  # fmt: skip
def test_titles_say_the_answer(figure, words):
    assert title(figure()) == words


def test_the_share_of_edges_within_a_class_is_that_of_networkx():
    club = nx.karate_club_graph()
    same = sum(club.nodes[i]["club"] == club.nodes[j]["club"] for i, j in club.edges)
    figure = neighbourhood_figure("karate", node=None, most=60, directed=False, look=PLAIN)
    assert title(figure) == f"karate: 34 nodes, 78 edges, {100 * same / 78:.0f} % of them within a class"


@pytest.mark.parametrize("name", ["example", "karate", "path-7-directed", "florentine"])
def test_the_field_and_the_powers_are_those_of_networkx(name):
    from experiments.command.draw.whole_graphs import pairs_of
    from experiments.data.named_graphs import parse_graph

    graph = parse_graph(name)
    known = nx.DiGraph(pairs_of(graph))
    for node in (0, 3):
        lengths = nx.single_target_shortest_path_length(known, node)
        lengths = dict(lengths)
        said = answers.of_field("X", pairs_of(graph), graph.num_nodes, node, None)
        count = "all" if len(lengths) == len(known) else f"{len(lengths)} of"
        assert said.startswith(f"X hears {count} {len(known)} nodes")
        assert f"after {answers.counted(max(lengths.values()), 'layer')}" in said


def test_words_of_a_text_of_ones_own(tmp_path):
    file = tmp_path / "story.txt"
    file.write_text("The cat sat on the mat.\nThe dog sat on the log!\nA cat and a dog met on the road.\n")
    options = {"window": 3, "min_count": 1, "most": 40, "look": PLAIN}
    whole = words_figure(str(file), word=None, **options)
    assert {"cat", "dog", "road"} <= set(labels(whole.axes[0]))
    assert not {".", "!"} & set(labels(whole.axes[0]))
    assert "pairs more often together than by chance" in title(whole)
    around = words_figure(str(file), word="CAT", **options)
    assert title(around).startswith("'cat' and")
    parts = words_figure("我喜欢猫 我喜欢狗", word=None, characters=True, **options)
    assert {text.get_text() for text in parts.axes[0].texts} == set("我喜欢猫狗")
    said = words_figure("a b a c", word=None, **options | {"most": 2})
    assert len(labels(said.axes[0])) >= 2
    assert "the most frequent of 3" in title(said)


@pytest.mark.parametrize("text", ["cats and/or dogs", "a b " * 2000, "see notes.txt"])
def test_a_text_is_no_file(text):
    drawn = words_figure(text, window=2, min_count=1, word=None, most=40, look=PLAIN)
    assert set(labels(drawn.axes[0])) == {
        word.strip(".") for word in text.replace("/", " ").replace(".", " ").split()
    }


def test_letters_that_the_font_lacks_are_said_in_one_line(tmp_path, capsys):
    with pytest.raises(SystemExit) as stop:
        main(["draw", "words", "我喜欢猫 我喜欢狗", "--characters", "--out", str(tmp_path / "x.png")])
    found = capsys.readouterr()
    assert (stop.value.code, found.err.count("\n")) == (0, 1)
    assert "the font lacks some of the characters; --font" in found.err
    assert (tmp_path / "x.png").exists()


@pytest.mark.parametrize(
    ("count", "shape"), [(1, (1, 1)), (3, (1, 3)), (4, (2, 2)), (5, (2, 3)), (7, (2, 4)), (12, (3, 4))]
)
def test_pictures_stand_in_even_rows(count, shape):
    assert grid(count) == shape


@pytest.mark.parametrize(
    "figure",
    [
        lambda: path_figure(40, **PATH, look=PLAIN),
        lambda: path_figure(9, **PATH | {"adjacency": True}, look=PLAIN),
        lambda: palindrome_figure(
            "123454321", directed=False, mirrored=True, skip=0, adjacency=True, look=PLAIN
        ),
        lambda: powers_figure("example", powers=[1, 2, 3, 4], kind="normalised", directed=False, look=MATRIX),
        lambda: neighbourhood_figure("lesmis", node=None, most=100, directed=False, look=PLAIN),
        lambda: field_figure("davis", "E8", layers=None, directed=False, look=PLAIN),
    ],
)
def test_nothing_is_smaller_than_nine_points(figure):
    from matplotlib.text import Text

    assert min(text.get_fontsize() for text in figure().findobj(Text) if text.get_text()) >= 9


# What is imported


SLOW = {"torch", "torch_geometric", "scipy", "pandas", "sklearn", "matplotlib.pyplot"}


@pytest.mark.parametrize(
    ("arguments", "spared"),
    [
        ("path 5 --out x.png", SLOW),
        ("palindrome level --mirrored --out x.png", SLOW),
        ("adjacency example --out x.png", {"sklearn", "seq", "matplotlib.pyplot"}),
        ("--help", SLOW | {"matplotlib", "networkx", "numpy"}),
    ],
)
def test_a_command_imports_what_it_needs(arguments, spared, tmp_path):
    program = (
        "import sys\nfrom experiments.command.cli import main\n"
        f"try: main(['draw', *{arguments.split()!r}])\nexcept SystemExit as stop: assert not stop.code\n"
        "print('imported', *sys.modules)"
    )
    found = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=tmp_path
    ).stdout
    assert not spared & set(found.rpartition("imported")[2].split())
