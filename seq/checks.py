"""Checks of arguments: each error names the argument and says what it should be."""

from __future__ import annotations

import math
from contextvars import ContextVar
from numbers import Integral, Real
from typing import Self

import torch
from torch import Tensor, nn

from seq.tracing import autocasts, has_values

MOST = 2**31 - 1  # the largest size

_values_are_checked: ContextVar[bool] = ContextVar("seq_values_are_checked", default=False)


class value_checks:  # noqa: N801 (used like torch.set_grad_enabled, as a switch and as a context)
    """Switch the checks that read every value of an input: NaN, infinity; on a GPU tokens and lengths out of range.

    Shapes are always checked. Values are not, because reading them costs a pass over the data and, on a
    GPU, makes the program wait; a NaN then shows itself as a NaN output. The switch holds from the call
    on, or for the body of a ``with`` statement.

    Args:
        enabled: whether layers read the values of their inputs.

    Raises:
        ValueError: ``enabled`` that is neither True nor False.

    Example:
        >>> import torch
        >>> from seq import RNN, value_checks
        >>> with value_checks():
        ...     RNN(2, 3)(torch.full((1, 4, 2), float("nan")))
        Traceback (most recent call last):
            ...
        ValueError: x must hold finite numbers, got NaN or infinity
    """

    def __init__(self, enabled: bool = True) -> None:
        check_flag("enabled", enabled)
        self._token = _values_are_checked.set(enabled)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        _values_are_checked.reset(self._token)


def values_are_checked() -> bool:
    """Whether the switch :class:`value_checks` is on."""
    return _values_are_checked.get()


def check_size(name: str, value: int, *, least: int = 1) -> None:
    """Raise unless ``value`` is an integer of at least ``least``, and no larger than any memory could hold."""
    if isinstance(value, bool) or not isinstance(value, Integral) or int(value) < least:
        raise ValueError(f"{name} must be an integer of at least {least}, got {value!r}")
    if int(value) > MOST:
        raise ValueError(f"{name} must be at most {MOST}, got {value!r}")


def check_choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    """Raise unless ``value`` is one of ``choices``."""
    if not isinstance(value, str) or value not in choices:
        raise ValueError(f"{name} must be one of {', '.join(choices)}; got {value!r}")


def check_flag(name: str, value: bool) -> None:
    """Raise unless ``value`` is True or False."""
    if not isinstance(value, bool):
        raise ValueError(f"{name} must be True or False, got {value!r}")


def check_function(name: str, value: object) -> None:
    """Raise unless ``value`` can be called."""
    if not callable(value):
        raise ValueError(f"{name} must be a function, got {type(value).__name__}")


def check_fraction(name: str, value: float) -> None:
    """Raise unless ``value`` lies strictly between 0 and 1 (a NaN does not)."""
    if not (is_number(value) and 0.0 < value < 1.0):
        raise ValueError(f"{name} must lie strictly between 0 and 1, got {value!r}")


def check_share(name: str, value: float) -> None:
    """Raise unless ``value`` lies in [0, 1) (a NaN does not)."""
    if not (is_number(value) and 0.0 <= value < 1.0):
        raise ValueError(f"{name} must lie in [0, 1), got {value!r}")


def check_finite(name: str, value: float) -> None:
    """Raise unless ``value`` is a finite number."""
    if not (is_number(value) and math.isfinite(value)):
        raise ValueError(f"{name} must be a finite number, got {value!r}")


def check_positive(name: str, value: float) -> None:
    """Raise unless ``value`` is a finite number above 0."""
    if not (is_number(value) and 0.0 < value < math.inf):
        raise ValueError(f"{name} must be a finite number above 0, got {value!r}")


def is_number(value: object) -> bool:
    """Whether it is a real number: Python's or NumPy's, and no truth value."""
    return isinstance(value, Real) and not isinstance(value, bool)


def check_tensor(name: str, value: object) -> None:
    """Raise unless ``value`` is a tensor."""
    if not isinstance(value, Tensor):
        raise ValueError(f"{name} must be a tensor, got {type(value).__name__}")


