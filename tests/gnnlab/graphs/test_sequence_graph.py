import torch
from torch_geometric.data.data import DataEdgeAttr, DataTensorAttr
from torch_geometric.data.storage import GlobalStorage
from torch_geometric.loader import DataLoader

from gnnlab import GraphNet, palindrome_graph, path_graph, tree_graph, with_virtual_node


def each(graphs):
    return next(iter(DataLoader(graphs, batch_size=len(graphs))))


def test_a_loader_moves_every_node_that_a_graph_names():
    assert each([palindrome_graph(3), palindrome_graph(5, directed=True)]).query.tolist() == [2, 3 + 4]
    assert each([tree_graph(2), tree_graph(1)]).query.tolist() == [6, 7 + 2]
    both = each([with_virtual_node(palindrome_graph(4)), with_virtual_node(palindrome_graph(2))])
    assert both.query.tolist() == [3, 5 + 1]
    assert both.virtual.tolist() == [4, 5 + 2]
    hubs = [with_virtual_node(path_graph(2)), with_virtual_node(path_graph(4))]
    assert each(hubs).virtual.tolist() == [2, 3 + 4]


def test_a_batch_is_read_at_the_query_of_each_graph():
    torch.manual_seed(0)
    graphs = [palindrome_graph(length) for length in (5, 3, 7, 2)]
    for graph in graphs:
        graph.x = torch.randn(graph.num_nodes, 4)
    net = GraphNet(4, 8, 3, 2)
    apart = torch.stack([net(graph.x, graph.edge_index, query=graph.query) for graph in graphs])
    batch = each(graphs)
    together = net(batch.x, batch.edge_index, batch=batch.batch, query=batch.query)
    torch.testing.assert_close(together, apart)


def test_a_node_that_a_caller_names_moves_too():
    graphs = [path_graph(3), path_graph(4)]
    for graph in graphs:
        graph.query = 1
    assert each(graphs).query.tolist() == [1, 4]


def test_saved_and_loaded(tmp_path):
    torch.save([palindrome_graph(3), palindrome_graph(5)], tmp_path / "graphs.pt")
    with torch.serialization.safe_globals([DataEdgeAttr, DataTensorAttr, GlobalStorage]):  # PyG's own
        loaded = torch.load(tmp_path / "graphs.pt", weights_only=True)
    assert each(loaded).query.tolist() == [2, 7]
