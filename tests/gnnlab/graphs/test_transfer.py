import networkx as nx
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch_geometric.loader import DataLoader

from gnnlab import GraphNet, clique_path_graph, ring_graph

EVEN = st.integers(2, 17).map(lambda half: 2 * half)
BUILDERS = {
    "ring": ring_graph,
    "crossed ring": lambda nodes: ring_graph(nodes, crossed=True),
    "clique-path": clique_path_graph,
}


def theirs(name, nodes):
    """The graph by its definition, with the nodes called as there, the one that asks and the one that holds."""
    if name == "clique-path":
        half = nodes // 2
        graph = nx.compose(nx.complete_graph(half), nx.path_graph(range(half - 1, nodes)))
        return graph, 0, nodes - 1
    graph = nx.cycle_graph(nodes)
    if name == "crossed ring":
        for place in range(nodes):
            graph.add_edge(place, (nodes - 1 - place) % nodes)
            graph.add_edge(place, (nodes + 1 - place) % nodes)
    return graph, 0, nodes // 2


@pytest.mark.parametrize("name", BUILDERS)
@given(nodes=EVEN)
def test_the_graph_is_the_one_of_its_definition(name, nodes):
    ours = BUILDERS[name](nodes)
    graph, asks, holds = theirs(name, nodes)
    found = nx.Graph(ours.edge_index.t().tolist())
    for one, marks in ((graph, (asks, holds)), (found, (ours.query, ours.source))):
        nx.set_node_attributes(one, {node: marks.index(node) if node in marks else 2 for node in one}, "mark")
    same = nx.isomorphism.GraphMatcher(found, graph, node_match=lambda a, b: a["mark"] == b["mark"])
    assert same.is_isomorphic()
    assert ours.distance == nx.shortest_path_length(found, ours.source, ours.query)
    edges = [tuple(edge) for edge in ours.edge_index.t().tolist()]
    assert edges == sorted(set(edges) | {(j, i) for i, j in edges})
    assert all(i != j for i, j in edges)


@pytest.mark.parametrize("name", BUILDERS)
@given(nodes=EVEN)
def test_nodes_stand_in_the_order_of_their_distance(name, nodes):
    graph = BUILDERS[name](nodes)
    assert (graph.source, graph.query, graph.num_nodes) == (0, nodes - 1, nodes)
    hops = nx.single_source_shortest_path_length(nx.Graph(graph.edge_index.t().tolist()), graph.query)
    in_order = [hops[node] for node in range(nodes)]
    assert in_order == sorted(in_order, reverse=True)


@given(nodes=EVEN)
def test_the_two_sides_of_a_ring_alternate(nodes):
    edges = set(map(tuple, ring_graph(nodes).edge_index.t().tolist()))
    assert all((node, node + 2) in edges for node in range(1, nodes - 2))


@pytest.mark.parametrize("name", BUILDERS)
def test_as_many_layers_as_the_distance_hear_the_label(name):
    torch.manual_seed(0)
    graph = BUILDERS[name](10)
    for layers, heard in ((graph.distance - 1, False), (graph.distance, True)):
        net = GraphNet(2, 31, 3, layers)
        x = torch.randn(10, 2, requires_grad=True)
        net(x, graph.edge_index, query=graph.query).sum().backward()
        assert bool(x.grad[graph.source].any()) is heard


def test_a_loader_moves_the_nodes_that_hold_labels():
    graphs = [ring_graph(4), clique_path_graph(6), ring_graph(8, crossed=True)]
    batch = next(iter(DataLoader(graphs, batch_size=3)))
    assert batch.source.tolist() == [0, 4, 10]
    assert batch.query.tolist() == [3, 9, 17]
    assert batch.distance.tolist() == [2, 4, 4]


@pytest.mark.parametrize("build", [ring_graph, clique_path_graph])
def test_odd_and_small_numbers_of_nodes_are_refused(build):
    with pytest.raises(ValueError, match="num_nodes must be even"):
        build(7)
    for nodes in (2, 0, -4, 10**9):
        with pytest.raises(ValueError, match="num_nodes must be a whole number from 4"):
            build(nodes)
