"""The nonlinearities of the kernels, safe for every number."""

import triton
import triton.language as tl


@triton.jit
def sigmoid(x):
    e = tl.exp(-tl.abs(x))  # never above 1
    return tl.where(x < 0, e, 1.0) / (1.0 + e)


@triton.jit
def tanh(x):
    e = tl.exp(-2.0 * tl.abs(x))
    size = (1.0 - e) / (1.0 + e)
    return tl.where(x < 0, -size, size)


@triton.jit
def sigmoid_slope(s):
    """dσ/dz from s = σ(z)."""
    return s * (1.0 - s)


@triton.jit
def tanh_slope(s):
    """dtanh/dz from s = tanh(z)."""
    return 1.0 - s * s
