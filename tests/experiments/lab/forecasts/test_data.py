import itertools
import re

import hypothesis
import networkx as nx
import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.forecasts.data import load_forecast, rename, split_times
from experiments.lab.forecasts.series.epidemic import simulate_epidemic
from experiments.lab.forecasts.series.parts import time_parts
from experiments.lab.forecasts.settings import ForecastRun, ForecastTraining
from experiments.lab.forecasts.specs import parse_forecast_model
from experiments.records.files import content_hash


def settings(
    series="epidemic", edge_list="", edges="given", seed=3, nodes=23, gaps="refuse", folds=1, fold=0, **train
):
    train = {"window": 5, "horizon": 2, **train}
    own = (
        {"content": content_hash(series, edge_list)}
        if series != "epidemic"
        else {"nodes": nodes, "times": 60}
    )
    return ForecastRun(
        experiment="forecast",
        series=str(series),
        edge_list=str(edge_list),
        edges=edges,
        gaps=gaps,
        folds=folds,
        fold=fold,
        model=parse_forecast_model("lstm"),
        seed=seed,
        train=ForecastTraining(**train),
        **own,
    )


@given(st.integers(1, 200), st.integers(1, 12), st.integers(1, 4))
def test_every_time_is_forecast_in_one_part_at_most(times, window, horizon):
    borders = (0, round(0.6 * times), round(0.8 * times), times)
    expected = [
        [t for t in range(low, high) if t >= window + horizon - 1]
        for low, high in itertools.pairwise(borders)
    ]
    if not all(expected):
        with pytest.raises(ValueError, match="too few") as caught:
            split_times(times, window, horizon)
        enough = int(re.search(r"take (\d+) or more", str(caught.value))[1])
        assert all(len(part) for part in split_times(enough, window, horizon))
        with pytest.raises(ValueError, match="too few"):
            split_times(enough - 1, window, horizon)
        return
    assert [part.tolist() for part in split_times(times, window, horizon)] == expected


def test_windows_end_a_horizon_before_what_they_forecast():
    task = load_forecast(settings())
    times = torch.tensor([11, 7])
    inputs = task.inputs(times)
    for row, time in enumerate(times.tolist()):
        assert torch.equal(task.targets(times)[row], task.values[time])
        for place in range(5):
            assert torch.equal(inputs[row, place], task.values[time - 2 - 4 + place])


def test_values_are_standardised_by_the_training_part_alone():
    raw = simulate_epidemic(23, 60, 3).ill
    task = load_forecast(settings())
    learned = raw[:36]
    assert np.allclose(task.values.numpy(), (raw - learned.mean()) / learned.std(), atol=1e-6)
    assert task.scale == pytest.approx(learned.std())


def test_best_error_is_the_variance_of_the_test_part():
    epidemic = simulate_epidemic(23, 60, 3)
    task = load_forecast(settings(horizon=1))
    known = [p * (1 - p) for time in task.ends[2].tolist() for p in epidemic.chance[time]]
    assert task.best == pytest.approx(sum(known) / len(known))
    assert load_forecast(settings()).best is None  # two days ahead, tomorrow is not known either


def test_shuffled_edges_are_the_same_graph_with_other_names():
    given_, shuffled = (load_forecast(settings(edges=edges)) for edges in ("given", "shuffled"))
    assert torch.equal(given_.values, shuffled.values)
    first, second = (nx.Graph(task.edge_index.t().tolist()) for task in (given_, shuffled))
    assert nx.is_isomorphic(first, second)
    assert set(first.edges) != set(second.edges)


@pytest.mark.parametrize("seed", range(12))
def test_shuffled_edges_of_a_small_graph_are_never_the_given_ones(seed):
    path = torch.tensor([[0, 1], [1, 2]])  # a third of all names leave it as it is
    renamed = rename(path, 3, seed)
    degrees = nx.Graph(renamed.t().tolist()).degree()
    assert sorted(degree for _, degree in degrees) == [1, 1, 2]
    assert degrees[1] == 1


