import numpy as np
import pytest
from scipy import stats

from experiments.reproductions.parts.decided import decided
from experiments.reproductions.parts.groups import Group, each, group
from experiments.reproductions.parts.leads import Leads
from tests.experiments.reproductions.measures.families.frames import one_distribution, runs

HIGH, LOW = Group("high", np.array([0.9, 0.91, 0.92, 0.9])), Group("low", np.array([0.3, 0.32, 0.31, 0.3]))
OTHER = Group("other", np.array([0.9, 0.89, 0.93, 0.91]))


def answer(*parts, **more):
    return [check.holds for check in decided(parts, **more)]


def test_a_lead_both_ways_and_left_open():
    assert answer(Leads("", [(HIGH, LOW)])) == [True]
    assert answer(Leads("", [(LOW, HIGH)])) == [False]
    wide = Group("wide", np.array([0.2, 0.95, 0.4, 0.9]))
    assert answer(Leads("", [(wide, LOW)])) == [None]
    assert answer(Leads("", [(HIGH, HIGH)]), floor=0.001) == [False]  # equal is not above


def test_what_a_cut_ended_while_it_was_low_does_not_refuse_a_lead():
    cut = Group("cut", LOW.scores, np.array([False, False, True, False]))
    (check,) = decided([Leads("", [(cut, HIGH)])])
    assert check.holds is None
    assert check.measured.endswith("1 of the first still training when the cut ended")
    done = Group("done", LOW.scores, np.array([False] * 4))
    assert answer(Leads("", [(done, HIGH)])) == [False]
    above = Group("above", HIGH.scores, np.array([True] * 4))
    assert answer(Leads("", [(above, LOW)])) == [True]


def test_a_part_holds_only_where_each_of_its_pairs_does():
    assert answer(Leads("", [(HIGH, LOW), (OTHER, LOW)])) == [True]
    assert answer(Leads("", [(HIGH, LOW), (LOW, OTHER)])) == [False]


def test_the_p_value_is_the_largest_of_its_pairs_after_holm():
    first = stats.ttest_rel(HIGH.scores, LOW.scores).pvalue
    second = stats.ttest_rel(OTHER.scores, LOW.scores).pvalue
    found = decided([Leads("", [(HIGH, LOW), (OTHER, LOW)]), Leads("", [(HIGH, OTHER)])])
    assert found[0].measured.endswith(f"p = {2 * max(first, second):.2g}")
    assert found[0].measured.startswith("high 0.907 against low 0.307; other 0.908 against low 0.307; p = ")


def test_one_against_several_is_told_once_and_a_name_not_twice():
    (check,) = decided([Leads("", [(HIGH, LOW), (HIGH, OTHER), (LOW, LOW)])])
    assert check.measured.startswith(
        "high 0.907 against low 0.307, other 0.908; low 0.307 against 0.307; p = 1"
    )


def test_unpaired_groups_may_have_other_numbers_of_seeds():
    more = Group("more", np.array([0.9, 0.91, 0.89, 0.9, 0.92]))
    p = stats.ttest_ind(more.scores, LOW.scores, equal_var=False).pvalue
    (check,) = decided([Leads("", [(more, LOW)], paired=False)])
    assert check.holds
    assert check.measured.endswith(f"p = {p:.2g}")


@pytest.mark.parametrize(
    ("hits", "expected"),
    [(([1] * 4, [0] * 4), True), (([1] * 4, [0, 0, 1, 1]), None), (([0] * 4, [1] * 4), False)],
)
def test_where_runs_are_of_two_kinds_successes_count(hits, expected):
    first, second = (Group(name, np.where(kind, 1.0, 0.25)) for name, kind in zip("ab", hits))
    assert answer(Leads("", [(first, second)])) == [expected]


def test_three_successes_against_none_are_enough_alone_and_not_among_two():
    first, second = Group("a", np.ones(3)), Group("b", np.full(3, 0.25))
    assert answer(Leads("", [(first, second)])) == [True]
    assert answer(*[Leads("", [(first, second)])] * 2) == [None, None]


def test_too_few_seeds_failed_runs_and_no_runs_show_nothing():
    two = Leads("", [(Group("a", np.array([0.9, 0.9])), Group("b", np.array([0.1, 0.2])))])
    failed = Leads("", [(HIGH, Group("b", np.array([0.1, np.nan, 0.2, 0.1])))])
    found = decided([two, failed, Leads("", [])])
    assert [check.holds for check in found] == [None] * 3
    assert "fewer than 3 seeds" in found[0].measured
    assert "no number" in found[1].measured


def test_not_lower():
    def said(first, second):
        return answer(Leads("", [(first, second)], not_lower=True), floor=0.001)

    assert said(HIGH, OTHER) == [True]
    assert said(HIGH, LOW) == [True]  # higher is not lower
    assert said(LOW, HIGH) == [False]
    assert said(Group("a", np.array([0.7, 0.99, 0.8, 0.95])), HIGH) == [None]
    assert said(Group("a", np.ones(4)), Group("b", np.full(4, 0.2))) == [True]  # of two kinds, and above
    # Some runs that never learn are no equality, however few.
    assert said(Group("a", np.array([1.0, 1.0, 0.2, 1.0])), Group("b", np.ones(4))) == [None]


def test_equal_models_lead_in_one_claim_of_twenty_at_most():
    rng, times, wrong = np.random.default_rng(0), 300, 0
    for _ in range(times):
        draw = one_distribution(rng)
        a, b, c, d = (Group(name, np.array(draw())) for name in "abcd")
        parts = [Leads("", [(a, b)]), Leads("", [(c, d)], paired=False), Leads("", [(a, c), (a, d)])]
        wrong += any(holds is True for holds in answer(*parts, floor=0.001))
    assert wrong <= stats.binom.ppf(0.999, times, 0.05)


def test_a_loss_as_large_as_the_border_is_called_none_in_one_of_twenty_at_most():
    rng, times, wrong = np.random.default_rng(1), 400, 0
    for _ in range(times):
        lower, base = rng.normal(0.55, 0.02, 4), rng.normal(0.6, 0.02, 4)
        wrong += answer(Leads("", [(Group("a", lower), Group("b", base))], not_lower=True)) == [True]
    assert 0 < wrong <= stats.binom.ppf(0.999, times, 0.05)


def test_a_group_is_by_rising_seed_and_of_the_runs_asked_for():
    frame = runs({"gcn-4": [0.1, None, 0.3], "lstm": [0.5, 0.6, 0.7]}, train__hidden=8)
    found = group(frame, "gcn-4", train__hidden=8)
    np.testing.assert_array_equal(found.scores, [0.1, np.nan, 0.3])
    assert found.mean == pytest.approx(0.2)
    assert each(found.scores) == "0.100, failed, 0.300"
    assert len(group(frame, "gcn-4", train__hidden=9).scores) == 0
