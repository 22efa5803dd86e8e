"""The softmax with a temperature, exact at its limits."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from seq.checks import check_tensor, is_number


def softmax_with_temperature(
    logits: Tensor, temperature: float | None = None, *, sharpness: float | None = None
) -> Tensor:
    """softmax(x / temperature), or softmax(sharpness · x), over the last dimension.

    Both conventions are in use, and they run in opposite directions: a high temperature is wild, a high
    sharpness greedy. Dividing is the usual one (Ackley, Hinton & Sejnowski 1985); the other is an argument of
    its own name, so that neither can be taken for the other.

    A temperature of 0 (sharpness infinity) is the limit: all mass on the largest logit, shared by those equal
    to it. Infinity (sharpness 0) is the uniform distribution. A logit of minus infinity has probability 0
    at every temperature.

    Args:
        logits: x, floating-point numbers, none of them NaN or plus infinity.
        temperature: 0 or more, infinity included; 1 when neither argument is given.
        sharpness: 0 or more, infinity included.

    Shapes:
        - **logits**: (..., V); the result has the same shape

    Raises:
        ValueError: both arguments, or one that is negative or NaN; logits that are no tensor.

    Example:
        >>> import torch
        >>> from seq import softmax_with_temperature
        >>> softmax_with_temperature(torch.tensor([0.0, 0.6931]), 0.5)
        tensor([0.2000, 0.8000])
        >>> softmax_with_temperature(torch.tensor([1.0, 3.0, 3.0]), 0.0)
        tensor([0.0000, 0.5000, 0.5000])
    """
    tau = check_temperature(temperature, sharpness)
    check_tensor("logits", logits)
    if not logits.is_floating_point():
        raise ValueError(f"logits must hold floating-point numbers, got {logits.dtype}")
    x = logits - logits.amax(-1, keepdim=True)  # 0 at the largest, so that no exponential overflows
    smallest, largest = torch.finfo(x.dtype).tiny, torch.finfo(x.dtype).max
    if tau < smallest:  # as a number of this type it may be zero
        return (x == 0).to(x.dtype) / (x == 0).sum(-1, keepdim=True)
    if tau > largest:
        return x.masked_fill(x > -math.inf, 0.0).softmax(-1)
    return (x / tau).softmax(-1)


def check_temperature(temperature: float | None, sharpness: float | None) -> float:
    """The temperature that two arguments stand for, of which one may be given; 1 for none.

    Raises:
        ValueError: both, or one that is negative or NaN.
    """
    if temperature is not None and sharpness is not None:
        raise ValueError(
            "temperature and sharpness must not both be given: softmax(x / temperature) is "
            "softmax(sharpness * x) with sharpness = 1 / temperature"
        )
    for name, value in (("temperature", temperature), ("sharpness", sharpness)):
        if value is not None and not (is_number(value) and value >= 0):
            raise ValueError(f"{name} must be a number of 0 or more, got {value!r}")
    if sharpness is not None:
        return 1 / sharpness if sharpness > 0 else math.inf
    return 1.0 if temperature is None else float(temperature)
