"""The GRU of torch, :class:`seq.cells.gru.GRU`.

Its gates are n, r, z and the candidate's product m = W_nh h + b_nh: n = tanh(z_n + r ⊙ m). The input of m is b_nh.
"""

import triton
import triton.language as tl  # noqa: F401 - Triton's interpreter looks for it

from seq.kernels.equations.equations import Equations
from seq.kernels.functions import sigmoid, sigmoid_slope, tanh, tanh_slope


@triton.jit
def gates(z, p, old, v):
    r, m = sigmoid(z[1] + p[0]), z[3] + p[2]
    return tanh(z[0] + r * m), r, sigmoid(z[2] + p[1]), m


@triton.jit
def state(values, old):
    n, z = values[0], values[2]
    return ((1.0 - z) * n + z * old[0],)


@triton.jit
def gradients(values, old, d, v):
    n, r, z, m = values
    dh = d[0]
    dz_n = dh * (1.0 - z) * tanh_slope(n)
    dz_z = dh * (old[0] - n) * sigmoid_slope(z)
    return (dz_n, dz_n * m * sigmoid_slope(r), dz_z, dz_n * r), (dh * z,)


EQUATIONS = Equations(blocks=4, gates=gates, state=state, gradients=gradients, first=1)
