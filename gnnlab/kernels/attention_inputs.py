"""What attention over sorted edges is computed from, as tensors and otherwise."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

from gnnlab.layers.sorted_edges import SortedEdges


class Inputs(NamedTuple):
    """The tensors, of B examples, M sources, N targets, K heads, O channels and E' edges.

    Variables:
        left: (B, M, K, O), what sources say.
        right: (B, N, K, O), what targets say, or None.
        att: (K, O), a of the second scoring, or a_src of the first.
        att_dst: (K, O), a_dst of the first scoring; None where targets have no say.
        extra: (K, E') terms of the edges in the order of the rows, or None; of the first scoring alone.
        keep: (B, E', K), 0 where dropout drops α and 1 where it doesn't, or None.
    """

    left: Tensor
    right: Tensor | None
    att: Tensor
    att_dst: Tensor | None
    extra: Tensor | None
    keep: Tensor | None

    @property
    def is_v2(self) -> bool:
        """Whether scores are those of Brody et al."""
        return self.right is not None and self.att_dst is None

    @property
    def without_att_dst(self) -> tuple[Tensor | None, ...]:
        """All others."""
        return self.left, self.right, self.att, self.extra, self.keep


@dataclass(frozen=True)
class Options:
    """The graph, the slope of leaky_relu, what dropout multiplies with where it keeps α, and whether right is left."""

    edges: SortedEdges
    slope: float
    scale: float
    shared: bool