def check_sequence(name: str, x: Tensor, features: int) -> None:
    """Raise unless ``x`` is a floating (B, T, features) tensor with at least one step."""
    check_tensor(name, x)
    if x.dim() != 3 or x.shape[2] != features or x.shape[1] == 0:
        raise ValueError(f"{name} must have shape (B, T, {features}) with T >= 1, got {tuple(x.shape)}")
    if not x.is_floating_point():
        raise ValueError(f"{name} must hold floating-point numbers, got {x.dtype}")
    if has_values(x) and values_are_checked() and not bool(torch.isfinite(x).all()):
        raise ValueError(f"{name} must hold finite numbers, got NaN or infinity")


def check_precision(name: str, value: Tensor, layer: nn.Module) -> None:
    """Raise unless a tensor has the type of a layer's weights, which NumPy's numbers, float64, have not.

    Types other than float64 may differ under autocast, which brings them together.
    """
    weight = next(layer.parameters(), None)
    if weight is None or value.dtype == weight.dtype:
        return
    if torch.float64 in (value.dtype, weight.dtype) or not autocasts(value):
        raise ValueError(
            f"{name} must hold {weight.dtype}, as the weights do, got {value.dtype}; .to({weight.dtype}) converts it"
        )


def check_state(state: tuple[Tensor, ...], names: tuple[str, ...], shape: tuple[int, ...]) -> None:
    """Raise unless ``state`` is a tuple with one tensor of ``shape`` a name."""
    wanted = f"a tuple ({', '.join(names)},) of tensors of shape {shape}"
    if not isinstance(state, tuple) or len(state) != len(names):
        got = f"{len(state)} entries" if isinstance(state, tuple | list) else type(state).__name__
        raise ValueError(f"state must be {wanted}, got {got}")
    for name, part in zip(names, state):
        check_tensor(f"state ({name})", part)
        if tuple(part.shape) != shape:
            raise ValueError(f"state must be {wanted}, got {name} of shape {tuple(part.shape)}")
        if has_values(part) and values_are_checked() and not bool(torch.isfinite(part).all()):
            raise ValueError(f"state must hold finite numbers, got NaN or infinity in {name}")


def check_lengths(lengths: Tensor, batch: int, steps: int) -> None:
    """Raise unless ``lengths`` is a (B,) integer tensor with values in 1..T."""
    check_tensor("lengths", lengths)
    if lengths.shape != (batch,) or lengths.is_floating_point() or lengths.dtype == torch.bool:
        kind = f"{lengths.dtype} of shape {tuple(lengths.shape)}"
        raise ValueError(f"lengths must be integers of shape ({batch},), got {kind}")
    # On a GPU reading the values would make the program wait, so there it is left to the switch.
    readable = has_values(lengths) and (lengths.device.type == "cpu" or values_are_checked())
    if batch == 0 or not readable:
        return
    low, high = int(lengths.min()), int(lengths.max())
    if low < 1 or high > steps:
        raise ValueError(f"lengths must lie between 1 and the {steps} steps of x, got {low} to {high}")


def check_times(times: Tensor, batch: int, steps: int) -> None:
    """Raise unless ``times`` is a (B, T) tensor of real numbers, whole or not."""
    check_tensor("times", times)
    if tuple(times.shape) != (batch, steps):
        raise ValueError(f"times must have shape ({batch}, {steps}), got {tuple(times.shape)}")
    if times.is_complex() or times.dtype == torch.bool:
        raise ValueError(f"times must hold real numbers, got {times.dtype}")
    if has_values(times) and values_are_checked() and not bool(torch.isfinite(times).all()):
        raise ValueError("times must hold finite numbers, got NaN or infinity")


def check_tokens(tokens: Tensor, num_tokens: int | None) -> None:
    """Raise unless ``tokens`` are (B, T) integers in 0..num_tokens - 1, with at least one step."""
    check_tensor("tokens", tokens)
    if tokens.dim() != 2 or tokens.shape[1] == 0:
        raise ValueError(f"tokens must have shape (B, T) with T >= 1, got {tuple(tokens.shape)}")
    if tokens.dtype not in (torch.long, torch.int):
        raise ValueError(f"tokens must be integers (torch.long), got {tokens.dtype}")
    readable = has_values(tokens) and (tokens.device.type == "cpu" or values_are_checked())
    if len(tokens) and num_tokens is not None and readable:
        low, high = int(tokens.min()), int(tokens.max())
        if low < 0 or high >= num_tokens:
            raise ValueError(f"tokens must lie in 0..{num_tokens - 1} (num_tokens - 1), got {low} to {high}")
