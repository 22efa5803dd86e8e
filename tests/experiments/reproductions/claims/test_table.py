import dataclasses
import inspect

import pytest

from experiments.core.catalogue import find_experiment
from experiments.core.experiment import load
from experiments.core.specs import RecurrentSpec
from experiments.lab.sequences.work import make_task
from experiments.reproductions.claims.claim import Plan, Sweep
from experiments.reproductions.claims.table import CLAIMS, find_claims

WANTED = {
    "A1",
    "A2",
    "A5",
    "B1",
    "B2",
    "C1",
    "D1",
    "E1",
    "optimizers",
    "gradients",
    "frequency",
    "combinations",
    "trees",
}
FAMILIES = {"families", "recall", "copying", "squashing", "vanishing"}


def test_all_claims_are_there():
    assert set(CLAIMS) >= WANTED | FAMILIES | {"tuned-gnns"}
    assert all(claim.id == name for name, claim in CLAIMS.items())


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_a_claim_is_complete(claim):
    for field in ("title", "source", "statement", "method"):
        assert getattr(claim, field).strip(), field
    assert bool(claim.cut) == (claim.quick != claim.full)  # what --quick cuts is said, and nothing else is
    assert "\n" not in claim.title
    assert not claim.records or claim.records in CLAIMS
    for function in (claim.measure, claim.draw):
        assert list(inspect.signature(load(function)).parameters) == ["evidence"]


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_settings_are_ones_that_can_be_run(claim, quick):
    plan = claim.plan(quick)
    assert plan.runs or plan.compute
    assert plan.describe()
    for part in plan.runs:
        runs = part.runs()
        assert runs
        assert len({run.folder for run in runs}) == len(runs)
        for run in runs:
            assert run.experiment == part.experiment == find_experiment(part.experiment).name
            assert type(run).from_dict(run.to_dict()) == run
    if plan.compute:
        inspect.signature(load(plan.compute)).bind(**plan.options)


@pytest.mark.parametrize(
    "claim", [CLAIMS[name] for name in sorted(WANTED | FAMILIES)], ids=lambda claim: claim.id
)
def test_models_fit_their_tasks(claim):
    from experiments.lab.sequences.models.models import build_model

    for part in (*claim.quick.runs, *claim.full.runs):
        for run in {run.model: run for run in part.runs()}.values():
            build_model(run.model, make_task(run), 4, device="meta")  # 4 heads divide it


def test_a_quick_run_is_never_larger_than_the_full_one():
    for name in WANTED:
        quick, full = (CLAIMS[name].plan(q).runs for q in (True, False))
        most = CLAIMS[name].most_steps
        assert {part.experiment for part in quick} == {part.experiment for part in full}
        assert max((part.seeds for part in quick), default=0) <= min((part.seeds for part in full), default=0)
        assert all(part.values["steps"] <= most for part in quick)


def test_lengths_and_models_of_a_quick_run_are_among_the_full_ones():
    for name in WANTED - {"frequency", "trees"}:
        quick, full = (
            {(run.model, run.length) for part in CLAIMS[name].plan(q).runs for run in part.runs()}
            for q in (True, False)
        )
        assert quick <= full


def test_a_quick_run_on_families_is_a_part_of_the_full_one():
    for name in FAMILIES:
        quick, full = (
            [run for part in CLAIMS[name].plan(q).runs for run in part.runs()] for q in (True, False)
        )
        assert {(run.experiment, run.model, run.length) for run in quick} <= {
            (run.experiment, run.model, run.length) for run in full
        }
        assert {run.seed for run in quick} < {run.seed for run in full}
        assert max(run.train.steps for run in quick) < min(run.train.steps for run in full)


def test_what_a_claim_of_equal_parameters_compares_meets_its_budget():
    from experiments.lab.sequences.models.models import hidden_size

    for name in ("families", "copying"):
        for part in CLAIMS[name].quick.runs:
            for run in {(run.model, run.length): run for run in part.runs()}.values():
                hidden_size(run.model, make_task(run), run.train)  # within 5 %, or refused


def test_recall_is_compared_over_the_runs_of_families():
    for quick in (True, False):
        first = CLAIMS["recall"].plan(quick).runs[0]
        assert {run.folder for run in first.runs()} <= {
            run.folder for run in CLAIMS["families"].plan(quick).runs[0].runs()
        }


def test_claims_that_share_records_share_runs():
    for claim in CLAIMS.values():
        if claim.records:
            for quick in (True, False):
                ours, theirs = (
                    {run.folder for part in c.plan(quick).runs for run in part.runs()}
                    for c in (claim, CLAIMS[claim.records])
                )
                assert ours & theirs


def test_both_networks_of_a_length_claim_differ_in_the_cell_alone():
    for name in ("B1", "C1", "D1", "E1"):
        for plan in (CLAIMS[name].quick, CLAIMS[name].full):
            rnn, lstm = (
                {run.model for part in plan.runs for run in part.runs() if run.model.cell == cell}
                for cell in ("rnn", "lstm")
            )
            assert len(rnn) == len(lstm) == 1
            same = {"cell": "rnn", "forget_bias": 1.0}
            assert dataclasses.replace(lstm.pop(), **same) == rnn.pop()


@pytest.mark.parametrize("name", ["B1", "C1", "D1", "E1"])
def test_claims_of_2019_read_single_numbers_and_d_has_no_forget_bias(name):
    assert {part.seeds for part in CLAIMS[name].full.runs} == {10}
    for plan in (CLAIMS[name].quick, CLAIMS[name].full):
        runs = [run for part in plan.runs for run in part.runs()]
        assert {run.model.encoding for run in runs} == {"scalar"}
        assert {run.train.optimizer for run in runs} == {"rmsprop"}
        assert {run.seed for run in runs} >= set(range(6))
        if name == "D1":
            assert {run.model.forget_bias for run in runs if run.model.cell == "lstm"} == {0.0}


def test_find_claims():
    assert [claim.id for claim in find_claims("B1")] == ["B1"]
    assert [claim.id for claim in find_claims("b1")] == ["B1"]
    assert [claim.id for claim in find_claims("all")] == list(CLAIMS)
    with pytest.raises(ValueError, match=r"claim: unknown 'frequncy', did you mean frequency\?"):
        find_claims("frequncy")
    with pytest.raises(ValueError, match=r"claim: unknown 'B9', did you mean B[123]\?"):
        find_claims("B9")


def test_a_sweep_is_every_combination():
    sweep = Sweep("palindrome", ("rnn", "lstm"), (3, 5), 2, {"steps": 7})
    runs = sweep.runs("cpu", 1)
    assert {(run.model.cell, run.length, run.seed) for run in runs} == {
        (cell, T, seed) for cell in ("rnn", "lstm") for T in (3, 5) for seed in (0, 1)
    }
    assert all(run.train.steps == 7 and isinstance(run.model, RecurrentSpec) for run in runs)
    assert sweep.describe() == "palindrome: rnn, lstm; length 3, 5; 2 seeds; steps 7"
    assert Plan((sweep,), compute="m:f", options={"end": 3}).describe() == [
        sweep.describe(),
        "computed: end 3",
    ]


def test_settings_that_cannot_be_are_refused():
    with pytest.raises(ValueError, match="unknown model"):
        Sweep("palindrome", ("lstn",), (3,), 1).runs()
    with pytest.raises(ValueError, match="steps: 0 should be 1 or more"):
        Sweep("palindrome", ("lstm",), (3,), 1, {"steps": 0}).runs()
