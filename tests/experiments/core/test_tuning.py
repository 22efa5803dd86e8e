import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.written.tuning import FIRST_SEED, parse_tuning, tuned_names

KINDS = {"learning_rate": float, "hidden": int, "optimizer": str, "length": int}
TUNABLE = ("learning_rate", "hidden", "optimizer")


def tuning(text, **more):
    return parse_tuning(text, KINDS, TUNABLE, **more)


def test_a_grid_is_all_combinations():
    found = tuning("learning_rate=1e-3,3e-3 hidden=16:32:8").trials_of("lstm", "recurrent")
    assert found == [{"learning_rate": r, "hidden": h} for r in (1e-3, 3e-3) for h in (16, 24, 32)]


@pytest.mark.parametrize("text", ["learning_rate=1e-3,3e-3,hidden=4,8", "learning_rate=1e-3,3e-3;hidden=4,8"])
def test_dimensions_may_stand_behind_commas(text):
    assert tuning(text).names == ("learning_rate", "hidden")


def test_a_model_may_have_dimensions_of_its_own():
    found = tuning("graph:hidden=4,8 lstm:hidden=1,2 pyg:SAGEConv-3:learning_rate=0.1,0.2")
    assert found.trials_of("gcn-2", "graph") == [{"hidden": 4}, {"hidden": 8}]
    assert found.trials_of("lstm", "recurrent") == [{"hidden": 1}, {"hidden": 2}]
    assert found.trials_of("pyg:SAGEConv-3", "own") == [{"learning_rate": 0.1}, {"learning_rate": 0.2}]


@given(st.integers(2, 40), st.booleans())
def test_draws_from_a_range_are_as_many_as_asked_for_and_spread_over_its_logarithm(trials, halving):
    found = tuning("learning_rate=1e-4..1e-1", trials=trials, halving=halving).trials_of("lstm", "recurrent")
    rates = [values["learning_rate"] for values in found]
    assert len(set(rates)) == trials
    assert all(1e-4 <= rate <= 1e-1 for rate in rates)


def test_draws_are_even_on_a_logarithmic_scale():
    found = tuning("learning_rate=1e-4..1e-1", trials=900).trials_of("lstm", "recurrent")
    decades = [math.floor(math.log10(values["learning_rate"]) + 1e-9) for values in found]
    # 300 are due in each decade, give or take four standard deviations.
    assert all(abs(decades.count(decade) - 300) < 60 for decade in (-4, -3, -2))


def test_models_with_the_same_dimensions_try_the_same_settings():
    space = tuning("learning_rate=1e-4..1e-1 hidden=4..64", trials=7)
    assert space.trials_of("lstm", "recurrent") == space.trials_of("gcn-2", "graph")
    assert all(isinstance(values["hidden"], int) for values in space.trials_of("lstm", ""))


def test_some_of_a_grid_are_drawn_where_fewer_are_asked_for():
    found = tuning("learning_rate=1,2,3,4 hidden=1,2,3,4", trials=5).trials_of("lstm", "")
    assert len({tuple(values.values()) for values in found}) == 5


