import dataclasses
import json
import re

import pytest

from experiments.command.cli import main
from experiments.reproductions import command as reproduce_command
from experiments.reproductions.claims import table as claim_table
from experiments.reproductions.claims.claim import Plan, Sweep

TINY = {"steps": 4, "evaluate_every": 2, "hidden": 3, "batch_size": 2, "validation_size": 5, "test_size": 5}


def run(capsys, *arguments):
    with pytest.raises(SystemExit) as stop:
        main([str(argument) for argument in arguments])
    output = capsys.readouterr()
    return stop.value.code, output.out, output.err


@pytest.fixture
def tiny(monkeypatch):
    """Two claims that run in seconds, one with runs and one with numbers."""
    table = {
        "E1": dataclasses.replace(
            claim_table.CLAIMS["E1"],
            quick=Plan((Sweep("palindrome", ("rnn-scalar", "lstm-scalar"), (4, 10), 2, TINY),)),
        ),
        "A5": claim_table.CLAIMS["A5"],
    }
    monkeypatch.setattr(claim_table, "CLAIMS", table)
    monkeypatch.setattr(reproduce_command, "CLAIMS", table)


def test_a_claim_from_the_command_line_to_its_page(tiny, tmp_path, capsys):
    out, page = tmp_path / "runs", tmp_path / "docs" / "claims.md"
    arguments = ["reproduce", "e1", "--quick", "--workers", 1, "--device", "cpu", "--out", out]
    code, text, err = run(capsys, *arguments)
    assert code == 0
    assert all(re.match(r"gnnlab: \d+/\d+ runs", line) for line in err.splitlines())
    assert "LSTM: perfect at T = 10" in text
    assert "E1: not shown" in text  # what the four steps of the cut leave unlearned says nothing
    folder = out / "reproduce-E1-quick"
    assert len(list((folder / "palindrome").glob("*/result.json"))) == 8
    assert (folder / "figure.png").read_bytes().startswith(b"\x89PNG")
    assert (folder / "figure.svg").read_bytes().startswith(b"<?xml")
    found = json.loads((folder / "claim.json").read_text())
    assert found["verdict"] == "not shown"
    assert [check["holds"] for check in found["checks"]] == [None] * 4

    code, text, err = run(capsys, *arguments, "--page", page)
    assert code == 0
    assert "8 runs were there already, 0 are new" in text
    assert "gnnlab: not on the page: A5: its numbers are not recorded" in err
    assert "| A5 |" in page.read_text()
    assert (tmp_path / "docs" / "pictures" / "claims" / "E1.png").exists()


def test_all_claims_make_the_page(tiny, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, text, err = run(capsys, "reproduce", "all", "--quick", "--workers", 1, "--device", "cpu")
    assert code == 0
    assert all(re.match(r"gnnlab: \d+/\d+ runs", line) for line in err.splitlines())
    assert "[2/2] A5" in text
    assert text.endswith("page: docs/reproductions.md\n")
    page = (tmp_path / "docs" / "reproductions.md").read_text()
    assert "**confirmed**" in page
    assert "not run" not in page


def test_a_run_that_fails_gives_exit_code_1_and_a_verdict_all_the_same(tiny, tmp_path, capsys):
    bad = {**TINY, "learning_rate": 1e38, "optimizer": "sgd", "clip_norm": 0.0}
    plan = Plan((Sweep("palindrome", ("rnn-scalar", "lstm-scalar"), (10,), 1, bad),))
    claim_table.CLAIMS["E1"] = dataclasses.replace(claim_table.CLAIMS["E1"], quick=plan)
    code, text, err = run(
        capsys, "reproduce", "E1", "--quick", "--workers", 1, "--device", "cpu", "--out", tmp_path
    )
    assert code == 1
    assert "DivergedError" in err
    assert "E1: not shown" in text


def test_without_a_name_it_lists_the_claims(capsys):
    code, text, _ = run(capsys, "reproduce")
    assert code == 0
    for claim in claim_table.CLAIMS.values():
        assert claim.id in text
        assert claim.title in text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["F1"], "claim: unknown 'F1'"),
        (["gradient"], "did you mean gradients?"),
        (["B1", "--workers", "0"], "workers: 0 should be 1 or more"),
        (["B1", "--device", "tpu"], "device: unknown 'tpu'"),
        (["B1", "--page", "page.html"], "page: 'page.html' should end in .md"),
        (["B1", "C1"], "C1"),
        (["A5", "--out", "file"], "cannot be written"),
        (["E1", "--quick", "--out", "file"], "cannot be written"),
    ],
)
def test_bad_input_is_one_line_and_writes_nothing(arguments, message, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    code, _, err = run(capsys, "reproduce", *arguments)
    assert code == 2
    assert err.startswith("gnnlab: ")
    assert message in err
    assert err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
