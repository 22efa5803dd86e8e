import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from seq import softmax_with_temperature

ROWS = hnp.arrays(
    np.float64, hnp.array_shapes(min_dims=1, max_dims=3, min_side=1, max_side=7), elements=st.floats(-50, 50)
)


@given(ROWS, st.floats(0.1, 10))
def test_each_convention_by_its_definition(x, tau):
    raised = np.exp(x / tau - (x / tau).max(-1, keepdims=True))
    expected = raised / raised.sum(-1, keepdims=True)
    # float64, some twenty roundings of an exponent of at most 1,000.
    np.testing.assert_allclose(softmax_with_temperature(torch.tensor(x), tau), expected, rtol=1e-11)
    np.testing.assert_allclose(
        softmax_with_temperature(torch.tensor(x), sharpness=1 / tau), expected, rtol=1e-11
    )


@given(ROWS)
def test_limits_are_exact(x):
    largest = x == x.max(-1, keepdims=True)
    shared = largest / largest.sum(-1, keepdims=True)
    uniform = np.full_like(x, 1 / x.shape[-1])
    logits = torch.tensor(x)
    for greedy in (
        softmax_with_temperature(logits, 0),
        softmax_with_temperature(logits, 0.0),
        softmax_with_temperature(logits, 5e-324),
        softmax_with_temperature(logits, sharpness=math.inf),
    ):
        np.testing.assert_array_equal(greedy, shared)
    for wild in (
        softmax_with_temperature(logits, math.inf),
        softmax_with_temperature(logits, sharpness=0.0),
        softmax_with_temperature(logits, sharpness=5e-324),
    ):
        np.testing.assert_allclose(wild, uniform, rtol=1e-15)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("tau", [0.0, 1e-320, 1e-45, 1e-39, 1e-38, 1e-30, 1.0, 1e30, 1e39, 1e308, math.inf])
def test_no_temperature_gives_nan(dtype, tau):
    logits = torch.tensor([3e4, 3e4, -3e4, 0.0, -math.inf], dtype=dtype)
    shares = softmax_with_temperature(logits, tau)
    assert shares.dtype == dtype
    assert shares.isfinite().all()
    assert shares.double().sum().item() == pytest.approx(1, abs=0.01)  # bfloat16 has eight bits
    assert shares[-1] == 0
    assert shares[0] == shares[1] >= shares[3] >= shares[2]
    if tau <= 1:
        assert shares[0] == 0.5
    if tau >= 1e30:
        assert shares[0] == shares[2] == 0.25


def test_gradients_are_those_of_the_softmax():
    torch.manual_seed(0)
    logits = torch.randn(3, 5, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: softmax_with_temperature(x, 0.7), logits)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="logits must be a tensor, got list"):
        softmax_with_temperature([1.0, 2.0])
    x = torch.zeros(3)
    with pytest.raises(ValueError, match="temperature and sharpness must not both"):
        softmax_with_temperature(x, 1.0, sharpness=1.0)
    for wrong in (-1, -1e-300, math.nan, -math.inf, "1", True):
        with pytest.raises(ValueError, match="temperature must be a number of 0 or more"):
            softmax_with_temperature(x, wrong)
        with pytest.raises(ValueError, match="sharpness must be a number of 0 or more"):
            softmax_with_temperature(x, sharpness=wrong)
