import dataclasses
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.settings import GraphSpec, RecurrentSpec, RunSettings, TrainSettings, parse_model

recurrent = st.builds(
    RecurrentSpec,
    cell=st.sampled_from(["lstm", "cellgated", "peephole", "phased"]),
    layers=st.integers(1, 1000),
    bidirectional=st.booleans(),
    init=st.sampled_from(["torch", "xavier", "kaiming", "orthogonal"]),
    encoding=st.sampled_from(["embedding", "onehot", "scalar"]),
    forget_bias=st.sampled_from([0.0, 1.0, 2.5, 3.0]),
)
graph = st.builds(
    GraphSpec,
    conv=st.just("gat"),
    layers=st.integers(1, 1000),
    edges=st.booleans(),
    directed=st.booleans(),
    mirrored=st.booleans(),
    skip=st.sampled_from([0, 2, 11]),
    position=st.booleans(),
    residual=st.booleans(),
    readout=st.sampled_from(["query", "mean", "max", "sum"]),
    heads=st.integers(1, 9),
)


@given(recurrent | graph)
def test_label_reads_back_as_the_same_model(spec):
    assert parse_model(spec.label) == spec


@given(recurrent | graph, st.integers(2, 99), st.integers(0, 99))
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


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("gnc", "did you mean gcn?"),
        ("", "unknown model"),
        ("gcn-0", "1 to 1000"),
        ("gcn-miror", "did you mean mirrored?"),
        ("gcn-heads2", "unknown option 'heads2'"),
        ("rnn-bias1", "unknown option 'bias1'"),
        ("lstm-biasnan", "unknown option"),
        ("lstm-mirrored", "unknown option 'mirrored'"),
        ("gcn-4-skip1", "unknown option 'skip1'"),
        ("gcn--4", "unknown option ''"),
    ],
)
def test_unknown_models_are_named(text, words):
    with pytest.raises(ValueError, match="models:") as caught:
        parse_model(text)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(TrainSettings)])
def test_training_settings_must_be_sensible(name):
    with pytest.raises(ValueError, match=f"{name}: "):
        TrainSettings(**{name: -1})


def test_config_with_an_unknown_key_is_refused():
    values = RunSettings("palindrome", 5, GraphSpec("gcn"), 0).to_dict()
    values["train"]["stepps"] = 3
    with pytest.raises(ValueError, match="stepps"):
        RunSettings.from_dict(values)