def test_all_models_get_as_many():
    models = [("lstm", "recurrent"), ("gcn-2", "graph")]
    space = tuning("learning_rate=1,2 graph:hidden=4,8")
    with pytest.raises(ValueError, match="tune: lstm would get 2 trials and another model 4; --trials 2"):
        space.check_models(models)
    tuning("learning_rate=1,2 graph:hidden=4,8", trials=2).check_models(models)
    with pytest.raises(ValueError, match="tune: no model is 'grph', did you mean graph"):
        tuning("grph:hidden=4,8").check_models(models)


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("learning_rate=1e-3", {}, "has one value; a space needs two or more"),
        ("learning_rate=1e-3,1e-3", {}, "has one value"),
        ("learning_rate", {}, "should be settings with their values"),
        ("", {}, "should be settings with their values"),
        ("oops learning_rate=1,2", {}, "should be settings with their values"),
        ("learning_rte=1,2", {}, "'learning_rte' is not tuned, did you mean learning_rate"),
        ("length=4,5", {}, "'length' is not tuned"),
        ("learning_rate=1,x", {}, "tune: learning_rate: 'x' should be a number"),
        ("hidden=1.5,2", {}, "tune: hidden: '1.5' should be a whole number"),
        ("learning_rate=1,2", {"trials": 0}, "trials: 0 should be a whole number, 2 to"),
        ("learning_rate=1,2", {"trials": 1}, "trials: 1 should be a whole number, 2 to"),
        ("learning_rate=1e-4..1e-2", {}, "trials: a range has no end of values"),
        ("learning_rate=1e-2..1e-4", {"trials": 3}, "should go from a number above 0 to a larger one"),
        ("learning_rate=0..1", {"trials": 3}, "should go from a number above 0 to a larger one"),
        ("hidden=1:2000", {}, "--trials draws some of them"),
    ],
)
def test_what_makes_no_sense_is_named(text, options, message):
    with pytest.raises(ValueError, match=message):
        tuning(text, **options)


def test_a_family_may_have_values_of_its_own():
    found = tuning("learning_rate=1,2 graph:learning_rate=3,4 gcn-2:learning_rate=5,6")
    for label, family, rates in (
        ("lstm", "recurrent", (1, 2)),
        ("gat-2", "graph", (3, 4)),
        ("gcn-2", "graph", (5, 6)),
    ):
        assert found.trials_of(label, family) == [{"learning_rate": rate} for rate in rates]
    with pytest.raises(ValueError, match="tune: learning_rate stands twice"):
        tuning("learning_rate=1,2 learning_rate=3,4")


def test_more_trials_than_there_are_are_refused():
    with pytest.raises(ValueError, match="trials: 10 are asked for, and the space of lstm has 2"):
        tuning("learning_rate=1,2", trials=10).trials_of("lstm", "recurrent")
    with pytest.raises(ValueError, match="trials: 10 are asked for, and the space of lstm has 3"):
        tuning("hidden=1..3", trials=10).trials_of("lstm", "recurrent")


def test_a_model_without_dimensions_has_one_trial_and_the_advice_can_be_followed():
    space = tuning("graph:hidden=4,8")
    assert space.trials_of("lstm", "recurrent") == [{}]
    with pytest.raises(ValueError, match="lstm would get 1 trials and another model 2; name settings to try"):
        space.check_models([("lstm", "recurrent"), ("gcn-2", "graph")])


def test_where_nothing_is_trained_there_is_nothing_to_tune():
    with pytest.raises(ValueError, match="nothing is trained here"):
        parse_tuning("learning_rate=1,2", KINDS, ())


def test_tuning_has_seeds_of_its_own():
    space = tuning("learning_rate=1,2", seeds=[3, 4])
    with pytest.raises(ValueError, match="tuning_seeds: 4 is among the seeds that are reported"):
        space.check([4, 5], {})
    space.check([5, 6], {})
    assert min(tuning("learning_rate=1,2").seeds) == FIRST_SEED


def test_what_is_tuned_is_not_swept_too():
    with pytest.raises(ValueError, match="learning_rate: it is tuned"):
        tuning("learning_rate=1,2").check([0], {"learning_rate": [1.0, 2.0]})


def test_a_record_names_the_settings_that_were_tuned():
    text = tuning("learning_rate=1e-4..1e-1 graph:hidden=4,8", trials=4, halving=True).text
    assert text == "learning_rate=0.0001..0.1 graph:hidden=4,8; 4 trials; seeds 1000000,1000001; halving"
    assert tuned_names(text, "gcn-2", "graph") == ["learning_rate", "hidden"]
    assert tuned_names(text, "lstm", "recurrent") == ["learning_rate"]
