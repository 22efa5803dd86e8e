import numpy as np
import pandas as pd
import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.families.mixing import (
    copying_checks,
    families_checks,
    measure_copying,
    measure_families,
    measure_recall,
    recall_checks,
)
from experiments.reproductions.verdicts import verdict
from tests.experiments.reproductions.measures.families.frames import one_distribution, runs

GOOD, BAD = [1.0, 0.999, 1.0, 0.998] * 2, [0.25, 0.27, 0.26, 0.28] * 2
RECURRENT, GRAPHS = ("rnn", "lstm", "mingru-2-residual-norm"), ("gcn-4", "gnnssm-4")


def recall(attention=GOOD, rest=BAD, **other):
    scores = {"transformer-2": attention, **dict.fromkeys((*RECURRENT, *GRAPHS), rest)}
    return runs({**scores, **other}, length=32, pairs=4)


def ring(**other):
    labels = (*RECURRENT, "transformer-2", "gcn-reach", "gnnssm-reach")
    near = runs(dict.fromkeys(labels, GOOD), length=2)
    far = dict.fromkeys(labels, GOOD) | {"gcn-reach": BAD, "gnnssm-reach": BAD} | other
    return pd.concat([near, runs(far, length=8)])


def holds(checks):
    return [check.holds for check in checks]


def test_families_as_said():
    checks = families_checks(recall(), ring())
    assert verdict(checks) == "confirmed"
    assert len(checks) == 4


@pytest.mark.parametrize(
    ("other", "part"),
    [
        ({"recall": recall(lstm=GOOD)}, 0),  # one recurrence that answers is enough
        ({"recall": recall(**{"gcn-4": GOOD})}, 1),
        ({"ring": ring(**{"gcn-reach": GOOD})}, 2),
        ({"ring": ring(lstm=BAD)}, 3),
        ({"ring": ring(**{"transformer-2": BAD})}, 3),
    ],
)
def test_each_part_of_families_can_fail(other, part):
    found = holds(families_checks(**({"recall": recall(), "ring": ring()} | other)))
    assert found == [number != part for number in range(4)]


def test_equal_families_are_not_confirmed():
    rng, confirmed = np.random.default_rng(2), 0
    for _ in range(30):
        draw = one_distribution(rng)
        labels = (*RECURRENT, "transformer-2", "gcn-reach", "gnnssm-reach")
        far = {label: draw() for label in labels}
        frame = recall(draw(), **{label: draw() for label in (*RECURRENT, *GRAPHS)})
        confirmed += verdict(families_checks(frame, ring(**far))) == "confirmed"
    assert confirmed <= 2


@pytest.mark.parametrize("cut", [True, False])
def test_recall_answers_and_leads(cut):
    assert holds(recall_checks(recall(), cut=cut)) == [True, True]
    assert holds(recall_checks(recall(attention=GOOD[:4] + BAD[:4]), cut=cut)) == [None, None]
    assert holds(recall_checks(recall(attention=BAD), cut=cut)) == [None if cut else False, False]


def test_recall_looks_at_every_size():
    longer = recall(rest=GOOD).assign(length=128, pairs=16)
    checks = recall_checks(pd.concat([recall(), longer]), cut=False)
    assert holds(checks) == [True, True, True, False]
    assert "T = 128, 16 pairs" in checks[-1].part


def test_equal_mixers_are_not_told_apart():
    rng, times, wrong = np.random.default_rng(3), 60, 0
    for _ in range(times):
        draw = one_distribution(rng)
        frame = recall(draw(), **{label: draw() for label in (*RECURRENT, *GRAPHS)})
        wrong += holds(recall_checks(frame, cut=False))[1] is True
    assert wrong <= 0.05 * times


STACKS = tuple(
    f"{cell}{layers}"
    for cell in ("mingru", "minlstm")
    for layers in ("", "-2-residual-norm", "-3-residual-norm")
)


def copying(**other):
    scores = {label: BAD if label in ("mingru", "minlstm") else GOOD for label in STACKS}
    return runs({**scores, "lstm": GOOD, **{k.replace("_", "-"): v for k, v in other.items()}}, length=16)


def test_copying_each_part_both_ways():
    assert holds(copying_checks(copying(), cut=True)) == [True] * 4
    assert holds(copying_checks(copying(mingru=GOOD), cut=True)) == [False, True, True, True]
    worse = copying(minlstm_3_residual_norm=[0.8, 0.81, 0.8, 0.82] * 2)
    assert holds(copying_checks(worse, cut=True)) == [True, True, True, None]
    assert holds(copying_checks(worse, cut=False)) == [True, True, True, False]


def test_equal_stacks_are_not_confirmed():
    rng, times, wrong = np.random.default_rng(4), 120, 0
    for _ in range(times):
        draw = one_distribution(rng)
        frame = runs({label: draw() for label in STACKS}, length=16)
        wrong += any(answer is True for answer in holds(copying_checks(frame, cut=True))[::2])
    assert wrong <= 0.075 * times


@pytest.fixture
def evidence(make_run):
    """Records of a claim, as from disk; the curve grows at its end."""

    def make(name, quick=True, curve=((10, 0.1), (80, 0.3), (100, 0.4))):
        sizes = {"recall": 32, "ring": 2, "selective-copying": 16}
        records = []
        for part in CLAIMS[name].plan(quick).runs[:2]:
            scores = {label: GOOD if label == "transformer-2" else BAD for label in part.models}
            for label, values in scores.items():
                for T in (2, 8) if part.experiment == "ring" else (sizes[part.experiment],):
                    records += [
                        make_run(label, T, seed, score, experiment=part.experiment, curve=curve)
                        for seed, score in enumerate(values)
                    ]
        return Evidence(CLAIMS[name], quick, records)

    return make


def test_recall_of_a_cut_run_that_grows_shows_no_end(evidence):
    found = measure_recall(evidence("recall"))
    assert found.checks[-1].holds is None
    assert "LSTM +0.100" in found.checks[-1].measured
    assert found.verdict == "in part"
    assert found.seeds == 8
    assert {"T": "32, 4 pairs", "model": "transformer-2"}.items() <= found.table[0].items()


def test_families_and_copying_have_every_seed_in_their_tables(evidence):
    found = measure_families(evidence("families"))
    assert {row["task"] for row in found.table} == {"recall", "ring"}
    assert len(found.table) == 9 + 2 * 9
    assert (
        measure_copying(evidence("copying")).table[0]["test accuracy, a seed each"]
        == "0.250, 0.270, 0.260, 0.280, 0.250, 0.270, 0.260, 0.280"
    )