def test_a_graph_that_cannot_be_shuffled_is_refused():
    with pytest.raises(ValueError, match=r"joined with every other.*--edges given"):
        rename(torch.tensor([[0, 1, 0], [1, 2, 2]]), 3, 0)
    with pytest.raises(ValueError, match="joined with every other"):
        load_forecast(settings(nodes=7, edges="shuffled"))  # a small world of 7 with 6 neighbours each


def test_files_are_read_with_both_directions_of_an_edge(tmp_path):
    series, edges = tmp_path / "s.csv", tmp_path / "e.csv"
    rows = ["x,y,z"] + [f"{t % 3},{t % 5},{t % 7}" for t in range(30)]
    series.write_text("\n".join(rows))
    edges.write_text("x,y\nz,y\n")
    task = load_forecast(settings(series, edges))
    assert sorted(map(tuple, task.edge_index.t().tolist())) == [(0, 1), (1, 0), (1, 2), (2, 1)]
    assert task.best is None


def test_a_series_that_stands_still_is_refused(tmp_path):
    series, edges = tmp_path / "s.csv", tmp_path / "e.csv"
    series.write_text("x,y\n" + "1,1\n" * 30)
    edges.write_text("x,y\n")
    with pytest.raises(ValueError, match="does not change"):
        load_forecast(settings(series, edges))
    series.write_text("x,y\n1,2\n")
    with pytest.raises(ValueError, match="1 time step is too few"):
        load_forecast(settings(series, edges))


def with_rows(tmp_path, rows):
    series, edges = tmp_path / "x.csv", tmp_path / "edges.csv"
    series.write_text("a,b\n" + "".join(f"{a!r},{b!r}\n" for a, b in rows), encoding="utf-8")
    edges.write_text("a,b\n", encoding="utf-8")
    return settings(series, edges)


def test_a_series_whose_rounded_mean_is_another_number_stands_still_all_the_same(tmp_path):
    assert np.full((36, 2), 0.1).std() > 0
    with pytest.raises(ValueError, match="does not change"):
        load_forecast(with_rows(tmp_path, [(0.1, 0.1)] * 60))


@pytest.mark.parametrize("size", [1e300, 1e-300])
def test_values_whose_squares_are_no_numbers_are_refused(tmp_path, size):
    rows = [(size * (time % 7), -size * (time % 3)) for time in range(60)]
    with pytest.raises(ValueError, match="in another unit"):
        load_forecast(with_rows(tmp_path, rows))


def test_a_value_beyond_float32_is_refused_with_its_place(tmp_path):
    rows = [(float(time % 7), float(time % 3)) for time in range(60)]
    rows[56] = (1.0, -1e39)
    with pytest.raises(ValueError, match=r"time step 57 of node 'b' is -1e\+39"):
        load_forecast(with_rows(tmp_path, rows))


def test_files_that_changed_after_a_run_are_not_taken_for_its_own(tmp_path):
    series, edges = tmp_path / "s.csv", tmp_path / "e.csv"
    series.write_text("\n".join(["x,y"] + [f"{t % 3},{t % 5}" for t in range(30)]))
    edges.write_text("x,y\n")
    run = settings(series, edges)
    load_forecast(run)
    series.write_text(series.read_text().replace("2", "7"))
    with pytest.raises(ValueError, match="no longer what the run saw"):
        load_forecast(run)


def written(tmp_path, values):
    """Files of some values, ``nan`` as empty cells, on a path."""
    tmp_path.mkdir(exist_ok=True)
    names = [f"n{k}" for k in range(values.shape[1])]
    rows = [",".join("" if np.isnan(value) else repr(float(value)) for value in row) for row in values]
    series, edges = tmp_path / "s.csv", tmp_path / "e.csv"
    series.write_text("\n".join(["time," + ",".join(names), *(f"{t},{row}" for t, row in enumerate(rows))]))
    edges.write_text("".join(f"{a},{b}\n" for a, b in itertools.pairwise(names)))
    return series, edges


def with_holes(seed, times=40, nodes=3):
    rng = np.random.default_rng(seed)
    values = rng.normal(size=(times, nodes))
    values[rng.random(values.shape) < 0.4] = np.nan
    values[0, 0], values[2, 1], values[3, 2], values[5:9, 0] = 1.0, 2.0, 3.0, np.nan
    return values


