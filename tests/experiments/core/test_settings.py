import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.model_specs import GraphSpec, RecurrentSpec
from experiments.core.settings import RunSettings, TrainSettings

models = st.builds(RecurrentSpec, cell=st.sampled_from(["rnn", "gru"]), layers=st.integers(1, 9)) | st.builds(
    GraphSpec, conv=st.just("gat"), mirrored=st.booleans(), heads=st.integers(1, 9)
)


@given(models, st.integers(2, 99), st.integers(0, 99))
def test_settings_survive_their_own_json(spec, length, seed):
    settings = RunSettings("palindrome", length, spec, seed, TrainSettings(steps=7))
    assert RunSettings.from_dict(json.loads(json.dumps(settings.to_dict()))) == settings


def test_each_setting_changes_the_identity():
    base = RunSettings("palindrome", 5, GraphSpec("gcn"), 0)
    others = [
        dataclasses.replace(base, length=6),
        dataclasses.replace(base, seed=1),
        dataclasses.replace(base, threads=2),
        dataclasses.replace(base, device="cuda"),
        dataclasses.replace(base, deterministic=True),
        dataclasses.replace(base, model=GraphSpec("gcn", mirrored=True)),
        *(
            dataclasses.replace(
                base,
                train=dataclasses.replace(
                    base.train, **{field.name: 17 if field.name != "optimizer" else "sgd"}
                ),
            )
            for field in dataclasses.fields(TrainSettings)
        ),
    ]
    identities = [settings.identity for settings in [base, *others]]
    assert len(set(identities)) == len(identities)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(TrainSettings)])
def test_training_settings_must_be_sensible(name):
    with pytest.raises(ValueError, match=f"{name}: "):
        TrainSettings(**{name: -1})


def test_config_with_an_unknown_key_is_refused():
    values = RunSettings("palindrome", 5, GraphSpec("gcn"), 0).to_dict()
    values["train"]["stepps"] = 3
    with pytest.raises(ValueError, match="stepps"):
        RunSettings.from_dict(values)


def test_one_number_is_one_identity_however_it_is_written():
    runs = [
        RunSettings("palindrome", 5, GraphSpec("gcn"), 0, TrainSettings(clip_norm=value))
        for value in (1, 1.0)
    ]
    assert runs[0].identity == runs[1].identity


def test_a_config_from_before_there_was_a_setting_keeps_its_folder():
    run = RunSettings("palindrome", 5, GraphSpec("gcn"), 0)
    values = run.to_dict()
    del values["deterministic"]
    assert RunSettings.from_dict(values).folder == run.folder
    text = json.dumps(values, sort_keys=True)
    assert run.folder.endswith(hashlib.sha256(text.encode()).hexdigest()[:8])
