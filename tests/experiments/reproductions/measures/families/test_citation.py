import numpy as np
import pandas as pd
import pytest

from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.measures.families.citation import chosen, scores_of, tuned_checks
from experiments.reproductions.runs import do_runs, look_at
from experiments.reproductions.verdicts import verdict

SEEDS = 9


def runs(model, hidden, dropout, test, validation=0.8, heads=1):
    """One row per seed; test accuracies about a middle."""
    spread = np.linspace(-0.003, 0.003, SEEDS)
    return pd.DataFrame(
        {
            "model.name": model,
            "model.hidden": hidden,
            "model.heads": heads,
            "model.dropout": dropout,
            "seed": range(SEEDS),
            "status": "ok",
            "test_nodes": 1000,
            "test_accuracy": test + spread,
            "validation_accuracy": validation,
        }
    )


def cora(published=0.815, tuned=0.83, gat=0.83):
    gcn = runs("gcn", 16, 0.5, published)
    return pd.concat(
        [runs("gat", 8, 0.6, gat, heads=8), gcn, gcn, runs("gcn", 64, 0.7, tuned, validation=0.82)]
    )


def test_each_part_and_what_cannot_be_shown():
    assert [check.holds for check in tuned_checks(cora())] == [True, True, None, None]
    assert [check.holds for check in tuned_checks(cora(tuned=0.815))] == [True, False, None, None]
    assert [check.holds for check in tuned_checks(cora(gat=0.815))] == [False, True, None, None]
    assert verdict(tuned_checks(cora())) == "in part"


def test_validation_of_the_first_seeds_chooses_and_the_others_are_tested():
    frame = cora()
    assert chosen(frame, "gcn") == (64, 1, 0.7)
    late = frame["seed"] >= 3
    other = frame.assign(validation_accuracy=frame["validation_accuracy"].where(~late, 0.0))
    assert chosen(other, "gcn") == (64, 1, 0.7)
    assert (
        len(scores_of(frame, "gcn", (16, 1, 0.5), "").scores) == SEEDS - 3
    )  # once, although it stands there twice
    test = frame.assign(test_accuracy=frame["test_accuracy"] - (frame["model.hidden"] == 64))
    assert chosen(test, "gcn") == (64, 1, 0.7)  # not the test part


def test_equal_models_are_told_apart_in_one_of_twenty_at_most():
    rng, times, wrong = np.random.default_rng(7), 80, 0
    for _ in range(times):
        frame = cora()
        frame["test_accuracy"] = rng.normal(0.82, 0.005, len(frame))
        wrong += tuned_checks(frame)[0].holds is True
    assert wrong <= 0.1 * times


def test_without_the_data_every_run_fails_and_nothing_is_shown():
    frame = cora().assign(status="failed", test_accuracy=np.nan, validation_accuracy=np.nan)
    assert verdict(tuned_checks(frame)) == "not shown"


@pytest.mark.data
def test_on_cora(public_data, tmp_path):
    """The claim as a user runs it, with three epochs in place of 200."""
    import dataclasses

    claim = CLAIMS["tuned-gnns"]
    runs = tuple(
        dataclasses.replace(part, values={**part.values, "epochs": 3}) for part in claim.quick.runs[:3]
    )
    claim = dataclasses.replace(claim, quick=dataclasses.replace(claim.quick, runs=runs))
    assert do_runs(claim, True, tmp_path, device="cpu", workers=1, threads=1) == 0
    _, found = look_at(claim, True, tmp_path)
    assert found.seeds == 6
    assert len(found.table) == 3  # the published settings of the GCN are one of the grid
    assert (tmp_path / "reproduce-tuned-gnns-quick" / "figure.png").exists()
