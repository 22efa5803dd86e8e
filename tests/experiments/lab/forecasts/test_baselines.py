"""Baselines of forecasts against loops and scikit-learn."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from experiments.lab.forecasts.baselines import PENALTIES, build_baseline
from experiments.lab.forecasts.data import ForecastTask, Gaps, split_times
from experiments.lab.forecasts.series.gaps import fill_gaps
from experiments.lab.forecasts.specs import parse_forecast_model
from experiments.lab.forecasts.training import forecast_errors


def task(times=60, nodes=4, window=3, horizon=1, seed=0, level=0.0, holes=False, weighted=False):
    """A series that depends on its past and on its neighbours; the last node has no neighbour."""
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(times, nodes))
    for t in range(2, times):
        values[t] += 0.6 * values[t - 1] - 0.3 * values[t - 2] + 0.3 * np.roll(values[t - 1], 1)
    edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    values = values + level * np.arange(nodes)
    ends, gaps = split_times(times, window, horizon), None
    if holes:
        values[rng.random(values.shape) < 0.2] = np.nan
        values[0] = 0.0
        filled = fill_gaps(values, "last", int(ends[0][-1]) + 1)
        values = filled.values
        parts = (filled.carried, filled.seen, filled.answers(horizon))
        gaps = Gaps(*map(torch.from_numpy, parts))
    weight = torch.tensor([0.5, 0.5, 1.5, 1.5], dtype=torch.double) if weighted else None
    return ForecastTask(
        torch.from_numpy(values), edges, window, horizon, ends, 1.0, None, edge_weight=weight, gaps=gaps
    )


def built(label, data):
    return build_baseline(parse_forecast_model(label), data)


def by_scikit_learn(data, *, neighbours, pooled):
    """Forecasts of the test part, with the penalty that is best on the validation part."""
    values, (learn, validate, test) = data.values.numpy(), (part.numpy() for part in data.ends)
    there = known = np.ones(values.shape, bool)
    if data.gaps is not None:
        there = data.gaps.answers.numpy()
        known = data.gaps.seen.numpy() == np.arange(len(values))[:, None]
    means = np.array(
        [column[: learn[-1] + 1][k[: learn[-1] + 1]].mean() for column, k in zip(values.T, known.T)]
    )
    own = values - means
    nodes = values.shape[1]
    joined = [{} for _ in range(nodes)]
    weights = [1.0] * data.edge_index.shape[1] if data.edge_weight is None else data.edge_weight.tolist()
    for (a, b), weight in zip(data.edge_index.t().tolist(), weights):
        joined[b][a] = weight

    def features(node, times):
        rows = []
        for t in times:
            seen = slice(t - data.horizon - data.window + 1, t - data.horizon + 1)
            row = list(own[seen, node])
            if neighbours:
                around = [own[seen, other] for other in joined[node]]
                shares = [*joined[node].values()]
                row += list(np.average(around, axis=0, weights=shares)) if around else [0.0] * data.window
            rows.append(row)
        return np.array(rows)

    best = None
    for penalty in PENALTIES:
        models = []
        for node in range(nodes):
            group = range(nodes) if pooled else [node]
            chosen = {other: learn[there[learn, other]] for other in group}
            x = np.concatenate([features(other, chosen[other]) for other in group])
            y = np.concatenate([own[chosen[other], other] for other in group])
            models.append(Ridge(alpha=penalty).fit(x, y))
        lost = sum(
            (
                there[validate, node]
                * (models[node].predict(features(node, validate)) - own[validate, node]) ** 2
            ).sum()
            for node in range(nodes)
        )
        if best is None or lost < best[0]:
            best = lost, penalty, models
    _, penalty, models = best
    answers = [models[node].predict(features(node, test)) + means[node] for node in range(nodes)]
    return penalty, np.stack(answers, axis=1)


@pytest.mark.parametrize("neighbours", [False, True])
@pytest.mark.parametrize("pooled", [False, True])
@settings(deadline=None, max_examples=7)
@given(
    st.integers(0, 10**6),
    st.integers(1, 5),
    st.integers(1, 3),
    st.sampled_from([0.0, 1e4]),
    st.sampled_from([{}, {"holes": True}, {"weighted": True}]),
)
def test_linear_autoregression_is_scikit_learns_ridge(neighbours, pooled, seed, window, horizon, level, more):
    data = task(window=window, horizon=horizon, seed=seed, level=level, **more)
    found = built("ridge" + "-neighbours" * neighbours + "-pooled" * pooled, data)
    penalty, expected = by_scikit_learn(data, neighbours=neighbours, pooled=pooled)
    assert found.penalty == penalty
    assert found.parameters == (1 if pooled else 4) * (window * (1 + neighbours) + 1)
    assert np.allclose(found.forecast(data.ends[2]).numpy(), expected, rtol=1e-7, atol=1e-7)


def test_many_windows_are_added_up_in_parts(monkeypatch):
    data = task()
    whole = built("ridge-neighbours", data).forecast(data.ends[2])
    monkeypatch.setattr("experiments.lab.forecasts.baselines.PART", 5)
    assert torch.allclose(built("ridge-neighbours", data).forecast(data.ends[2]), whole, rtol=1e-9)


def test_what_follows_from_neighbours_alone_needs_neighbours():
    values = torch.randn(200, 3, generator=torch.Generator().manual_seed(0), dtype=torch.double)
    values[1:, 1] = values[:-1, [0, 2]].mean(1)  # the middle node is what its neighbours were
    edges = torch.tensor([[0, 1, 1, 2], [1, 0, 2, 1]])
    data = ForecastTask(values, edges, 2, 1, split_times(200, 2, 1), 1.0, None)
    middle = {
        label: (built(label, data).forecast(data.ends[2]) - data.targets(data.ends[2]))[:, 1].square().mean()
        for label in ("ridge", "ridge-neighbours")
    }
    assert middle["ridge"] > 0.2
    assert middle["ridge-neighbours"] < 1e-3


def test_the_mean_is_each_nodes_own_of_the_training_part():
    data = task(times=50)
    found = built("mean", data).forecast(torch.tensor([40, 41]))
    assert torch.allclose(found[1], data.values[:30].mean(0))


@pytest.mark.parametrize(("horizon", "back"), [(1, 7), (7, 7), (8, 14)])
def test_a_season_ago_is_the_last_one_that_was_seen(horizon, back):
    data = task(horizon=horizon)
    times = data.ends[2]
    assert torch.equal(built("season-7", data).forecast(times), data.values[times - back])


def test_a_series_that_repeats_is_forecast_by_its_season():
    values = torch.randn(7, 2, dtype=torch.double).repeat(12, 1)
    data = ForecastTask(values, torch.tensor([[0, 1], [1, 0]]), 3, 1, split_times(84, 3, 1), 1.0, None)
    found = {
        label: forecast_errors(built(label, data).forecast, data, data.ends[2]).squared
        for label in ("season-7", "season-6", "last")
    }
    assert found["season-7"] == 0 < min(found["season-6"], found["last"])


def test_a_season_that_is_too_long_or_has_no_length_is_refused():
    with pytest.raises(ValueError, match=r"season-40 looks back 40 steps, and the first time .* has 36"):
        built("season-40", task())
    with pytest.raises(ValueError, match="models: season: say how many time steps"):
        parse_forecast_model("season")
