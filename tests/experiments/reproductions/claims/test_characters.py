import pytest

from experiments.reproductions.claims.characters import CLAIMS, Reading


def test_the_claims_are_there():
    assert {claim.id for claim in CLAIMS} == {"A3", "A4", "B3", "C2", "D2", "E2"}


def test_a_reading_is_every_combination_and_reads_no_text():
    reading = Reading(("lstm-2", "gru-1"), 2, {"steps": 7, "prompt": "May the"}, text="grimm")
    runs = reading.runs("cpu", 1)
    assert {(run.model.label, run.seed) for run in runs} == {
        (model, seed) for model in ("lstm-2", "gru-1") for seed in (0, 1)
    }
    assert all((run.train.steps, run.corpus.text, run.corpus.sha256) == (7, ("grimm",), "") for run in runs)
    assert reading.describe() == "characters of grimm: lstm-2, gru-1; 2 seeds; steps 7, prompt May the"
    with pytest.raises(ValueError, match="unknown character model"):
        Reading(("lstn",), 1).runs()


def test_quick_is_never_larger_than_full():
    for claim in CLAIMS:
        for small, large in zip(claim.quick.runs, claim.full.runs):
            assert small.models == large.models
            assert small.seeds <= large.seeds
            assert small.train["steps"] <= large.train["steps"]


def test_the_prompt_is_continued_to_52_and_142_characters():
    (b3,) = (claim for claim in CLAIMS if claim.id == "B3")
    (run,) = b3.quick.runs[0].runs()
    from experiments.lab.characters.settings import SAMPLE_LENGTHS

    assert {52, 142} <= {len(run.train.prompt) + length for length in SAMPLE_LENGTHS}
