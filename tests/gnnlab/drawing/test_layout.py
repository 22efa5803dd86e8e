import torch

from gnnlab import path_graph
from gnnlab.drawing.layout import is_line, neighbourhood, spring_layout


def test_lines_are_seen():
    assert is_line(path_graph(5, directed=True, skip=2).edge_index, 5)
    assert not is_line(torch.tensor([[0, 0], [1, 2]]), 3)
    assert not is_line(torch.empty(2, 0, dtype=torch.long), 3)


def test_the_neighbourhood_ignores_direction_and_stays_in_its_part():
    edges = torch.tensor([[0, 1, 3], [1, 2, 4]])
    assert neighbourhood(edges, 5, 1, 4).tolist() == [0, 1, 2]
    assert neighbourhood(edges, 5, 4, 1).tolist() == [4]


def test_springs_are_the_same_each_time():
    edges = torch.randint(9, (2, 20), generator=torch.Generator().manual_seed(0))
    assert spring_layout(edges, list(range(9))) == spring_layout(edges, list(range(9)))
    assert set(spring_layout(edges, [1, 4, 6])) == {1, 4, 6}
