import dataclasses
import re

import pytest

from experiments.core.labels import has_word
from experiments.reproductions.claims.claim import NOT_STATED, Claim, Plan, Stated, Sweep
from experiments.reproductions.claims.table import CLAIMS
from experiments.reproductions.settings_table import CUT, OTHERS, SAME, settings_of, settings_rows

#: Where a run computes, how it is called, and what is known of a text once it is read.
NO_SETTING = {
    "experiment",
    "device",
    "threads",
    "deterministic",
    "audit",
    "tuned",
    "smoke",
    "code",
    "processes",
    "seeds_together",
}
NO_SETTING |= {"sha256", "characters", "name", "family", "model"}


def flat(values):
    """Names and values of a record of settings, however deep they stand in it."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flat(value)
        elif name not in NO_SETTING:
            yield "seeds" if name == "seed" else name, value


def told_by_label(model):
    """Settings of a model that its label tells: its name, what is not at its default, and what it does not have."""
    name, *rest = dataclasses.fields(model)
    words = [item for item in rest if "word" in item.metadata]
    other = {
        item.name for item in words if getattr(model, item.name) != item.default or item.metadata["always"]
    }
    return {name.name} | other | {item.name for item in words if not has_word(item, model.part)}


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_no_setting_is_missing_and_what_differs_has_a_reason(claim):
    rows = {row["setting"]: row for row in settings_rows(claim)}
    others = rows.get(OTHERS, {}).get("ours in full", "")
    there = {*rows, *(word.split(" ")[0] for word in others.split(", "))}
    for plan in (claim.full, claim.quick):
        runs = [run for part in plan.runs for run in part.runs()]
        for run in {(run.experiment, run.model): run for run in runs}.values():
            label = run.model.label
            assert label in rows["models"]["ours in full"] + rows["models"]["ours under --quick"]
            missing = {name for name, _ in flat(run.to_dict())} - there
            assert missing <= told_by_label(run.model), missing
        prefix = "computed: " if plan.runs else ""
        assert {f"{prefix}{name}" for name in plan.options} <= rows.keys()
    for row in rows.values():
        source, full, quick, why = list(row.values())[1:]
        if source not in (NOT_STATED, full):
            assert why.removesuffix(CUT)
        if source == full:
            assert why == ("" if quick == SAME else CUT)
        assert (quick != SAME) == why.endswith(CUT)
    assert claim.stated.keys() <= rows.keys()


@pytest.fixture
def rows():
    """Rows of a claim about two networks, by setting."""

    def made(full, quick, **stated):
        words = dict.fromkeys(("id", "title", "source", "statement", "method", "cut", "measure", "draw"), "x")
        claim = Claim(full=Plan(full), quick=Plan(quick), stated=stated, **words)
        return {row["setting"]: tuple(row.values())[1:] for row in settings_rows(claim)}

    return made


def sweep(*models, lengths=(5,), seeds=3, **values):
    return Sweep("palindrome", models, lengths, seeds, values)


def test_values_are_told_with_the_runs_that_have_them(rows):
    full = (
        sweep("rnn", "lstm", lengths=(5, 6, 7, 8, 9), steps=7, learning_rate=0.1),
        sweep("rnn", lengths=(20,), steps=9),
    )
    found = rows(full, (sweep("rnn", lengths=(5,), steps=7),), steps=Stated("7", "because"))
    assert found["steps"] == ("7", "7 (T = 5 to 9); 9 (T = 20)", "7", f"because; {CUT}")
    assert found["length"] == (NOT_STATED, "5, 6, 7, 8, 9, 20 (rnn); 5 to 9 (lstm)", "5", CUT)
    assert found["learning_rate"] == (NOT_STATED, "0.1 (T = 5 to 9); 0.003 (T = 20)", "0.003", CUT)
    assert found["models"] == (NOT_STATED, "rnn, lstm", "rnn", CUT)
    assert found["seeds"] == (NOT_STATED, "3", SAME, "")
    assert "hidden" not in found
    assert "hidden 0" in found[OTHERS][1]


def test_what_the_source_has_and_a_run_has_not_is_a_row_too(rows):
    found = rows((sweep("rnn"),), (sweep("rnn"),), dropout=Stated("some", "nothing is learned by heart"))
    assert found["dropout"] == ("some", "-", SAME, "nothing is learned by heart")


def test_a_forget_bias_is_of_those_that_have_the_gate():
    found = settings_of(Plan((sweep("rnn-scalar", "lstm-scalar-bias0"),)))
    assert found["forget_bias"] == "0"
    assert found["encoding"] == "scalar"


WORDS = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five", 6: "six", 9: "nine"}
SPOKEN = (
    "seeds",
    "steps",
    "batch_size",
    "length",
    "validation_size",
    "test_size",
    "patience",
    "samples",
    "decay_every",
)


@pytest.mark.parametrize("name", CLAIMS)
def test_what_is_cut_is_said_in_words_too(name):
    """Of lengths the last one."""
    claim = CLAIMS[name]
    text = f"{claim.cut} {CLAIMS[claim.records].cut if claim.cut.startswith('As ') else ''}".lower()
    for row in settings_rows(claim):
        if row["setting"] not in SPOKEN or row["ours under --quick"] in ("the same", row["ours in full"]):
            continue
        numbers = [int(n) for n in re.findall(r"\d+", re.sub(r"\(.*?\)", "", row["ours under --quick"]))]
        for number in numbers[-1:] if row["setting"] == "length" else numbers:
            said = "|".join((f"{number:,}", WORDS.get(number, "no word")))
            assert re.search(rf"(?<![\d,])({said})(?!\d|,\d)", text), f"{row['setting']} {number}"
