import torch
from hypothesis import strategies as st

from gnnlab import hop_distances, layers_until_heard, path_graph, receptive_field

# Six nodes A..F, undirected edges A-B, A-E, A-F, B-D, C-D, D-F.
A, B, C, D, E, F = range(6)
PAIRS = [(A, B), (A, E), (A, F), (B, D), (C, D), (D, F)]
SIX = torch.tensor(PAIRS + [(j, i) for i, j in PAIRS]).T


@st.composite
def graphs(draw):
    nodes = draw(st.integers(1, 11))
    pairs = draw(st.lists(st.tuples(*[st.integers(0, nodes - 1)] * 2), max_size=40))
    return nodes, torch.tensor(pairs, dtype=torch.long).reshape(-1, 2).T


def test_a_directed_path_is_heard_in_one_direction():
    path = path_graph(4, directed=True)
    assert hop_distances(path).tolist() == [
        [0, -1, -1, -1],
        [1, 0, -1, -1],
        [2, 1, 0, -1],
        [3, 2, 1, 0],
    ]
    assert receptive_field(path, 2, 1).tolist() == [1, 2]
    assert layers_until_heard(path, 3, 0) is None
