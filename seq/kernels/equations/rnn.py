"""The vanilla recurrent network, :class:`seq.cells.rnn.RNN`: h' = tanh(z + p)."""

import triton
import triton.language as tl  # noqa: F401 - Triton's interpreter looks for it

from seq.kernels.equations.equations import Equations
from seq.kernels.functions import tanh, tanh_slope


@triton.jit
def gates(z, p, old, v):
    return (tanh(z[0] + p[0]),)


@triton.jit
def state(values, old):
    return (values[0],)


@triton.jit
def gradients(values, old, d, v):
    return (d[0] * tanh_slope(values[0]),), (d[0] * 0.0,)


EQUATIONS = Equations(blocks=1, gates=gates, state=state, gradients=gradients)
