import pytest

from experiments.reproductions.claims.characters import CLAIMS
from experiments.reproductions.claims.claim import Sweep


def test_the_claims_are_there():
    assert {claim.id for claim in CLAIMS} == {"A3", "A4", "B3", "C2", "D2", "E2"}


def test_a_sweep_of_characters_reads_no_text():
    values = {"text": ("grimm",), "steps": 7, "prompt": "May the"}
    sweep = Sweep("characters", ("lstm-2", "gru-1"), (), 2, values)
    runs = sweep.runs("cpu", 1)
    assert {(run.model.label, run.seed) for run in runs} == {
        (model, seed) for model in ("lstm-2", "gru-1") for seed in (0, 1)
    }
    assert all((run.train.steps, run.corpus.text, run.corpus.sha256) == (7, ("grimm",), "") for run in runs)
    assert sweep.describe() == "characters: lstm-2, gru-1; 2 seeds; text grimm, steps 7, prompt May the"
    with pytest.raises(ValueError, match="unknown character model"):
        Sweep("characters", ("lstn",), (), 1).runs()


def test_quick_is_never_larger_than_full():
    for claim in CLAIMS:
        for small, large in zip(claim.quick.runs, claim.full.runs):
            assert small.models == large.models
            assert small.seeds <= large.seeds
            assert small.values["steps"] <= large.values["steps"]


def test_the_prompt_is_continued_to_52_and_142_characters():
    (b3,) = (claim for claim in CLAIMS if claim.id == "B3")
    (run,) = b3.quick.runs[0].runs()
    from experiments.lab.characters.settings import SAMPLE_LENGTHS

    assert {52, 142} <= {len(run.train.prompt) + length for length in SAMPLE_LENGTHS}
