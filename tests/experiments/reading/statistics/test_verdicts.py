import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.metric import Metric
from experiments.reading.statistics.contrast import contrast
from experiments.reading.statistics.power import seeds_for_mean, seeds_for_successes
from experiments.reading.statistics.successes import difference_of_successes, is_bimodal
from experiments.reading.statistics.verdicts import holm, judge, judge_together

ACCURACY = Metric("test_accuracy", "accuracy", success=0.99)
ERROR = Metric("test_error", "error", lower_is_better=True)


def judged(*pairs, metric=ACCURACY, paired=True, **options):
    rows = [contrast(np.array(x, float), np.array(y, float), metric, paired=paired) for x, y in pairs]
    return judge(pd.DataFrame(rows), metric, **options)


@given(st.lists(st.floats(0, 1), max_size=7))
def test_holm_adjusts_as_its_definition_says(values):
    # A hypothesis is rejected at a level if it and all smaller p values pass level / (number of those not smaller).
    adjusted = holm(values)
    for level in (0.01, 0.05, 0.3, 0.9):
        rejected, left = set(), len(values)
        for i in sorted(range(len(values)), key=lambda i: values[i]):
            if values[i] * left > level:
                break
            rejected.add(i)
            left -= 1
        assert {i for i, p in enumerate(adjusted) if p <= level} == rejected


@given(st.lists(st.floats(0, 1), min_size=1, max_size=9))
def test_holm_is_that_of_statsmodels(values):
    multitest = pytest.importorskip("statsmodels.stats.multitest")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("gc.collect", lambda: 0)  # which multipletests does at each call
        expected = multitest.multipletests(values, method="holm")[1]
    assert holm(values) == pytest.approx(expected)


def test_holm_leaves_out_what_was_not_tested():
    adjusted = holm([math.nan, 0.02, 0.03])
    assert math.isnan(adjusted[0])
    assert adjusted[1:] == [0.04, 0.04]


def test_two_kinds_of_runs_are_told_from_a_spread():
    assert is_bimodal([0.1, 1.0, 0.12], 0.99)
    assert is_bimodal([1.0, math.nan], 0.99)
    assert not is_bimodal([0.985, 0.995], 0.99)
    assert not is_bimodal([1.0, 1.0], 0.99)
    assert not is_bimodal([0.1, math.nan], 0.99)
    assert not is_bimodal([0.1, 1.0], None)


@pytest.mark.parametrize(("k", "n", "j", "m"), [(6, 6, 0, 6), (3, 5, 0, 4), (7, 10, 2, 9), (2, 3, 1, 3)])
def test_boschloos_p_is_the_worst_case_over_rates_of_tables_as_unusual(k, n, j, m):
    def fisher(a, b):
        return scipy.stats.fisher_exact([[a, b], [n - a, m - b]]).pvalue

    seen = fisher(k, j)
    rates = np.linspace(0, 1, 2001)
    chance = sum(
        scipy.stats.binom.pmf(a, n, rates) * scipy.stats.binom.pmf(b, m, rates)
        for a in range(n + 1)
        for b in range(m + 1)
        if fisher(a, b) <= seen * (1 + 1e-9)
    )
    # scipy doubles the smaller of two one-sided p values, which is never below the two-sided one by much.
    found = difference_of_successes(k, n, j, m)
    assert found <= seen
    assert found == pytest.approx(chance.max(), rel=0.35)


def test_equal_shares_do_not_differ():
    assert difference_of_successes(2, 4, 3, 6) == 1.0


def test_better_worse_and_not_shown():
    found = judged(
        ([0.8, 0.81, 0.82], [0.5, 0.52, 0.51]),
        ([0.6, 0.6, 0.62], [0.9, 0.91, 0.92]),
        ([0.4, 0.4, 0.5], [0.3, 0.5, 0.4]),
        ([0.4, 0.5], [0.3, 0.3]),
    )
    assert found["verdict"].tolist() == ["better", "worse", "not shown", "too few seeds"]
    assert judged(([0.8, 0.81, 0.82], [0.5, 0.52, 0.51]), metric=ERROR)["verdict"].tolist() == ["worse"]


