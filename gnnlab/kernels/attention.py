"""Attention over sorted edges by kernels of our own, as a step that autograd and `torch.func.vmap` know."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gnnlab.kernels import switch
from gnnlab.kernels.attention_inputs import Inputs, Options
from gnnlab.kernels.attention_launch import Attended, attended, gradients
from gnnlab.kernels.plain_attention import plain_gradients, second_gradients
from gnnlab.layers.sorted_edges import SortedEdges
from gnnlab.layers.tracing import is_transformed

#: Which dimension of each of `Inputs`, and of `Attended`, counts heads.
_HEADS_OF_INPUTS = (-2, -2, -2, -2, -2, -1)
_HEADS_OF_ATTENDED = (-2, -1, -1)


class KernelAttention(torch.autograd.Function):
    """Yᵢ = Σⱼ mᵢⱼ αᵢⱼ Hⱼ over the edges j → i, α the softmax of either scoring, m what dropout multiplies with.

    Nothing of the size of E x K x O is ever held, and nothing of E x K but `keep` and the gradient of `extra`. The
    sums of a node have one order, so results are the same each time. What `vmap` goes over becomes more heads.
    """

    @staticmethod
    def forward(*arguments: Any) -> tuple[Tensor, ...]:  # *Inputs, Options
        *inputs, options = arguments
        return tuple(attended(_dense(inputs, options), options))

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor, ...]) -> None:
        *given, ctx.options = inputs
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(*output[1:])
        ctx.save_for_backward(*given, *output)

    @staticmethod
    def backward(ctx: Any, grad: Tensor | None, *_: None) -> tuple[Tensor | None, ...]:
        if grad is None:
            return (None,) * 7
        return (*AttentionGradients.apply(grad, *ctx.saved_tensors, ctx.options), None, None)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *arguments: Any) -> tuple[Any, Any]:
        *inputs, options = arguments
        size = info.batch_size
        inputs = _more_heads(inputs, in_dims, _HEADS_OF_INPUTS, size)
        return _heads_apart(KernelAttention.apply(*inputs, options), _HEADS_OF_ATTENDED, size)


class AttentionGradients(torch.autograd.Function):
    """The gradients of `KernelAttention`; gradients of gradients are those of torch's own steps."""

    @staticmethod
    def forward(grad: Tensor, *arguments: Any) -> tuple[Tensor | None, ...]:  # *Inputs, *Attended, Options
        *given, options = arguments
        inputs, found = _dense(given[:6], options), Attended(*(part.contiguous() for part in given[6:]))
        made = None
        if switch.runs_kernels(grad):
            made = switch.attempt(lambda: gradients(grad.contiguous(), inputs, found, options))
        return plain_gradients(grad, inputs, options) if made is None else made

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: tuple[Tensor | None, ...]) -> None:
        ctx.options = inputs[-1]
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*inputs[:7])

    @staticmethod
    def backward(ctx: Any, *outer: Tensor | None) -> tuple[Tensor | None, ...]:
        grad, *inputs = ctx.saved_tensors
        return (*second_gradients(outer, grad, Inputs(*inputs), ctx.options), *[None] * 5)

    @staticmethod
    def vmap(info: Any, in_dims: tuple[Any, ...], *arguments: Any) -> tuple[Any, Any]:
        *tensors, options = arguments
        size, heads = info.batch_size, (-2, *_HEADS_OF_INPUTS, *_HEADS_OF_ATTENDED)
        tensors = _more_heads(tensors, in_dims, heads, size)
        return _heads_apart(AttentionGradients.apply(*tensors, options), _HEADS_OF_INPUTS, size)


def _dense(inputs: Any, options: Options) -> Inputs:
    dense: list[Any] = [None if part is None else part.contiguous() for part in inputs]
    return Inputs(dense[0], dense[0] if options.shared else dense[1], *dense[2:])


def _more_heads(tensors: Any, in_dims: Any, heads: tuple[int, ...], size: int) -> list[Tensor | None]:
    """Bring what vmap goes over in front of the heads of each tensor, and make one dimension of both."""
    made: list[Tensor | None] = []
    for tensor, dim, place in zip(tensors, in_dims, heads):
        if tensor is None or tensor.numel() == 0:
            made.append(tensor)
            continue
        if dim is None:
            tensor = tensor.unsqueeze(place - 1)
            tensor = tensor.expand(*tensor.shape[: place - 1], size, *tensor.shape[place:])
        else:
            tensor = tensor.movedim(dim, place - 1)
        made.append(tensor.flatten(place - 1, place))
    return made


def _heads_apart(tensors: Any, heads: tuple[int, ...], size: int) -> tuple[Any, Any]:
    """Undo `_more_heads`, and say where what vmap goes over now is."""
    made: list[Tensor | None] = []
    dims: list[int | None] = []
    for tensor, place in zip(tensors, heads):
        if tensor is None or tensor.numel() == 0:
            made.append(tensor)
            dims.append(None)
        else:
            made.append(tensor.unflatten(place, (size, -1)))
            dims.append(tensor.dim() + place)
    return tuple(made), tuple(dims)


def kernel_attention(
    left: Tensor,
    right: Tensor | None,
    att: Tensor,
    att_dst: Tensor | None,
    extra: Tensor | None,
    edges: SortedEdges,
    *,
    slope: float,
    dropout: float = 0.0,
) -> Tensor:
    """Return Y (B, N, K, O) in float32. Arguments are those of `Inputs`; `dropout` is a probability."""
    keep, scale = None, 1.0
    if dropout > 0:
        size = (left.size(0), edges.num_edges, left.size(2))
        if is_transformed():  # vmap draws for each, or not, as its `randomness` says
            keep = (torch.rand(size, device=left.device) >= dropout).to(torch.uint8)
        else:
            keep = torch.empty(size, dtype=torch.uint8, device=left.device).bernoulli_(1 - dropout)
        scale = 0.0 if dropout == 1 else 1 / (1 - dropout)
    options = Options(edges, float(slope), scale, right is left)
    return KernelAttention.apply(left, right, att, att_dst, extra, keep, options)[0]
