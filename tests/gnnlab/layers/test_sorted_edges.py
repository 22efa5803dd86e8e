import torch

from gnnlab.layers.sorted_edges import SortedEdges, sorted_edges

EDGES = torch.tensor([[2, 0, 1, 1, 2], [0, 1, 1, 0, 2]])


def test_rows_and_columns_of_a_small_graph():
    edges = SortedEdges(EDGES, 3)
    assert edges.order.tolist() == [3, 0, 1, 2, 4]
    assert edges.source.tolist() == [1, 2, 0, 1, 2]
    assert edges.target.tolist() == [0, 0, 1, 1, 2]
    assert edges.rowptr.tolist() == [0, 2, 4, 5]
    assert edges.colptr.tolist() == [0, 1, 3, 5]
    assert edges.row.tolist() == [1, 0, 1, 0, 2]
    assert torch.equal(edges.listed, EDGES)


def test_self_loops_are_exchanged_for_one_each():
    edges = SortedEdges(EDGES, 4, self_loops=True)
    assert edges.listed.tolist() == [[2, 0, 1, 0, 1, 2, 3], [0, 1, 0, 0, 1, 2, 3]]
    assert edges.loop_nodes.tolist() == [1, 2]
    assert edges.loop_places.tolist() == [2, 4]
    values = torch.tensor([1.0, 2.0, 3.0, 4.0, 5.0])
    rows = edges.list_of(values, torch.tensor([10.0, 20.0, 30.0, 40.0]))[edges.order]
    # row 0 hears 0, 1, 2; row 1 hears 0, 1; rows 2 and 3 hear themselves
    assert rows.tolist() == [10.0, 4.0, 1.0, 2.0, 20.0, 30.0, 40.0]


def test_read_backwards():
    edges = SortedEdges(EDGES, 3, flow="target_to_source")
    assert edges.target.tolist() == [0, 1, 1, 2, 2]
    assert torch.equal(edges.listed, EDGES)


def test_nodes_that_hear_nothing_and_parallel_edges_are_known():
    assert SortedEdges(EDGES, 3).deaf is None
    assert SortedEdges(EDGES, 4).deaf.view(-1).tolist() == [False, False, False, True]
    assert not SortedEdges(EDGES, 3).has_duplicates
    assert SortedEdges(torch.cat([EDGES, EDGES[:, :1]], dim=1), 3).has_duplicates


def test_a_block_for_each_head():
    starts, ends = SortedEdges(EDGES, 3).row_pattern(2)
    assert starts.tolist() == [0, 2, 4, 5, 7, 9, 10]
    assert ends.tolist() == [1, 2, 0, 1, 2, 4, 5, 3, 4, 5]


def test_made_once_for_a_list_and_again_after_a_change():
    edges = EDGES.clone()
    first = sorted_edges(edges, 3)
    assert sorted_edges(edges, 3) is first
    assert sorted_edges(edges, 4) is not first
    edges[0, 0] = 1
    assert sorted_edges(edges, 3) is not first
