import pytest
import torch

from gnnlab.layers.sorted_edges import SortedEdges
from gnnlab.layers.sparse_product import SparseHeads, csr_matrix, sparse_product, spmm

NODES, HEADS, CHANNELS = 7, 3, 5
EDGES = torch.tensor([[0, 1, 1, 2, 5, 0, 6, 3], [1, 0, 2, 2, 3, 1, 0, 3]])


def dense(edges, values):
    rows = [[torch.zeros(len(values), dtype=values.dtype)] * NODES for _ in range(NODES)]
    for e, (source, target) in enumerate(zip(edges.source.tolist(), edges.target.tolist())):
        rows[target][source] = rows[target][source] + values[:, e]
    return torch.stack([torch.stack(row, dim=-1) for row in rows], dim=-2)  # (K, N, N)


@pytest.mark.parametrize("entries", [0, 17, 10_000])  # one head at a time, two, all
def test_product_and_gradients_equal_dense_ones(monkeypatch, entries):
    monkeypatch.setattr("gnnlab.layers.sparse_product.JOINED_ENTRIES", entries)
    generator = torch.Generator().manual_seed(0)
    edges = SortedEdges(EDGES, NODES)
    values = torch.randn(HEADS, 8, dtype=torch.float64, generator=generator).requires_grad_()
    x = torch.randn(HEADS, NODES, CHANNELS, dtype=torch.float64, generator=generator).requires_grad_()
    out = sparse_product(values, x, SparseHeads(edges, values))
    expected = dense(edges, values) @ x
    torch.testing.assert_close(out, expected)
    grad = torch.randn(expected.shape, dtype=torch.float64, generator=generator)
    ours, theirs = (torch.autograd.grad(y, (values, x), grad) for y in (out, expected))
    torch.testing.assert_close(ours, theirs)


def test_blocks_of_columns_change_nothing(monkeypatch):
    generator = torch.Generator().manual_seed(1)
    matrix = torch.randn(NODES, NODES, generator=generator)
    rows = torch.arange(NODES + 1) * NODES
    csr = csr_matrix(rows, torch.arange(NODES).repeat(NODES), matrix.flatten(), NODES)
    x = torch.randn(NODES, 31, generator=generator)
    monkeypatch.setattr("gnnlab.layers.sparse_product.BLOCK_BYTES", 8 * NODES * 4)  # eight columns at a time
    torch.testing.assert_close(spmm(csr, x), matrix @ x)


def test_more_parallel_edges_than_places():
    edges = SortedEdges(torch.zeros(2, 3, dtype=torch.long), 1)
    values = torch.tensor([[1.0, 2.0, 4.0]], requires_grad=True)
    out = sparse_product(values, torch.tensor([[[3.0, 5.0]]]), SparseHeads(edges, values))
    assert out.tolist() == [[[21.0, 35.0]]]
    out.sum().backward()
    assert values.grad.tolist() == [[8.0, 8.0, 8.0]]
