import dataclasses
import json

import pytest

from experiments.lab.characters.settings import (
    CharacterRun,
    CharacterTraining,
    CorpusSettings,
)
from experiments.lab.characters.specs import parse_character_model


def settings(model="gat-3-w4", **others):
    values = {"corpus": CorpusSettings(text=("/a/tales.txt", "python")), "seed": 3, **others}
    return CharacterRun(experiment="characters", model=parse_character_model(model), **values)


@pytest.mark.parametrize("model", ["gat-3-w4", "lstm-2-tied"])
def test_what_a_config_says_reads_back(model):
    before = settings(model, train=CharacterTraining(steps=7, stream=True))
    values = json.loads(json.dumps(before.to_dict()))
    assert CharacterRun.from_dict(values) == before
    old = {**values, "keep": {"steps": 5, "seconds": 2.0, "tensorboard": True}}
    del old["corpus"]["name"], old["train"]["patience"], old["deterministic"]  # as an older version wrote it
    assert CharacterRun.from_dict(old) == before


def test_identity_is_of_what_can_change_the_result():
    base = settings()
    elsewhere = dataclasses.replace(base, corpus=CorpusSettings(text=("/b/tales.txt", "python")))
    assert base.identity == elsewhere.identity
    changed = [
        dataclasses.replace(base, seed=4),
        dataclasses.replace(base, threads=2),
        dataclasses.replace(base, train=CharacterTraining(dropout=0.1)),
        dataclasses.replace(base, corpus=dataclasses.replace(base.corpus, sha256="0")),
        settings("gat-3-w5"),
    ]
    assert len({base.identity, *(other.identity for other in changed)}) == 6


def test_folder_is_one_name_whatever_the_text_is_called():
    corpus = CorpusSettings(text=("/a/my tale: one.txt",))
    assert dataclasses.replace(settings(), corpus=corpus).folder.startswith("my_tale__one_gat-3-w4_seed3_")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"steps": 0}, "steps: 0 should be 1 or more"),
        ({"window": 0}, "window: 0 should be 1 or more"),
        ({"learning_rate": float("nan")}, "learning_rate: nan"),
        ({"decay": 0.0}, "decay: 0 should be"),
        ({"clip_norm": -1.0}, "clip_norm: -1 should be"),
        ({"dropout": 1.0}, "dropout: 1 should be"),
        ({"optimizer": "adem"}, "did you mean adam?"),
        ({"precision": "float8"}, "precision: unknown 'float8'"),
        ({"batch_size": 5, "processes": 2}, "batch_size: 5 should be a multiple of the 2 processes"),
        ({"samples": -1}, "samples: -1"),
    ],
)
def test_bad_training_is_named(values, said):
    with pytest.raises(ValueError, match=r"^\w+: ") as raised:
        CharacterTraining(**values)
    assert said in str(raised.value)


def test_bad_parts_are_named():
    with pytest.raises(ValueError, match=r"validation: 0\.6 and test 0\.4 leave nothing"):
        CorpusSettings(validation=0.6, test=0.4)
    with pytest.raises(ValueError, match="test: 0 should be above 0 and below 1"):
        CorpusSettings(test=0)
    with pytest.raises(ValueError, match="config: not the settings of a run"):
        CharacterRun.from_dict({"experiment": "characters"})


def test_samples_end_with_the_last_step():
    assert CharacterTraining(steps=10, samples=3).sample_steps == (3, 7, 10)
    assert CharacterTraining(steps=2, samples=5).sample_steps == (1, 2)
    assert CharacterTraining(samples=0).sample_steps == ()
