"""Products of sparse matrices that share one pattern with dense features, and their gradients."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from functools import cache
from typing import Any

import torch
from torch import Tensor

from gnnlab.layers.sorted_edges import SortedEdges
from gnnlab.layers.tracing import autocasts
from gnnlab.lazy import LazyProperty

#: A product runs over blocks of columns of about this many bytes, so that the rows gathered stay in the
#: cache. With 29,000 nodes, 1.5 million edges and 200 channels this takes a third of the time of one wide
#: product.
BLOCK_BYTES = 5_000_000

#: Heads are joined to block-diagonal matrices of up to about this many entries: one call for many heads.
JOINED_ENTRIES = 500_000


@cache
def _accept_beta_notices() -> None:
    """Let torch give its notices about sparse CSR, which come once a process, where nobody reads them."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="Sparse CSR tensor support is in beta")
        warnings.filterwarnings("ignore", message="Sparse invariant checks are implicitly disabled")
        torch.sparse_csr_tensor(torch.tensor([0, 1]), torch.tensor([0]), torch.ones(1), (1, 1))


def csr_matrix(starts: Tensor, ends: Tensor, values: Tensor, num_columns: int) -> Tensor:
    """Return a torch.sparse CSR matrix of known good indices."""
    _accept_beta_notices()
    size = (starts.numel() - 1, num_columns)
    return torch.sparse_csr_tensor(starts, ends, values, size, check_invariants=False)


