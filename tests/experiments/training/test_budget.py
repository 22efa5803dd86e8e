import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.training.budget import TOLERANCE, closest_size


@given(st.integers(1, 50), st.integers(0, 300), st.integers(1, 9), st.integers(1, 200_000))
def test_no_other_size_is_closer(slope, constant, step, budget):
    def count(hidden):
        return slope * hidden * hidden + constant

    sizes = range(step, 500 + step, step)
    nearest = min(abs(count(size) - budget) for size in sizes)
    if nearest <= TOLERANCE * budget:
        found = closest_size(count, budget, step, "a square")
        assert found % step == 0
        assert abs(count(found) - budget) == nearest
    else:
        with pytest.raises(ValueError, match=r"budget: .* by a square; the nearest is"):
            closest_size(count, budget, step, "a square")
