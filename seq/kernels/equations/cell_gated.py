"""The LSTM whose gates see c, :class:`seq.cells.cell_gated.CellGatedLSTM`; gates g, i, f, o."""

import triton
import triton.language as tl  # noqa: F401 - Triton's interpreter looks for it

from seq.kernels.equations.equations import Equations
from seq.kernels.functions import sigmoid, sigmoid_slope, tanh, tanh_slope


@triton.jit
def gates(z, p, old, v):
    # g sees no state: it has no product, and p is counted from i.
    return sigmoid(z[0]), sigmoid(z[1] + p[0]), sigmoid(z[2] + p[1]), sigmoid(z[3] + p[2])


@triton.jit
def state(values, old):
    g, i, f, o = values
    c = g * i + old[1] * f
    return tanh(c) * o, c


@triton.jit
def gradients(values, old, d, v):
    g, i, f, o = values
    c = old[1]
    tanh_c = tanh(g * i + c * f)
    dz_o = d[0] * tanh_c * sigmoid_slope(o)
    dc = d[1] + d[0] * o * tanh_slope(tanh_c)
    dz = dc * i * sigmoid_slope(g), dc * g * sigmoid_slope(i), dc * c * sigmoid_slope(f), dz_o
    return dz, (dc * 0.0, dc * f)


EQUATIONS = Equations(
    blocks=4, gates=gates, state=state, gradients=gradients, first=1, state_size=2, source=1
)
