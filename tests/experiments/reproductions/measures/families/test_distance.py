import numpy as np
import pandas as pd
import pytest
from scipy import stats

from experiments.records.rows import write_rows
from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.families.distance import (
    measure_squashing,
    measure_vanishing,
    squashing_checks,
    vanishing_checks,
)
from experiments.reproductions.verdicts import verdict
from tests.experiments.reproductions.measures.families.frames import one_distribution, runs, shares

GOOD, FAIR, BAD = [0.8, 0.81, 0.79, 0.8], [0.5, 0.52, 0.51, 0.5], [0.2, 0.21, 0.19, 0.2]
GRAPHS = ("crossed-ring", "ring", "clique-path")
KEPT = dict(zip(GRAPHS, ([6e-3, 5e-3, 6e-3, 7e-3], [3e-3, 2e-3, 2e-3, 3e-3], [6e-4, 5e-4, 6e-4, 7e-4])))


def graph(narrow=BAD, wide=GOOD, deep=GOOD):
    parts = ({"gcn-reach": narrow}, 4), ({"gcn-reach": wide}, 64), ({"gcn-12": deep}, 64)
    return pd.concat([runs(scores, length=6, train__hidden=width) for scores, width in parts])


def kept(values):
    return shares({"gcn-reach": [0.1] * 4}, {"gcn-reach": values}, hidden=64, length=6)


def squashing(scores=None, edges=None):
    frames = {name: graph() for name in GRAPHS} | {"clique-path": graph(BAD, FAIR, FAIR)} | (scores or {})
    return squashing_checks(frames, {name: kept((KEPT | (edges or {}))[name]) for name in GRAPHS})


def holds(checks):
    return [check.holds for check in checks]


def test_squashing_as_said():
    assert verdict(squashing()) == "confirmed"


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ({"scores": dict.fromkeys(GRAPHS, graph(GOOD, GOOD, GOOD))}, [False, True, True, False]),
        (
            {"scores": {"ring": graph(deep=[1.0] * 4), "crossed-ring": graph(deep=[1.0] * 4)}},
            [True, False, True, True],
        ),
        ({"edges": {"ring": KEPT["clique-path"], "clique-path": KEPT["ring"]}}, [True, True, False, True]),
        ({"scores": {"clique-path": graph(wide=[0.99, 0.98, 0.97, 0.98])}}, [True, True, True, False]),
        ({"edges": {"ring": [3e-3, 0.0, 2e-3, 3e-3]}}, [True, True, None, True]),  # nothing is left of one
    ],
)
def test_each_part_of_squashing_can_fail(other, expected):
    assert holds(squashing(**other)) == expected


def test_equal_graphs_are_not_confirmed():
    rng, confirmed = np.random.default_rng(5), 0
    for _ in range(60):
        draw = one_distribution(rng)
        scores = {name: graph(draw(), draw(), draw()) for name in GRAPHS}
        edges = {name: list(10 ** rng.normal(-3, 0.2, 4)) for name in GRAPHS}
        confirmed += verdict(squashing(scores, edges)) == "confirmed"
    assert confirmed <= 3


KINDS = ("gcn-8", "gcn-16", "gnnssm-8", "gnnssm-16")


def vanishing(scores=None, depth=None, edges=None, cut=False):
    """By default the edges lose more at eight layers, the layers at sixteen, and a state space helps with sixteen."""
    frame = runs(
        {"gcn-8": BAD, "gcn-16": BAD, "gnnssm-8": BAD, "gnnssm-16": GOOD} | (scores or {}), chance=0.2
    )
    depths = {"gcn-8": 0.1, "gcn-16": 0.001, "gnnssm-8": 0.6, "gnnssm-16": 0.6} | (depth or {})
    ways = {"gcn-8": 1e-4, "gcn-16": 0.1, "gnnssm-8": 1e-4, "gnnssm-16": 0.1} | (edges or {})
    spread = 10 ** np.random.default_rng(0).normal(0, 0.05, (2, 4))
    table = shares(
        {label: depths[label] * spread[0] for label in KINDS},
        {label: ways[label] * spread[1] for label in KINDS},
    )
    return vanishing_checks(frame, table, 8, cut=cut)


def test_what_the_measures_say_is_what_the_parts_say():
    # Parts: layers lose more at 8, at 16; the state keeps more; it answers more at 8, at 16.
    assert holds(vanishing()) == [False, True, True, False, True]
    found = vanishing(depth={"gcn-8": 1e-5, "gnnssm-16": 1e-5})
    assert holds(found) == [True, True, False, False, True]
    found = vanishing(edges={"gcn-16": 1e-6}, scores={"gnnssm-8": GOOD, "gnnssm-16": BAD})
    assert holds(found) == [False, False, True, True, False]


def test_networks_that_still_guess_after_a_cut_are_equal_and_show_nothing():
    found = vanishing(cut=True)
    assert holds(found) == [False, True, True, None, True]
    assert "still guessing" in found[3].measured


def test_equal_layers_are_told_apart_in_one_of_twenty_at_most():
    rng, times, wrong = np.random.default_rng(6), 150, 0
    for _ in range(times):
        draw = one_distribution(rng)
        frame = runs({label: draw() for label in KINDS}, chance=0.2)
        depth, edges = ({label: 10 ** rng.normal(-2, 0.3, 4) for label in KINDS} for _ in range(2))
        wrong += any(
            answer is True for answer in holds(vanishing_checks(frame, shares(depth, edges), 8, cut=True))
        )
    assert wrong <= stats.binom.ppf(0.999, times, 0.05)


def test_a_verdict_rests_on_the_distance_where_models_differ():
    frames = {name: pd.concat([graph(), graph(BAD, BAD, BAD).assign(length=10)]) for name in GRAPHS}
    tables = {name: pd.concat([kept(KEPT[name]), kept(KEPT["ring"]).assign(length=10)]) for name in GRAPHS}
    assert holds(squashing_checks(frames, tables))[:3] == [True, True, True]


@pytest.fixture
def evidence(make_run):
    """Records of a claim, with what is lost beside each run."""

    def make(name):
        records = []
        for part in CLAIMS[name].quick.runs:
            for label in part.models:
                for seed, score in enumerate(GOOD):
                    record = make_run(
                        label, 8 if name == "vanishing" else 6, seed, score, experiment=part.experiment,
                        chance=0.2, hidden=part.values["hidden"],
                    )  # fmt: skip
                    rows = [
                        {
                            "when": when,
                            "depth": 0.1,
                            "edges": 0.001 * (seed + 1),
                            "energy": 1,
                            "resistance": 2,
                        }
                        for when in ("initial", "trained")
                    ]
                    write_rows(record.path / "losses.csv", rows)
                    records.append(record)
        return Evidence(CLAIMS[name], True, records)

    return make


def test_squashing_from_records(evidence):
    found = measure_squashing(evidence("squashing"))
    assert len(found.table) == 3 * 4  # three widths, and one that is deeper
    assert {row["edges keep"] for row in found.table} == {f"{0.001 * 24**0.25:.2g}"}
    assert found.seeds == 4
    assert "crossed ring 2.00" in found.note
    assert found.checks[0].holds is False  # all alike


def test_vanishing_from_records(evidence):
    found = measure_vanishing(evidence("vanishing"))
    assert [row["model"] for row in found.table][:2] == ["gcn-8", "gcn-8-gain1.414"]
    assert len(found.table) == 8
    assert found.checks[0].holds is False  # 0.1 is kept by the layers, less by the edges
