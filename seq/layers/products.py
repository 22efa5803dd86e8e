"""Matrix products outside autograd, by the faster of torch's two CPU libraries."""

from __future__ import annotations

import torch
from torch import Tensor

# torch.nn.LSTM does its float32 products with oneDNN, but torch.mm uses MKL, which leaves half of the speed
# of a processor that is not Intel's unused (109 against 215 GFLOP/s, measured on an AMD EPYC). The
# operation below is how torch.compile reaches oneDNN; where it is missing, mm serves.
_MKLDNN = getattr(torch.ops, "mkldnn", None)
_LINEAR = getattr(_MKLDNN, "_linear_pointwise", None) if torch.backends.mkldnn.is_available() else None


def times_transposed(a: Tensor, b: Tensor) -> Tensor:
    """a bᵀ. Not differentiable.

    Shapes:
        - **a**: (M, K); **b**: (N, K)
        - returns (M, N)
    """
    if _LINEAR is None or a.dtype is not torch.float32 or not a.is_cpu or not torch.backends.mkldnn.enabled:
        return a @ b.t()
    return _LINEAR(a, b, None, "none", [], "")