def test_a_region_tells_equal_from_unknown():
    close = ([0.5, 0.501, 0.502, 0.5], [0.5, 0.5, 0.501, 0.501])
    wide = ([0.1, 0.9, 0.5, 0.4], [0.5, 0.4, 0.6, 0.1])
    assert judged(close, wide, equivalent=0.02)["verdict"].tolist() == ["equivalent", "not shown"]
    assert judged(close, wide)["verdict"].tolist() == ["not shown", "not shown"]


def test_a_region_of_relative_differences_is_in_the_unit_of_the_metric():
    x, y = np.array([0.101, 0.1, 0.102, 0.1]), np.array([0.1, 0.101, 0.1, 0.102])
    row = contrast(x, y, ERROR, paired=True, relative=True)
    assert row["scale"] * row["difference"] == pytest.approx((x - y).mean(), abs=2e-5)
    found = {r: judge(pd.DataFrame([row]), ERROR, equivalent=r)["verdict"][0] for r in (1e-4, 0.05)}
    assert found == {1e-4: "not shown", 0.05: "equivalent"}


def test_where_runs_are_of_two_kinds_successes_are_compared():
    found = judged(([1.0] * 6, [0.1] * 6), ([1.0, 0.1, 1.0], [1.0, 1.0, 0.1]))
    assert found["test"].tolist() == ["successes", "successes"]
    assert found["verdict"].tolist() == ["better", "not shown"]
    assert found["effect"].tolist() == [1.0, 0.0]
    assert found[["low", "high"]].isna().all(axis=None)


def test_runs_that_failed_are_no_successes():
    row = contrast(np.array([1.0, 1.0, np.nan, np.nan]), np.array([1.0] * 4), ACCURACY, paired=True)
    assert (row["test"], row["n"], row["successes"], row["failed"]) == ("successes", 4, 2, 2)


def test_one_false_word_in_a_page_counts_for_all_its_tables():
    pair = ([0.8, 0.81, 0.84], [0.7, 0.75, 0.72])
    alone = judged(pair)
    assert alone["verdict"].tolist() == ["better"]
    raw = pd.DataFrame([contrast(np.array(pair[0]), np.array(pair[1]), ACCURACY, paired=True)])
    together = judge_together([raw] * 9, ACCURACY)
    assert all(part["verdict"].tolist() == ["not shown"] for part in together)
    assert together[0]["p_holm"][0] == pytest.approx(9 * alone["p"][0])


@pytest.mark.parametrize("paired", [True, False], ids=["paired", "unpaired"])
@pytest.mark.parametrize(("difference", "level"), [(1.0, 0.05), (0.6, 0.01), (2.0, 0.05)])
def test_so_many_seeds_find_the_difference_in_four_of_five_cases(difference, level, paired):
    n = seeds_for_mean(difference, 1.0, level, paired=paired)
    rng = np.random.default_rng(0)
    x, y = rng.normal(difference, 1, (20_000, n)), rng.normal(0, 1, (20_000, n))
    found = scipy.stats.ttest_1samp(x, 0, axis=1) if paired else scipy.stats.ttest_ind(x, y, axis=1)
    assert 0.79 <= (found.pvalue <= level).mean() <= 0.93


def test_so_many_runs_find_a_difference_of_rates_in_about_four_of_five_cases():
    n = seeds_for_successes(0.9, 0.3, 0.05)
    rng = np.random.default_rng(0)
    found = [
        difference_of_successes(int(k), n, int(j), n) <= 0.05
        for k, j in zip(rng.binomial(n, 0.9, 2000), rng.binomial(n, 0.3, 2000))
    ]
    assert 0.7 <= np.mean(found) <= 0.92


def test_what_nobody_trains_has_no_number():
    assert seeds_for_mean(1e-6, 1.0, 0.05) is None
    assert seeds_for_successes(0.5, 0.5, 0.05) is None