def spmm(matrix: Tensor, x: Tensor) -> Tensor:
    """Return matrix @ x, in blocks of columns where `x` is larger than the cache.

    Shapes: matrix (N, M) CSR, x (M, F), result (N, F).
    """
    columns = BLOCK_BYTES // max(1, x.size(0) * x.element_size())
    dense_enough = matrix.values().numel() > 4 * x.size(0)  # else copying the blocks costs more than it saves
    if autocasts(x):  # it has no sparse product of short numbers
        with torch.autocast(x.device.type, enabled=False):
            return spmm(matrix, x)
    if x.is_cuda or 2 * columns > x.size(1) or not dense_enough:
        return matrix @ x
    blocks = -(-x.size(1) // max(8, columns))
    return torch.cat([matrix @ block.contiguous() for block in x.tensor_split(blocks, dim=1)], dim=1)


def head_groups(heads: int, edges: SortedEdges) -> list[slice]:
    """Cut K heads into groups whose matrices are joined to one block-diagonal matrix."""
    size = max(1, min(heads, JOINED_ENTRIES // max(1, edges.num_edges)))
    return [slice(start, min(start + size, heads)) for start in range(0, heads, size)]


class SparseHeads:
    """K sparse N x M matrices (targets x sources) with one pattern, ready for products with it and with its transpose.

    Args:
        edges: The pattern; row i lists what node i receives.
        values: (K, E') entries in the order of the rows.
    """

    def __init__(self, edges: SortedEdges, values: Tensor) -> None:
        self.edges = edges
        self.values = values.detach()
        self.groups = head_groups(values.size(0), edges)

    @LazyProperty
    def matrices(self) -> list[Tensor]:
        """The matrices as CSR, one block-diagonal matrix for each group of heads."""
        rows, width = self.edges.row_pattern, self.edges.num_sources
        return [self._csr(rows, self.values[group], width) for group in self.groups]

    @LazyProperty
    def transposes(self) -> list[Tensor]:
        """The transposed matrices as CSR."""
        turned = (self.values[group].index_select(1, self.edges.flip) for group in self.groups)
        return [self._csr(self.edges.column_pattern, values, self.edges.num_nodes) for values in turned]

    def _csr(self, pattern: Callable[[int], tuple[Tensor, Tensor]], values: Tensor, columns: int) -> Tensor:
        heads = values.size(0)
        return csr_matrix(*pattern(heads), values.reshape(-1), heads * columns)

    def product(self, x: Tensor, *, transposed: bool = False) -> Tensor:
        """Return each matrix times its x, (K, M, F) to (K, N, F), or its transpose, (K, N, F) to (K, M, F)."""
        matrices = self.transposes if transposed else self.matrices
        channels = x.size(-1)
        parts = [spmm(matrix, x[group].reshape(-1, channels)) for matrix, group in zip(matrices, self.groups)]
        joined = parts[0] if len(parts) == 1 else torch.cat(parts)
        rows = self.edges.num_sources if transposed else self.edges.num_nodes
        return joined.view(x.size(0), rows, channels)


class SparseProduct(torch.autograd.Function):
    """out[k] = A[k] x[k]; backward dx[k] = A[k]ᵀ dout[k] and dA[k]ᵢⱼ = dout[k]ᵢ · x[k]ⱼ.

    The gradient of A is taken at the edges alone, so nothing of size E x F is ever held.
    """

    @staticmethod
    def forward(ctx: Any, values: Tensor, x: Tensor, heads: SparseHeads) -> Tensor:  # (K, E'), (K, N, F)
        ctx.heads = heads
        ctx.save_for_backward(values, x if values.requires_grad else None)
        return heads.product(x)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        values, x = ctx.saved_tensors
        heads = ctx.heads
        grad_values = PairDots.apply(grad, x, heads.edges) if ctx.needs_input_grad[0] else None
        grad_x = None
        if ctx.needs_input_grad[1]:
            grad_x = TransposedProduct.apply(values, grad, heads)
        return grad_values, grad_x, None


class TransposedProduct(torch.autograd.Function):
    """out[k] = A[k]ᵀ x[k]; the other half of SparseProduct, so that gradients have gradients."""

    @staticmethod
    def forward(ctx: Any, values: Tensor, x: Tensor, heads: SparseHeads) -> Tensor:
        ctx.heads = heads
        ctx.save_for_backward(values, x if values.requires_grad else None)
        return heads.product(x, transposed=True)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        values, x = ctx.saved_tensors
        grad_values = PairDots.apply(x, grad, ctx.heads.edges) if ctx.needs_input_grad[0] else None
        grad_x = SparseProduct.apply(values, grad, ctx.heads) if ctx.needs_input_grad[1] else None
        return grad_values, grad_x, None


class PairDots(torch.autograd.Function):
    """out[k, e] = a[k, target(e)] · b[k, source(e)] over the edges e: a product sampled at the pattern."""

    @staticmethod
    def forward(
        ctx: Any, a: Tensor, b: Tensor, edges: SortedEdges
    ) -> Tensor:  # (K, N, F), (K, M, F) -> (K, E')
        ctx.edges = edges
        ctx.save_for_backward(a, b)
        if (
            not 0 < edges.num_edges <= edges.num_nodes * edges.num_sources
        ):  # sampled_addmm refuses more entries than places
            return (a.index_select(1, edges.target) * b.index_select(1, edges.source)).sum(-1)
        channels = a.size(-1)
        dots = []
        for group in head_groups(a.size(0), edges):
            left, right = a[group].reshape(-1, channels), b[group].reshape(-1, channels)
            heads = group.stop - group.start
            zeros = a.new_zeros(heads * edges.num_edges)
            pattern = csr_matrix(*edges.row_pattern(heads), zeros, right.size(0))
            sampled = torch.sparse.sampled_addmm(pattern, left, right.t(), beta=0.0)
            dots.append(sampled.values().view(heads, -1))
        return dots[0] if len(dots) == 1 else torch.cat(dots)

    @staticmethod
    def backward(ctx: Any, grad: Tensor) -> tuple[Tensor | None, Tensor | None, None]:
        a, b = ctx.saved_tensors
        heads = SparseHeads(ctx.edges, grad)
        grad_a = SparseProduct.apply(grad, b, heads) if ctx.needs_input_grad[0] else None
        grad_b = TransposedProduct.apply(grad, a, heads) if ctx.needs_input_grad[1] else None
        return grad_a, grad_b, None


def sparse_product(values: Tensor, x: Tensor, heads: SparseHeads) -> Tensor:
    """Return A[k] x[k] for each head k, differentiable in the values and in x.

    Shapes: values (K, E') in the order of the rows; x (K, M, F) of the sources; result (K, N, F) of the targets.
    """
    return SparseProduct.apply(values, x, heads)
