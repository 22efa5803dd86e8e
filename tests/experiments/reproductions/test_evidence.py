import dataclasses

import pytest

from experiments.records.files import write_json
from experiments.records.records import FolderError
from experiments.reproductions.claims.claim import Plan, Sweep
from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.evidence import (
    folder_of,
    has_numbers,
    numbers_path,
    numbers_record,
    read_evidence,
    runs_folder,
)
from experiments.running.execute import execute

PLAN = Plan(
    (Sweep("palindrome", ("rnn", "lstm"), (5,), 2, {"steps": 7}),),
    compute="math:hypot",
    options={"a": (1, 2)},
)
CLAIM = dataclasses.replace(CLAIMS["E1"], quick=PLAN)


@pytest.fixture
def recorded(make_run, tmp_path):
    """A results folder with everything that the claim needs."""
    folder = runs_folder(CLAIM, "palindrome", True, tmp_path)
    for model in ("rnn", "lstm"):
        for seed in (0, 1):
            record = make_run(model, 5, seed, 0.5, steps=7)
            folder.mkdir(parents=True, exist_ok=True)
            record.path.rename(folder / record.path.name)
    path = numbers_path(CLAIM, True, tmp_path)
    write_json(path, numbers_record(PLAN, {"x": 3}, {"torch": "2", "device": "cpu", "command": "gnnlab a"}))
    return tmp_path


def test_what_is_recorded_is_read(recorded):
    evidence = read_evidence(CLAIM, True, recorded)
    assert [(run.settings.model.cell, run.settings.seed) for run in evidence.runs] == [
        ("rnn", 0),
        ("rnn", 1),
        ("lstm", 0),
        ("lstm", 1),
    ]
    assert evidence.numbers == {"x": 3}
    assert evidence.plan == PLAN
    assert evidence.environments == [{"torch": "2", "device": "cpu"}]  # once, without the command
    assert len(evidence.frame()) == len(evidence.frame("palindrome")) == 4
    assert len(evidence.curves()) == 4


def test_runs_of_a_failed_seed_are_kept_but_have_no_curve(recorded, make_run):
    folder = runs_folder(CLAIM, "palindrome", True, recorded)
    one = next(folder.glob("*/result.json"))
    write_json(one, {"format": 1, "status": "failed", "reason": "x"})
    evidence = read_evidence(CLAIM, True, recorded)
    assert len(evidence.runs) == 4
    assert len(evidence.curves()) == 3


def test_a_missing_run_is_named_with_the_command_that_makes_it(recorded):
    folder = runs_folder(CLAIM, "palindrome", True, recorded)
    next(folder.glob("*lstm_seed1*/result.json")).unlink()  # begun, not ended
    with pytest.raises(
        FolderError, match="E1: lstm T5 seed 1 is not recorded; run gnnlab reproduce E1 --quick"
    ):
        read_evidence(CLAIM, True, recorded)
    with pytest.raises(FolderError, match=r"is not recorded; run gnnlab reproduce E1$"):
        read_evidence(CLAIM, False, recorded)


def test_numbers_of_other_options_do_not_count(recorded):
    assert has_numbers(CLAIM, True, recorded)
    other = dataclasses.replace(CLAIM, quick=dataclasses.replace(PLAN, options={"a": (1, 3)}))
    assert not has_numbers(other, True, recorded)
    with pytest.raises(FolderError, match="holds numbers of other settings"):
        read_evidence(other, True, recorded)
    numbers_path(CLAIM, True, recorded).write_text("{")
    with pytest.raises(FolderError, match="cannot be read"):
        read_evidence(CLAIM, True, recorded)


def test_runs_of_another_device_count_too(recorded):
    folder = runs_folder(CLAIM, "palindrome", True, recorded)
    config = next(folder.glob("*lstm_seed1*/config.json"))
    config.write_text(config.read_text().replace('"device": "cpu"', '"device": "cuda"'))
    assert len(read_evidence(CLAIM, True, recorded).runs) == 4


def test_shared_records_stand_in_the_folder_of_the_claim_they_are_shared_with(tmp_path):
    assert (
        runs_folder(CLAIMS["C1"], "palindrome", True, tmp_path)
        == tmp_path / "reproduce-B1-quick" / "palindrome"
    )
    assert folder_of(CLAIMS["C1"], True, tmp_path) == tmp_path / "reproduce-C1-quick"
    assert folder_of(CLAIMS["C1"], False, tmp_path) == tmp_path / "reproduce-C1"


def test_runs_from_the_real_machinery_are_found(tmp_path):
    train = {"steps": 2, "hidden": 3, "validation_size": 5, "test_size": 5, "batch_size": 2}
    claim = dataclasses.replace(CLAIM, quick=Plan((Sweep("palindrome", ("rnn",), (4,), 1, train),)))
    (run,) = claim.quick.runs[0].runs()
    execute(run, runs_folder(claim, "palindrome", True, tmp_path))
    (record,) = read_evidence(claim, True, tmp_path).runs
    assert record.settings == run
    assert record.result["status"] == "ok"
