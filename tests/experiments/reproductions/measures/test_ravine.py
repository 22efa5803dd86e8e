import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from experiments.reproductions.measures.ravine import OPTIMIZERS, best_paths, height, path, ravine

TORCH = {
    "sgd": lambda x, rate: torch.optim.SGD([x], lr=rate),
    "momentum": lambda x, rate: torch.optim.SGD([x], lr=rate, momentum=0.9),
    "rmsprop": lambda x, rate: torch.optim.RMSprop([x], lr=rate),
    "adam": lambda x, rate: torch.optim.Adam([x], lr=rate),
}


@given(st.floats(1, 100), st.floats(0, 180), st.floats(0.001, 0.02), st.integers(1, 30))
def test_sgd_follows_the_closed_form(steepness, angle, rate, steps):
    matrix, start = ravine(steepness, angle), np.array([-3.0, 2.0])
    values, vectors = np.linalg.eigh(matrix)
    # x_k = V (1 - η λ)^k Vᵀ x_0
    expected = [vectors @ ((1 - rate * values) ** k * (vectors.T @ start)) for k in range(steps + 1)]
    np.testing.assert_allclose(path(matrix, start, "sgd", rate, steps), expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_paths_are_those_of_torch(name):
    matrix = ravine(23.0, 31.0)
    x = torch.tensor([-3.0, 2.0], dtype=torch.double, requires_grad=True)
    M, optimizer = torch.tensor(matrix), TORCH[name](x, 0.03)
    expected = [x.detach().clone()]
    for _ in range(47):
        optimizer.zero_grad()
        (x @ M @ x / 2).backward()
        optimizer.step()
        expected.append(x.detach().clone())
    found = path(matrix, (-3.0, 2.0), name, 0.03, 47)
    np.testing.assert_allclose(found, torch.stack(expected).numpy(), rtol=0, atol=1e-9)


def test_curvatures_of_the_ravine():
    values, vectors = np.linalg.eigh(ravine(17.0, 30.0))
    np.testing.assert_allclose(values, [1.0, 17.0], atol=1e-12)
    along = vectors[:, 0] * np.sign(vectors[0, 0])
    np.testing.assert_allclose(along, [np.cos(np.pi / 6), 0.5], atol=1e-12)


def test_height_is_half_the_quadratic_form():
    matrix, points = ravine(5.0, 70.0), np.random.default_rng(0).normal(size=(3, 7, 2))
    expected = [
        [0.5 * sum(p[i] * matrix[i, j] * p[j] for i in (0, 1) for j in (0, 1)) for p in row] for row in points
    ]
    np.testing.assert_allclose(height(matrix, points), expected, atol=1e-12)


def test_each_optimiser_is_shown_at_its_best_rate_even_where_another_blows_up():
    rates = (1e-4, 0.02, 1e3)
    found = best_paths(steepness=50.0, angle=0.0, start=(-9.0, 2.0), rates=rates, steps=500)
    assert set(found) == set(OPTIMIZERS)
    assert found["sgd"]["rate"] == found["momentum"]["rate"] == 0.02
    for name, entry in found.items():
        with np.errstate(over="ignore", invalid="ignore"):
            ends = [
                height(ravine(50.0, 0.0), path(ravine(50.0, 0.0), (-9.0, 2.0), name, rate, 500))[-1]
                for rate in rates
            ]
        assert entry["heights"][-1] == pytest.approx(np.nanmin(ends))
    # Across the ravine plain SGD multiplies by 1 - 0.02 * 50 = 0: it never changes sides.
    assert found["sgd"]["crossings"] == 0


def test_crossings_are_counted():
    found = best_paths(steepness=50.0, angle=0.0, start=(-9.0, 2.0), rates=(0.03,), steps=11)
    assert found["sgd"]["crossings"] == 11  # multiplied by 1 - 0.03 * 50 = -0.5 at every step


def test_bad_input_is_named():
    with pytest.raises(ValueError, match=r"steepness: 0\.5 should be 1 or more"):
        ravine(0.5, 0.0)
    for change, message in (
        ({"optimizer": "adagrad"}, "optimizer: 'adagrad' should be one of"),
        ({"rate": 0.0}, "rate: 0.0 should be above 0"),
        ({"steps": 0}, "steps: 0 should be 1 or more"),
    ):
        with pytest.raises(ValueError, match=message):
            path(
                **(
                    {"matrix": np.eye(2), "start": (1, 1), "optimizer": "sgd", "rate": 0.1, "steps": 3}
                    | change
                )
            )
