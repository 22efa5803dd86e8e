"""The long short-term memory, :class:`seq.cells.lstm.LSTM`; gates i, f, g, o."""

import triton
import triton.language as tl  # noqa: F401 - Triton's interpreter looks for it

from seq.kernels.equations.equations import Equations
from seq.kernels.functions import sigmoid, sigmoid_slope, tanh, tanh_slope


@triton.jit
def gates(z, p, old, v):
    return sigmoid(z[0] + p[0]), sigmoid(z[1] + p[1]), tanh(z[2] + p[2]), sigmoid(z[3] + p[3])


@triton.jit
def state(values, old):
    i, f, g, o = values
    c = g * i + old[1] * f
    return tanh(c) * o, c


@triton.jit
def gradients(values, old, d, v):
    i, f, g, o = values
    c = old[1]
    tanh_c = tanh(g * i + c * f)
    dz_o = d[0] * tanh_c * sigmoid_slope(o)
    dc = d[1] + d[0] * o * tanh_slope(tanh_c)
    dz = dc * g * sigmoid_slope(i), dc * c * sigmoid_slope(f), dc * i * tanh_slope(g), dz_o
    return dz, (dc * 0.0, dc * f)


EQUATIONS = Equations(blocks=4, gates=gates, state=state, gradients=gradients, state_size=2)
