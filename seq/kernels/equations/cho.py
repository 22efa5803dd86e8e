"""The GRU's first definition, :class:`seq.cells.gru.GRU` with ``variant="cho"``; gates r, z, n, and n sees r ⊙ h."""

import triton
import triton.language as tl  # noqa: F401 - Triton's interpreter looks for it

from seq.kernels.equations.equations import Equations
from seq.kernels.functions import sigmoid, sigmoid_slope, tanh, tanh_slope


@triton.jit
def gates(z, p, old, v):
    return sigmoid(z[0] + p[0]), sigmoid(z[1] + p[1])


@triton.jit
def mix(values, old):
    return values[0] * old[0]


@triton.jit
def last(z, p, values, old):
    return tanh(z + p)


@triton.jit
def state(values, old):
    z, n = values[1], values[2]
    return ((1.0 - z) * old[0] + z * n,)


@triton.jit
def gradients(values, old, d, v):
    r, z, n = values
    dh = d[0]
    return (r * 0.0, dh * (n - old[0]) * sigmoid_slope(z), dh * z * tanh_slope(n)), (dh * (1.0 - z),)


@triton.jit
def mix_gradients(values, old, d):
    r = values[0]
    return (d * old[0] * sigmoid_slope(r), d * 0.0), d * r


EQUATIONS = Equations(
    blocks=3,
    gates=gates,
    state=state,
    gradients=gradients,
    mix=mix,
    last=last,
    mix_gradients=mix_gradients,
)
