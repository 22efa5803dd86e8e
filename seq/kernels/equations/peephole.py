"""The LSTM with peepholes, :class:`seq.cells.peephole.PeepholeLSTM`; gates i, f, g, o, vectors w_i, w_f, w_o."""

import torch
import triton
import triton.language as tl  # noqa: F401 - Triton's interpreter looks for it
from torch import Tensor

from seq.kernels.equations.equations import Equations
from seq.kernels.equations.lstm import state
from seq.kernels.functions import sigmoid, sigmoid_slope, tanh, tanh_slope


@triton.jit
def gates(z, p, old, v):
    c = old[1]
    i, f = sigmoid(z[0] + p[0] + v[0] * c), sigmoid(z[1] + p[1] + v[1] * c)
    g = tanh(z[2] + p[2])
    return i, f, g, sigmoid(z[3] + p[3] + v[2] * (g * i + c * f))


@triton.jit
def gradients(values, old, d, v):
    i, f, g, o = values
    c = old[1]
    tanh_c = tanh(g * i + c * f)
    dz_o = d[0] * tanh_c * sigmoid_slope(o)
    dc = d[1] + d[0] * o * tanh_slope(tanh_c) + dz_o * v[2]
    dz_i, dz_f = dc * g * sigmoid_slope(i), dc * c * sigmoid_slope(f)
    return (dz_i, dz_f, dc * i * tanh_slope(g), dz_o), (dc * 0.0, dc * f + dz_i * v[0] + dz_f * v[1])


def vector_gradients(dz: Tensor, values: Tensor, c: Tensor) -> Tensor:
    i, f, g, _ = values.chunk(4, dim=-1)
    dz_i, dz_f, _, dz_o = dz.chunk(4, dim=-1)
    proposed = g * i + c * f  # with a time gate it is not the c after the step
    return torch.stack([(dz_i * c).sum((1, 2)), (dz_f * c).sum((1, 2)), (dz_o * proposed).sum((1, 2))], dim=1)


EQUATIONS = Equations(
    blocks=4,
    gates=gates,
    state=state,
    gradients=gradients,
    state_size=2,
    vector_gradients=vector_gradients,
)
