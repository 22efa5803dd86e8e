import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.measures.trees import draw_trees, measure_trees
from tests.experiments.reproductions.told import Told, curve_of, told

MODELS = {"gcn": "gcn-{}-directed-residual-norm", "gat": "gat-{}-directed-residual-heads4-norm"}


@pytest.fixture
def trees():
    """A function from fits by (convolution, radius), a seed each, to evidence; None is a run that failed."""

    def make(fits, lstm=(0.4, 0.5), curve=((10, 0.5),), quick=True):
        runs = [
            told(
                MODELS[conv].format(radius + 1),
                radius,
                seed,
                fit,
                experiment="tree-neighbors",
                chance=2.0**-radius,
            )
            for (conv, radius), values in fits.items()
            for seed, fit in enumerate(values)
        ]
        runs += [
            told("lstm", radius, seed, fit, experiment="tree-neighbors", chance=2.0**-radius)
            for radius in (2, 3, 5)
            for seed, fit in enumerate(lstm)
        ]
        return Told(CLAIMS["trees"], quick, runs, looks=[curve_of(curve)] * len(runs))

    return make


SEEDS = 9
ALL = (1.0,) * SEEDS


def spread(middle):
    return tuple(middle + 0.01 * (seed % 3) for seed in range(SEEDS))


AS_CLAIMED = {
    ("gcn", 2): ALL,
    ("gcn", 3): (0.995, *ALL[1:]),
    ("gcn", 5): spread(0.1),
    ("gat", 2): ALL,
    ("gat", 3): ALL,
    ("gat", 5): spread(0.4)[::-1],
}


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({}, [True] * 7),
        ({("gcn", 3): (0.98,) * 4 + ALL[4:]}, [None, *[True] * 6]),
        ({("gcn", 3): (0.98,) * SEEDS}, [False, *[True] * 6]),
        ({("gcn", 5): ALL}, [True, False, False, True, True, True, False]),
        ({("gat", 5): spread(0.1)}, [True] * 6 + [False]),
        ({("gat", 5): (None, *spread(0.4)[1:])}, [True] * 5 + [None] * 2),  # a run that failed has no fit
    ],
)
def test_each_part_both_ways(trees, other, expected):
    found = measure_trees(trees({**AS_CLAIMED, **other}))
    assert [check.holds for check in found.checks[:-1]] == expected
    assert found.seeds == SEEDS


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize(
    ("curve", "rests"),
    [
        (((10, 0.1), (80, 0.3), (90, 0.5), (100, 0.304)), True),
        (((10, 0.1), (80, 0.3), (100, 0.31)), False),
        (((10, 0.5),), False),  # nothing earlier to compare with
    ],
)
def test_a_fit_that_still_grows_shows_nothing_where_steps_were_cut(trees, curve, rests, quick):
    last = measure_trees(trees(AS_CLAIMED, curve=curve, quick=quick)).checks[-1]
    assert last.holds is (True if rests else None if quick else False)
    if len(curve) > 1:
        assert f"GCN {curve[-1][1] - 0.3:+.3f}" in last.measured


def test_every_seed_is_told(trees):
    found = measure_trees(trees({**AS_CLAIMED, ("gat", 5): (None, *spread(0.4)[1:])}))
    assert "8 of 9 (radius 5)" in found.checks[4].measured
    assert "0.400, 0.500 at radius 2; 0.400, 0.500 at radius 3" in found.note
    assert {(row["model"], row["radius"]) for row in found.table} >= {
        ("gcn-3-directed-residual-norm", "2"),
        ("lstm", "5"),
    }


def test_the_figure_has_every_seed_and_the_papers_numbers(trees):
    left = draw_trees(trees(AS_CLAIMED)).axes[0]
    lines = {line.get_label(): line for line in left.lines}
    assert list(lines["gcn, paper"].get_ydata()) == [1.0, 1.0, 0.70, 0.19]
    dots = [line for line in left.lines if line.get_linestyle() == "None" and line.get_marker() != "x"]
    assert sorted(value for line in dots for value in line.get_ydata()) == sorted(
        [value for values in AS_CLAIMED.values() for value in values] + [0.4, 0.5] * 3
    )


def test_networks_have_a_layer_more_than_hops():
    for plan in (CLAIMS["trees"].quick, CLAIMS["trees"].full):
        for part in plan.runs:
            for run in part.runs():
                assert run.model.label == "lstm" or run.model.layers == run.length + 1
