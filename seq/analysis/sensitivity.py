"""How strongly what is read out depends on each part of the input, and the Jacobians behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from seq.checks import check_precision, check_sequence, check_state, check_tensor
from seq.layers.bidirectional import Bidirectional
from seq.layers.layer import RecurrentLayer, State, check_layer


def sensitivity(function: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """‖∂y/∂e(t)‖_F of each example at each position: how much of input t is left in the output y.

    Exact, by one vector-Jacobian product an output. It serves any function of plain tensors, so recurrent and
    graph networks alike: positions are steps, or nodes. An entry that is exactly 0 is out of reach: more hops than
    layers, or a step at which every gate of a phased network is shut. A tiny one has vanished on its way through
    time or was squashed on its way through the graph (Topping et al. 2022, arXiv 2111.14522). Call it in double
    precision (``model.double()``) where small numbers must not underflow, and in evaluation mode where nothing
    random shall be in between.

    Args:
        function: from inputs to outputs; each output row must depend on its own input row only.
        inputs: e, such as the embedded symbols of a sequence or the features of nodes.

    Shapes:
        - **inputs**: (B, T, F)
        - **function(inputs)**: (B, C), or (B, ...) of any shape
        - returns (B, T), zero or more

    Raises:
        ValueError: inputs that are not (B, T, F) floats, no function, or outputs with another number of rows.

    Example:
        >>> import torch
        >>> from seq import LSTM, SequenceClassifier, sensitivity
        >>> model = SequenceClassifier(LSTM(4, 6), num_classes=3, num_tokens=10).eval()
        >>> D = sensitivity(model.read, model.encode(torch.randint(10, (5, 7))))
        >>> D.shape, bool(D[:, 0].mean() < D[:, -1].mean())
        (torch.Size([5, 7]), True)
    """
    check_tensor("inputs", inputs)
    if inputs.dim() != 3 or not inputs.is_floating_point():
        raise ValueError(
            f"inputs must be floating-point numbers of shape (B, T, F), got {inputs.dtype} of shape "
            f"{tuple(inputs.shape)}"
        )
    with _derivatives():
        leaf = (
            inputs.detach().clone().requires_grad_()
        )  # a copy, because one made in inference mode has no gradient
        outputs = _rows(function, leaf)
        # Rows do not meet, so the sum over the batch has every example's own gradient.
        totals = outputs.flatten(1).sum(0) if outputs.dim() > 1 else outputs.sum().view(1)
        size = torch.zeros(leaf.shape[:2], dtype=leaf.dtype, device=leaf.device)
        if not outputs.requires_grad:
            return size
        for total in totals.unbind(0):
            (gradient,) = torch.autograd.grad(
                total, leaf, retain_graph=True, allow_unused=True, materialize_grads=True
            )
            size = torch.hypot(size, _norm(gradient))
    return size


@contextmanager
def _derivatives() -> Iterator[None]:
    """Gradients, whatever the caller has switched off: without them all would seem to be out of reach."""
    # cuDNN has no derivative of a recurrent layer in evaluation mode.
    with torch.inference_mode(False), torch.enable_grad(), torch.backends.cudnn.flags(enabled=False):
        yield


def _rows(function: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """function(inputs), if it is real numbers in a row for each example."""
    if not callable(function):
        raise ValueError(f"function must be one from tensor to tensor, got {type(function).__name__}")
    outputs = function(inputs.clone())  # it may write to what it is given
    if not isinstance(outputs, Tensor) or not outputs.is_floating_point():
        kind = outputs.dtype if isinstance(outputs, Tensor) else type(outputs).__name__
        raise ValueError(f"function must give a tensor of floating-point numbers, got {kind}")
    if outputs.dim() == 0 or len(outputs) != len(inputs):
        raise ValueError(f"function must give {len(inputs)} rows, one an example; got {tuple(outputs.shape)}")
    return outputs


def _norm(vectors: Tensor) -> Tensor:
    """‖v‖ over the last dimension, scaled so that the squares of tiny numbers stay above zero."""
    if vectors.shape[-1] == 0:
        return torch.linalg.vector_norm(vectors, dim=-1)
    largest = vectors.abs().amax(-1, keepdim=True)
    scaled = vectors / largest.masked_fill(largest == 0, 1.0)
    return torch.linalg.vector_norm(scaled, dim=-1) * largest.squeeze(-1)


def jacobians(function: Callable[[Tensor], Tensor], inputs: Tensor) -> Tensor:
    """∂y/∂e of each example, in full: of one step of a recurrent network, or of one layer of a graph network.

    Made in one backward pass over a batch in which every example stands once for each of its outputs.

    Args:
        function: from inputs to outputs, for any size of batch; rows must not depend on each other.
        inputs: e.

    Shapes:
        - **inputs**: (B, ...) of K numbers per row; **function(inputs)**: (B, ...) of M numbers per row
        - returns (B, M, K)

    Raises:
        ValueError: inputs that are no floats, no function, or outputs that are no floats or have another number of
            rows.

    Example:
        >>> import torch
        >>> from seq import jacobians
        >>> W = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
        >>> jacobians(lambda x: x @ W.t(), torch.zeros(1, 2))
        tensor([[[1., 2.],
                 [3., 4.],
                 [5., 6.]]])
    """
    check_tensor("inputs", inputs)
    if inputs.dim() == 0 or not inputs.is_floating_point():
        raise ValueError(
            f"inputs must be floating-point numbers of shape (B, ...), got {inputs.dtype} of shape "
            f"{tuple(inputs.shape)}"
        )
    with torch.no_grad():
        B, M = len(inputs), math.prod(_rows(function, inputs).shape[1:])
    with _derivatives():
        leaf = inputs.detach().repeat_interleave(M, dim=0).requires_grad_()  # (B M, ...)
        outputs = _rows(function, leaf).reshape(B * M, M)
        if not outputs.requires_grad:
            return outputs.new_zeros(B, M, leaf[0].numel())
        each = torch.eye(M, dtype=outputs.dtype, device=outputs.device).repeat(B, 1)
        (gradient,) = torch.autograd.grad(outputs, leaf, each, allow_unused=True, materialize_grads=True)
    return gradient.reshape(B, M, -1)


def step_jacobians(layer: RecurrentLayer, x: Tensor, state: State | None = None) -> Tensor:
    """ds(t)/ds(t-1) of every step, s being all of the state: [h], for an LSTM [h; c], for an LRU [h; re; im].

    Its singular values say what one step does to what is remembered: below 1 it shrinks, above 1 it grows.

    Args:
        layer: any single layer in a single direction.
        x: input sequences.
        state: the state before the first step; zeros when left out.

    Shapes:
        - **x**: (B, T, I)
        - returns (T, B, S, S) with S = H, 2H for a cell with a memory, or 3H for a linear recurrent unit

    Raises:
        ValueError: a stack of layers, or a bidirectional one; no sequences, input or state of another shape.

    Example:
        >>> import torch
        >>> from seq import LSTM, step_jacobians
        >>> torch.linalg.svdvals(step_jacobians(LSTM(2, 3), torch.randn(5, 7, 2))).shape
        torch.Size([7, 5, 6])
    """
    check_layer("layer", layer)
    if isinstance(layer, Bidirectional) or len(layer.state_shape(1)) != 2:
        raise ValueError(
            f"layer must be a single layer in a single direction, not a {type(layer).__name__}; "
            "take its parts one by one"
        )
    check_sequence("x", x, layer.input_size)
    if len(x) == 0:
        raise ValueError("x must hold at least one sequence")
    check_precision("x", x, layer)
    current = layer.initial_state(x) if state is None else state
    check_state(current, layer.state_names, layer.state_shape(len(x)))
    parts = []
    for t in range(x.shape[1]):
        joined = torch.cat(current, dim=1)  # (B, S)

        def step(s: Tensor, t: int = t) -> Tensor:
            x_t = x[:, t : t + 1].repeat_interleave(len(s) // len(x), dim=0)
            return torch.cat(layer(x_t, s.split(layer.hidden_size, dim=1), **_time(layer, t, x_t))[1], dim=1)

        parts.append(jacobians(step, joined))
        with torch.no_grad():
            current = step(joined).split(layer.hidden_size, dim=1)
    return torch.stack(parts)


def _time(layer: RecurrentLayer, t: int, x: Tensor) -> dict[str, Tensor]:
    """The time stamp of step t as the layer itself would count it, where it counts."""
    return {"times": torch.full((len(x), 1), t + 1, device=x.device)} if layer.uses_times else {}
