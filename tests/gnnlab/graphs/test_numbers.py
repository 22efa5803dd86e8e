import numpy as np
import pytest
import torch

import gnnlab
from gnnlab import path_graph

PATH = path_graph(4)


@pytest.mark.parametrize("flag", [2, -1, "yes", None, [], torch.ones(2), np.array("a")])
def test_flags_are_true_or_false(flag):
    for call in (
        lambda: gnnlab.adjacency_matrix(PATH, self_loops=flag),
        lambda: gnnlab.degree_matrix(PATH, sparse=flag),
        lambda: path_graph(3, directed=flag),
        lambda: gnnlab.palindrome_graph(5, mirrored=flag),
        lambda: gnnlab.draw_graph(PATH, legend=flag),
    ):
        with pytest.raises(ValueError, match="must be True or False"):
            call()


@pytest.mark.parametrize("true", [True, 1, np.True_, torch.tensor(True), np.int64(1)])
def test_other_kinds_of_true_are_taken(true):
    assert path_graph(3, directed=true).num_edges == 2


def test_numbers_of_numpy_and_torch_are_taken():
    for three in (3, np.int64(3), np.uint8(3), torch.tensor(3)):
        assert path_graph(three).num_nodes == 3
        assert gnnlab.palindrome_graph(three).num_nodes == 3
        assert gnnlab.tree_graph(three).num_nodes == 15
        assert gnnlab.receptive_field(PATH, three, layers=three).tolist() == [0, 1, 2, 3]
