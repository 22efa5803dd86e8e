"""One launch of a kernel: its tensors laid out, and the sizes of its tiles."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from seq.kernels.backward import backward_kernel
from seq.kernels.equations.equations import Equations
from seq.kernels.forward import forward_kernel
from seq.layers.layer import State

Sizes = dict[str, Any]
_PROVEN: set[tuple[Any, ...]] = set()


def rows_of_a_program(K: int, B: int, device: torch.device) -> int:
    """Sequences of one program: 16, or 8 (which Triton 3.4 can't do) where 16 would leave processors without work."""
    if device.type != "cuda":
        return 16
    programs = K * -(-B // 16)
    return 8 if programs < torch.cuda.get_device_properties(device).multi_processor_count else 16


def forward(
    equations: Equations,
    z: Tensor,
    weight: Tensor,
    vectors: Tensor | None,
    gate: Tensor | None,
    state: State,
    rows: int,
) -> tuple[State, Tensor, Tensor | None]:
    """Run a cell over time, for K seeds at once, in programs of ``rows`` sequences.

    Shapes:
        - **z**: (K, T, B, G * H); **state**: each (K, B, H)
        - **weight**: (K or 1, R * H, H), R being the number of gates with a recurrent product
        - **vectors**: (K or 1, V, H); **gate**: (K or 1, T, B, H)
        - returns the states before every step and after the last, each (K, T + 1, B, H); the values of the gates
          (K, T, B, G * H); and mix(values, h) of every step (K, T, B, H), None in a cell that has none
    """
    K, T, B, _ = z.shape
    H = weight.shape[-1]
    histories = tuple(s.new_empty(K, T + 1, B, H) for s in state)
    for history, s in zip(histories, state):
        history[:, 0] = s
    values = torch.empty_like(z)
    mixed = None if equations.mix is None else z.new_empty(K, T, B, H)
    h, c = _pair(histories)
    # Rows of the transposed matrix are as long as all gates together, and a tile of it is read along them.
    weight_t = weight.transpose(1, 2).contiguous()  # (K or 1, H, R * H)
    with torch.cuda.device_of(z):
        forward_kernel[(K * -(-B // rows),)](
            z,
            weight_t,
            vectors,
            gate,
            h,
            c,
            values,
            mixed,
            T,
            B,
            *_seeds(weight, vectors, gate),
            **forward_sizes(equations, H, vectors, rows),
        )
    return histories, values, mixed


def backward(
    equations: Equations,
    weight: Tensor,
    vectors: Tensor | None,
    gate: Tensor | None,
    histories: State,
    values: Tensor,
    doutputs: Tensor,
    dstate: State,
    rows: int,
) -> tuple[Tensor, Tensor | None, State]:
    """Gradients of z (K, T, B, G * H), of the gate (K, T, B, H) and of the state before the first step, (K, B, H) each.

    Args:
        histories, values: what :func:`forward` gave, for each seed or for all, (K or 1, ...).
        doutputs: gradients of the outputs (K, T, B, H).
        dstate: gradients of the state after the last step, (K, B, H) each; left as they are.
    """
    K, T, B, _ = doutputs.shape
    dz = values.new_empty(K, *values.shape[1:])
    dgate = None if gate is None else torch.empty_like(doutputs)
    before = tuple(d.clone() for d in dstate)
    h, c = _pair(histories)
    dh, dc = _pair(before)
    with torch.cuda.device_of(values):
        backward_kernel[(K * -(-B // rows),)](
            weight,
            vectors,
            gate,
            h,
            c,
            values,
            doutputs,
            dh,
            dc,
            dz,
            dgate,
            T,
            B,
            *_seeds(weight, vectors, gate, values),
            **backward_sizes(equations, weight.shape[-1], vectors, rows),
        )
    return dz, dgate, before


def prove(equations: Equations, weight: Tensor, vectors: Tensor | None, gated: bool, rows: int) -> None:
    """Compile and run both kernels of this kind on a single step, unless that was done before.

    So a kernel that this GPU can't have fails before anything was computed, and not half way back.
    """
    H, zeros = weight.shape[-1], weight.new_zeros
    kind = (equations, H, gated, rows, weight.device)
    if kind in _PROVEN:
        return
    state = tuple(zeros(1, 1, H) for _ in range(equations.state_size))
    gate, one = zeros(1, 1, 1, H) if gated else None, zeros(1, 1, 1, H)
    weight, vectors = zeros(1, *weight.shape[1:]), None if vectors is None else zeros(1, *vectors.shape[1:])
    z = zeros(1, 1, 1, equations.blocks * H)
    histories, values, _ = forward(equations, z, weight, vectors, gate, state, rows)
    backward(equations, weight, vectors, gate, histories, values, one, state, rows)
    _PROVEN.add(kind)


def forward_sizes(equations: Equations, H: int, vectors: Tensor | None, rows: int) -> Sizes:
    """The constants of the forward kernel, and how it is compiled."""
    functions = {
        "GATES": equations.gates,
        "STATE": equations.state,
        "MIX": equations.mix,
        "LAST": equations.last,
    }
    return functions | _sizes(equations, H, vectors, rows) | {"DEPTH": 16}


def backward_sizes(equations: Equations, H: int, vectors: Tensor | None, rows: int) -> Sizes:
    """The constants of the backward kernel, and how it is compiled."""
    functions = {
        "STATE": equations.state,
        "GRADIENTS": equations.gradients,
        "MIX_GRADIENTS": equations.mix_gradients,
    }
    # A product has as many terms as all gates have units, and fills one block; so more terms a turn.
    return functions | _sizes(equations, H, vectors, rows) | {"DEPTH": 32}


def _sizes(equations: Equations, H: int, vectors: Tensor | None, rows: int) -> Sizes:
    units = min(max(16, 1 << (H - 1).bit_length()), 128)  # a power of 2; 16 is the least that a product takes
    return {
        "H": H,
        "G": equations.blocks,
        "FIRST": equations.first,
        "SECOND": equations.second,
        "SOURCE": equations.source,
        "VECTORS": 0 if vectors is None else vectors.shape[1],
        "ROWS": rows,
        "UNITS": units,
        "num_warps": 8 if units >= 64 else 4,
    }


def _pair(state: State) -> tuple[Tensor, Tensor | None]:
    return state[0], state[1] if len(state) > 1 else None


def _seeds(*tensors: Tensor | None) -> tuple[int, ...]:
    """Whether each seed has a tensor of its own, 1, or all share it, 0."""
    return tuple(int(tensor is not None and tensor.shape[0] > 1) for tensor in tensors)
