import numpy as np
import pytest
from scipy import stats

from experiments.reading.ranking.profiles import levels_of, profile, share_above
from tests.experiments.reading.ranking.drawn import ACCURACY, ERROR, scores_of


def test_it_is_the_share_of_runs_above_and_every_task_weighs_alike():
    scores = [np.array([0.1, 0.5, 0.5]), np.array([0.9])]
    levels = np.array([0.0, 0.1, 0.4, 0.5, 0.9])
    expected = [np.mean([np.mean([v > level for v in values]) for values in scores]) for level in levels]
    assert share_above(scores, levels) == pytest.approx(expected)


@pytest.mark.parametrize("metric", [ACCURACY, ERROR])
def test_it_begins_or_ends_at_all_and_at_none(metric):
    scores = scores_of({"a": [[3, 4], [6, 8]], "b": [[1, 2], [2, 2]]}, metric)
    levels = levels_of(scores)
    for model in "ab":
        found = profile(scores, model, levels)
        ends = [found.share[0], found.share[-1]]
        assert ends == ([0, 1] if metric.lower_is_better else [1, 0])
        assert np.all(np.diff(found.share) * (1 if metric.lower_is_better else -1) >= 0)
        assert np.all((found.low <= found.share) & (found.share <= found.high))


def test_equal_scores_have_a_profile():
    scores = scores_of({"a": [[0.0, 0.0]], "b": [[0.0, 0.0]]})
    levels = levels_of(scores)
    assert levels[0] < 0 < levels[-1]
    assert set(profile(scores, "a", levels).share) == {0.0, 1.0}


@pytest.mark.parametrize(("tasks", "seeds"), [(1, 5), (4, 3), (10, 3)])
def test_the_band_holds_its_level_at_a_score(tasks, seeds):
    rng = np.random.default_rng(3)
    shifts, levels = np.linspace(-1, 1, tasks)[:, None], np.array([-1.0, 0.3, 1.0])
    truth = stats.norm.sf(levels[None, :] - shifts).mean(axis=0)
    covered = np.zeros(3)
    for _ in range(1000):
        found = profile(scores_of({"a": rng.normal(size=(tasks, seeds)) + shifts}), "a", levels)
        covered += (found.low <= truth) & (truth <= found.high)
    assert covered.min() / 1000 >= 0.95