@pytest.mark.parametrize("rule", ["last", "linear"])
@pytest.mark.parametrize("seed", range(3))
def test_nothing_after_the_last_step_seen_changes_what_is_seen(rule, seed, tmp_path):
    """Other values later, and other holes: the windows and answers up to there stay, to the bit."""
    values = with_holes(seed)
    other = with_holes(seed + 100)
    for last in (24, 30, 33):  # after the training part, by which values are standardised
        changed = np.concatenate([values[: last + 1], other[last + 1 :]])
        first, second = (
            load_forecast(settings(*written(tmp_path / str(k), found), gaps=rule))
            for k, found in enumerate((values, changed))
        )
        made = (
            torch.arange(6, last + 1) + first.horizon
        )  # forecasts of times whose last step seen is at most that
        made = made[made < len(values)]
        assert torch.equal(first.inputs(made), second.inputs(made))
        assert torch.equal(first.past(made - first.horizon), second.past(made - first.horizon))
        known = made[made <= last]
        assert torch.equal(first.gaps.answers[known], second.gaps.answers[known])


@pytest.mark.parametrize("rule", ["last", "linear"])
def test_what_a_window_holds_is_what_pandas_makes_of_the_past_alone(rule, tmp_path):
    values = with_holes(7)
    task = load_forecast(settings(*written(tmp_path, values), gaps=rule))
    learned = pd.DataFrame(values[:24])
    mean, deviation = np.nanmean(values[:24]), np.nanstd(values[:24])
    for time in (6, 17, 31, 39):
        past = pd.DataFrame(values[: time - 1])  # the horizon is 2
        past = past.interpolate(limit_area="inside").ffill() if rule == "linear" else past.ffill()
        wanted = (past.fillna(learned.mean()).to_numpy()[-5:] - mean) / deviation
        assert np.allclose(task.inputs(torch.tensor([time]))[0].numpy(), wanted)


def test_a_filled_value_is_never_an_answer(tmp_path):
    values = with_holes(1)
    task = load_forecast(settings(*written(tmp_path, values), gaps="linear"))
    wrong = torch.full((len(task.ends[2]), 3), 1e6, dtype=torch.double)
    missing = torch.from_numpy(np.isnan(values))[task.ends[2]]
    assert missing.any()
    assert not task.counted(wrong, task.ends[2])[missing].any()
    assert task.answers(task.ends[2]) == int((~missing).sum())  # every node was seen long before


def test_a_node_or_a_part_without_values_is_refused(tmp_path):
    values = with_holes(1)
    values[:24, 1] = np.nan
    with pytest.raises(ValueError, match="node 'n1' has no value in the training part"):
        load_forecast(settings(*written(tmp_path, values), gaps="last"))
    values = with_holes(1)
    values[32:] = np.nan
    with pytest.raises(ValueError, match=r"all values of the test part \(time steps 33 to 40\) are missing"):
        load_forecast(settings(*written(tmp_path, values), gaps="last"))


def test_weights_go_with_their_edges(tmp_path):
    series, edges = written(tmp_path, np.arange(120.0).reshape(30, 4) ** 1.5 % 7)
    edges.write_text("n0,n1,1\nn1,n2,2\nn2,n3,3\nn3,n3,9\n")
    given_, shuffled = (
        load_forecast(settings(series, edges, edges=which)) for which in ("given", "shuffled")
    )
    weights = {
        frozenset(edge): weight
        for edge, weight in zip(given_.edge_index.t().tolist(), given_.edge_weight.tolist())
    }
    assert weights == {frozenset({0, 1}): 0.5, frozenset({1, 2}): 1.0, frozenset({2, 3}): 1.5}
    first, second = (
        nx.Graph(
            [(a, b, {"w": w}) for (a, b), w in zip(task.edge_index.t().tolist(), task.edge_weight.tolist())]
        )
        for task in (given_, shuffled)
    )
    assert nx.is_isomorphic(first, second, edge_match=lambda one, other: one == other)
    assert set(first.edges) != set(second.edges)


