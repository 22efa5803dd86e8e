import dataclasses
import math

import numpy as np
import pytest

from experiments.reading.ranking import words
from experiments.reading.ranking.ranking import rank
from experiments.reading.ranking.rows import score_rows, unrounded
from tests.experiments.reading.ranking.drawn import ACCURACY, ERROR, equal_models, scores_of

LEARNED = dataclasses.replace(ACCURACY, success=0.99)


def test_models_stand_by_mean_rank_and_the_best_is_the_one_to_compare_with():
    found = rank(scores_of({"a": [[1, 2], [9, 9]], "b": [[1.2, 1.2], [1, 1]], "c": [[0, 1], [0, 0]]}, ERROR))
    assert [one.model for one in found.standings] == ["c", "b", "a"]
    assert (found.baseline, found.chosen) == ("c", False)
    assert [one.model for one in found.improvements] == ["b", "a"]
    named = rank(found.scores, baseline="a")
    assert (named.baseline, named.chosen) == ("a", True)
    # Whoever names it before has fewer comparisons to allow for.
    width = {one.model: one.high - one.low for one in found.improvements}["a"]
    assert {one.model: one.high - one.low for one in named.improvements}["c"] < width - 0.01


@pytest.mark.parametrize(("models", "tasks", "seeds"), [(2, 6, 3), (3, 4, 3)])
def test_a_page_of_equal_models_seldom_says_anything(models, tasks, seeds):
    rng = np.random.default_rng(8)
    wrong = 0
    for draw in range(200):
        found = rank(equal_models(rng, models, tasks, seeds), seed=draw)
        improved = any(one.low > 0.5 or one.high < 0.5 for one in found.improvements)
        said = " ".join(words.about_differences(found))
        assert found.differences.shown == (
            "has a better mean rank than" in said or "The models differ" in said
        )
        assert "no difference" not in said  # what is not shown may still be there
        wrong += improved or found.differences.shown
    # 4 to 5 % of 8,000 pages each; three standard errors of this many above 5 %.
    assert wrong / 200 <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 200)


@pytest.mark.parametrize("models", [4, 7])
def test_equal_models_beside_better_ones_are_not_told_apart(models):
    rng = np.random.default_rng(9)
    wrong = 0
    for draw in range(40):
        runs = rng.normal(size=(models, 8, 3))
        runs[: models // 2] += 9
        found = rank(scores_of({f"m{k}": rows for k, rows in enumerate(runs)}), seed=draw)
        better = {f"m{k}" for k in range(models // 2)}
        for line in words.about_differences(found)[1:]:
            first, _, rest = line.rstrip(".").partition(" has a better mean rank than ")
            wrong += any((first in better) == (other in better) for other in rest.split(", ") if other)
    assert wrong <= 2


def test_success_counts_runs_from_the_border_on_each_way():
    values = {"a": [[1.0, 0.5], [0.99, 0.2]], "b": [[0.1, 0.1], [0.1, 0.1]]}
    found = rank(scores_of(values, LEARNED))
    assert [(one.model, one.success) for one in found.standings] == [("a", 0.5), ("b", 0.0)]
    low = dataclasses.replace(ERROR, success=0.2)
    assert {one.model: one.success for one in rank(scores_of(values, low)).standings} == {"a": 0.25, "b": 1.0}


def test_the_interval_goes_where_scores_have_two_heaps_and_stays_where_none_learned():
    heaps = rank(scores_of({"a": [[1.0, 0.1, 0.3]], "b": [[0.1, 0.2, 0.4]]}, LEARNED))
    assert heaps.all_or_nothing
    assert all(math.isnan(one.low) for one in heaps.standings)
    assert "No interval" in " ".join(words.notes(heaps))
    for metric in (ACCURACY, LEARNED):
        none = rank(scores_of({"a": [[0.8, 0.1, 0.3]], "b": [[0.1, 0.2, 0.4]]}, metric))
        assert not none.all_or_nothing
        assert all(one.low < one.iqm < one.high for one in none.standings)


def test_why_a_model_has_no_interval_is_said():
    found = rank(scores_of({"a": [[0.5, 0.5, 0.5]], "b": [[0.1, 0.2, 0.4]]}))
    assert "None for a:" in " ".join(words.notes(found))
    assert "Of fewer than four runs none is cut." in " ".join(words.notes(found))


def test_people_see_the_unit_and_programs_the_record():
    percent = dataclasses.replace(ACCURACY, scale=100.0, unit="%", digits=1)
    found = rank(scores_of({"a": [[0.5, 0.7]], "b": [[0.1, 0.2]]}, percent))
    assert score_rows(found)[0]["task 0"] == "60.0"
    assert score_rows(found)[0]["IQM"].startswith("60.0 [")
    assert unrounded(found)["task 0"].tolist() == pytest.approx([0.6, 0.15])
    assert "by test accuracy %" in words.head(found)


def test_a_long_list_of_runs_is_cut_and_counted():
    scores = scores_of({"a": [[0.5, 0.7]], "b": [[0.1, 0.2]]})
    lost = {"a": [f"run{k}" for k in range(30)]}
    found = rank(dataclasses.replace(scores, failed=lost, repeated=["twice"]))
    lines = words.left_out(found)
    assert lines[1].startswith("  a (30): run0, run1,")
    assert lines[1].endswith("run19, and 10 more")
    assert lines[2] == "In two folders, counted once: twice."
    assert score_rows(found)[0]["n"] == "2 (30 failed)"


def test_an_unknown_baseline_is_named():
    scores = dataclasses.replace(scores_of({"a": [[1.0]], "bb": [[2.0]]}), lacking={"c": ["task 3"]})
    with pytest.raises(ValueError, match=r"baseline: no runs of 'bc'.*there are a, bb"):
        rank(scores, baseline="bc")
    with pytest.raises(ValueError, match="c is left out, because it has no score on task 3"):
        rank(scores, baseline="c")
