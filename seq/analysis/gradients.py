"""Gradients through time: how much of the last step's loss arrives at each earlier one, and why."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from seq.cells.cell import Cell
from seq.cells.rnn import RNN
from seq.checks import (
    check_choice,
    check_function,
    check_precision,
    check_sequence,
    check_state,
    check_tensor,
)
from seq.layers.classifier import SequenceClassifier
from seq.layers.layer import State


def gradient_norms(
    cell: Cell,
    x: Tensor,
    loss: Callable[[Tensor], Tensor],
    *,
    of: str = "h",
    state: State | None = None,
) -> Tensor:
    """‖dL(T)/dh(t)‖ of each example at each step, for a loss L(T) that reads the last h.

    For an LSTM ``of="c"`` follows the memory, the path that its forget gate holds open; dL(T)/dc(t) includes
    what goes through h(t), which is made of c(t).

    Args:
        cell: any single layer in a single direction.
        x: input sequences.
        loss: the loss from h(T), (B, H) -> a number; a sum over the batch, if examples are to be compared
            with those of other batch sizes.
        of: which part of the state, a name in ``cell.state_names``.
        state: the state before the first step; zeros when left out.

    Shapes:
        - **x**: (B, T, I)
        - returns (T, B); row t - 1 belongs to h(t)

    Raises:
        ValueError: a part of the state that the cell has not.

    Example:
        >>> import torch
        >>> from seq import RNN, gradient_norms
        >>> norms = gradient_norms(RNN(2, 3), torch.randn(5, 7, 2), lambda h: h.sum())
        >>> norms.shape, bool(norms[0].mean() < norms[-1].mean())
        (torch.Size([7, 5]), True)
    """
    if not isinstance(cell, Cell):
        raise ValueError(f"cell must be a single cell in a single direction, got {type(cell).__name__}")
    check_choice("of", of, cell.state_names)
    check_function("loss", loss)
    part = cell.state_names.index(of)
    check_sequence("x", x, cell.input_size)
    check_precision("x", x, cell)
    current = cell.initial_state(x) if state is None else state
    check_state(current, cell.state_names, cell.state_shape(len(x)))
    states = []
    with torch.enable_grad():
        # A first state that asks for a gradient puts every later one into the graph.
        current = tuple(s.detach().requires_grad_() for s in current)
        for x_t in x.unbind(1):
            current = cell.step(x_t, current)
            states.append(current[part])
        grads = torch.autograd.grad(loss(current[0]), states, allow_unused=True, materialize_grads=True)
    return torch.stack([grad.norm(dim=1) for grad in grads])


def rnn_jacobians(rnn: RNN, x: Tensor, state: State | None = None) -> Tensor:
    """dh(t)/dh(t-1) = diag(1 - h(t)²) W_hh of every step of the vanilla RNN.

    Args:
        rnn: the layer.
        x: input sequences (B, T, I).
        state: the state before the first step; zeros when left out.

    Shapes:
        - returns (T, B, H, H); entry [t - 1, b, i, j] is dh_i(t)/dh_j(t-1)

    Raises:
        ValueError: another layer than :class:`RNN`, or input or state of another shape.
    """
    if not isinstance(rnn, RNN):
        raise ValueError(f"rnn must be an RNN, got {type(rnn).__name__}")
    with torch.no_grad():
        h = rnn(x, state)[0].transpose(0, 1)  # (T, B, H)
        return (1 - h**2).unsqueeze(-1) * rnn.weight_h


def jacobian_products(jacobians: Tensor) -> Tensor:
    """dh(T)/dh(t) = J(T) J(T-1) ... J(t+1) for every t: the product that vanishes or explodes.

    Args:
        jacobians: J(1)..J(T).

    Shapes:
        - **jacobians**: (T, B, H, H), as from :func:`rnn_jacobians`
        - returns (T, B, H, H); entry t - 1 is dh(T)/dh(t), the last one the unit matrix

    Raises:
        ValueError: ``jacobians`` of another shape, or no floats.

    Example:
        >>> import torch
        >>> from seq import RNN, jacobian_products, rnn_jacobians
        >>> products = jacobian_products(rnn_jacobians(RNN(2, 3), torch.randn(5, 7, 2)))
        >>> torch.linalg.matrix_norm(products).shape
        torch.Size([7, 5])
    """
    check_tensor("jacobians", jacobians)
    if jacobians.dim() != 4 or jacobians.shape[2] != jacobians.shape[3] or not jacobians.is_floating_point():
        kind = f"{jacobians.dtype} of shape {tuple(jacobians.shape)}"
        raise ValueError(f"jacobians must be floating-point numbers of shape (T, B, H, H), got {kind}")
    product = torch.eye(jacobians.shape[-1]).to(jacobians).expand_as(jacobians[0])
    products = [product]
    for jacobian in jacobians[1:].flip(0).unbind(0):
        product = product @ jacobian
        products.append(product)
    return torch.stack(products[::-1])


def rnn_weight_gradients(model: SequenceClassifier, tokens: Tensor, targets: Tensor) -> tuple[Tensor, Tensor]:
    """dL/dW_ph and dL/dW_hh of the vanilla RNN in closed form, for the mean cross-entropy at the last step.

    .. code-block:: text

        dp       = softmax(p) - onehot(target)
        dL/dW_ph = Σ_b dp h(T)ᵀ / B                            the last step only
        dL/dW_hh = Σ_b Σ_t [(1 - h(t)²) ⊙ dL/dh(t)] h(t-1)ᵀ    all steps, with
        dL/dh(t) = [J(T) ... J(t+1)]ᵀ W_phᵀ dp / B             a product of Jacobians,
        J(t)     = diag(1 - h(t)²) W_hh

    Args:
        model: a classifier whose layer is an :class:`RNN`.
        tokens: its input.
        targets: the classes.

    Shapes:
        - **tokens**: (B, T), or (B, T, I) for the encoding ``"values"``; **targets**: (B,)
        - returns (C, H) and (H, H)

    Raises:
        ValueError: a model with another layer.
    """
    if not isinstance(model, SequenceClassifier):
        raise ValueError(f"model must be a SequenceClassifier, got {type(model).__name__}")
    rnn = model.layer
    if not isinstance(rnn, RNN):
        raise ValueError(f"model must have an RNN as its layer, has {type(rnn).__name__}")
    check_tensor("targets", targets)
    with torch.no_grad():
        x = model.encode(tokens)
        B = len(x)
        if targets.shape != (B,) or targets.dtype != torch.long:
            kind = f"{targets.dtype} of shape {tuple(targets.shape)}"
            raise ValueError(f"targets must be torch.long of shape ({B},), got {kind}")
        h = rnn(x)[0].transpose(0, 1)  # (T, B, H)
        # 1. the head: the last step only
        p = h[-1] @ model.head.weight.t() + model.head.bias
        dp = torch.softmax(p, dim=1)
        dp[torch.arange(B, device=dp.device), targets] -= 1
        dp /= B
        dW_ph = dp.t() @ h[-1]
        # 2. the recurrent weights: all steps, each behind one Jacobian more
        dW_hh = torch.zeros_like(rnn.weight_h)
        dh = dp @ model.head.weight  # (B, H)
        for t in reversed(range(1, len(h))):  # h before the first step is zero
            dz = (1 - h[t] ** 2) * dh
            dW_hh += dz.t() @ h[t - 1]
            dh = dz @ rnn.weight_h
    return dW_ph, dW_hh