def test_a_complete_graph_can_be_shuffled_where_weights_tell_its_edges_apart():
    edges = torch.tensor([[0, 0, 1], [1, 2, 2]])
    weight = torch.tensor([1.0, 2.0, 3.0])
    renamed = rename(edges, 3, 0, weight)
    assert {frozenset(e) for e in renamed.t().tolist()} == {frozenset(e) for e in edges.t().tolist()}
    with pytest.raises(ValueError, match="joined with every other"):
        rename(edges, 3, 0, torch.ones(3))


@hypothesis.settings(max_examples=50)
@given(st.integers(40, 300), st.integers(1, 6), st.integers(1, 3), st.integers(2, 8))
def test_folds_walk_forward_through_the_last_two_fifths(times, window, horizon, folds):
    """Blocks of tests follow one another without a gap; training comes before validation, and that before the test."""
    try:
        parts = [time_parts(times, window, horizon, folds, fold) for fold in range(1, folds + 1)]
    except ValueError as error:
        enough = int(re.search(r"take ([\d,]+) or more", str(error))[1].replace(",", ""))
        assert enough > times
        return
    for train, validation, test in parts:
        assert train.start == window + horizon - 1
        assert train.stop == validation.start
        assert validation.stop == test.start
    tests = [time for _, _, test in parts for time in test]
    assert tests == list(range(round(0.6 * times), times))
    sizes = [len(test) for _, _, test in parts]
    assert max(sizes) - min(sizes) <= 1
    for (_, _, before), (_, validation, _) in itertools.pairwise(parts):
        assert before == validation  # what was tested validates for the next one


def test_the_last_of_two_folds_is_the_one_split():
    for times in range(30, 90):
        assert time_parts(times, 3, 1, 2, 2) == time_parts(times, 3, 1)


@pytest.mark.parametrize("rule", ["refuse", "last", "linear"])
@pytest.mark.parametrize("fold", [1, 2, 3])
def test_nothing_after_the_test_block_of_a_fold_changes_anything(rule, fold, tmp_path):
    """The whole task stays as it is, to the bit: values, scales, edges, answers, naive errors."""
    first, second = (
        np.random.default_rng(seed).normal(size=(60, 3)) if rule == "refuse" else with_holes(seed, times=60)
        for seed in (1, 2)
    )
    end = time_parts(60, 5, 2, 4, fold)[2].stop
    changed = np.concatenate([first[:end], second[end:]])
    one, other = (
        load_forecast(settings(*written(tmp_path / str(k), values), gaps=rule, folds=4, fold=fold))
        for k, values in enumerate((first, changed))
    )
    assert len(one.values) == end
    for name in ("values", "edge_index", "naive", "level"):
        assert torch.equal(getattr(one, name), getattr(other, name))
    assert one.scale == other.scale
    assert all(map(torch.equal, one.ends, other.ends))
    if rule != "refuse":
        assert torch.equal(one.gaps.answers, other.gaps.answers)
        assert torch.equal(one.gaps.carried, other.gaps.carried)


def test_the_test_block_of_a_fold_changes_nothing_that_trains_or_validates(tmp_path):
    values = with_holes(3, times=60)
    train, validation, test = time_parts(60, 5, 2, 3, 2)
    other = values.copy()
    other[test.start :] = with_holes(9, times=60)[test.start :]
    one, two = (
        load_forecast(settings(*written(tmp_path / str(k), found), gaps="linear", folds=3, fold=2))
        for k, found in enumerate((values, other))
    )
    for times in (torch.tensor([*train]), torch.tensor([*validation])):
        assert torch.equal(one.inputs(times), two.inputs(times))
        assert torch.equal(one.gaps.answers[times], two.gaps.answers[times])
        known = one.gaps.answers[times]
        assert torch.equal(one.targets(times)[known], two.targets(times)[known])


@given(st.integers(0, 1000), st.integers(4, 8))
def test_shuffled_edges_are_others_whatever_their_weights(seed, nodes):
    """A layer that reads no weights would gain from edges that were only weighed anew."""
    ring = torch.tensor([range(nodes), [*range(1, nodes), 0]])
    renamed = rename(ring, nodes, seed, torch.arange(1.0, nodes + 1))
    assert {frozenset(edge) for edge in renamed.t().tolist()} != {
        frozenset(edge) for edge in ring.t().tolist()
    }
