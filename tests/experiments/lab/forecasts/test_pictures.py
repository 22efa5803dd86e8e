import networkx as nx
import numpy as np
import pytest
from matplotlib.figure import Figure

from experiments.lab.forecasts.pictures import draw_snapshot, draw_times

NAMES = ["Aa$", "b_1", "a very long name of a town", "d", "e"]


def shown(names, nodes):
    left, right = Figure().subplots(1, 2)
    values = np.random.default_rng(0).normal(size=(7, nodes))
    draw_times(values, left, names)
    draw_snapshot(nx.cycle_graph(nodes), values[3], right, names)
    return [tick.get_text() for tick in left.get_yticklabels()], [text.get_text() for text in right.texts]


def test_a_series_of_your_own_is_drawn_with_the_names_of_its_nodes():
    rows, nodes = shown(NAMES, 5)
    assert rows == ["Aa$", "b_1", "a very long nam…", "d", "e"]
    assert nodes == rows


@pytest.mark.parametrize(("names", "nodes"), [([], 5), ([f"n{k}" for k in range(31)], 31)])
def test_nodes_are_numbers_where_names_are_none_or_many(names, nodes):
    rows, beside = shown(names, nodes)
    assert not any(name in rows for name in names)
    assert beside == []
