import dataclasses
import hashlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.core.catalogue import read_settings
from experiments.core.specs import GraphSpec, RecurrentSpec
from experiments.lab.sequences.settings import PalindromeRun, SequenceTraining
from tests.experiments.runs import sequence_run

models = st.builds(RecurrentSpec, cell=st.sampled_from(["rnn", "gru"]), layers=st.integers(1, 9)) | st.builds(
    GraphSpec, conv=st.just("gat"), mirrored=st.booleans(), heads=st.integers(1, 9)
)
TRAINING = [field.name for field in dataclasses.fields(SequenceTraining)]


@given(models, st.integers(2, 99), st.integers(0, 99))
def test_a_run_survives_its_own_json(spec, length, seed):
    run = PalindromeRun(
        experiment="palindrome", length=length, model=spec, seed=seed, train=SequenceTraining(steps=7)
    )
    values = json.loads(json.dumps(run.to_dict()))
    assert PalindromeRun.from_dict(values) == run
    assert read_settings(values) == run


def test_each_setting_changes_the_identity():
    base = sequence_run("gcn")
    others = [
        dataclasses.replace(base, length=6),
        dataclasses.replace(base, seed=1),
        dataclasses.replace(base, threads=2),
        dataclasses.replace(base, device="cuda"),
        dataclasses.replace(base, deterministic=True),
        dataclasses.replace(base, model=GraphSpec("gcn", mirrored=True)),
        *(
            dataclasses.replace(
                base, train=dataclasses.replace(base.train, **{name: 17 if name != "optimizer" else "sgd"})
            )
            for name in TRAINING
        ),
    ]
    identities = [run.identity for run in [base, *others]]
    assert len(set(identities)) == len(identities)


@pytest.mark.parametrize("name", TRAINING)
def test_training_settings_must_be_sensible(name):
    with pytest.raises(ValueError, match=f"{name}: "):
        SequenceTraining(**{name: -1})


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"seed": -1}, "seeds: -1 should be 0 to"),
        ({"seed": 2**31}, "seeds: "),
        ({"threads": 0}, "threads: 0 should be 1 to 256"),
        ({"length": 1}, "lengths: 1 should be 2 to"),
    ],
)
def test_runs_must_be_sensible(change, words):
    with pytest.raises(ValueError, match=words):
        dataclasses.replace(sequence_run(), **change)


def test_config_with_an_unknown_key_is_refused():
    values = sequence_run("gcn").to_dict()
    values["train"]["stepps"] = 3
    with pytest.raises(ValueError, match="stepps"):
        PalindromeRun.from_dict(values)


@pytest.mark.parametrize("values", [[], {}, {"experiment": "chess"}, 3])
def test_settings_of_no_experiment_are_refused(values):
    with pytest.raises(ValueError, match=r"config\.json should hold an object|experiment: unknown"):
        read_settings(values)


def test_one_number_is_one_identity_however_it_is_written():
    runs = [sequence_run("gcn", train=SequenceTraining(clip_norm=value)) for value in (1, 1.0)]
    assert runs[0].identity == runs[1].identity


def test_a_config_from_before_there_was_a_setting_keeps_its_folder():
    run = sequence_run("gcn")
    values = run.to_dict()
    for name in ("deterministic", "audit", "seeds_together", "tuned", "others"):
        del values[name]
    for name in ("jump", "fosr", "sdrf", "expander", "random", "gain", "linear"):
        del values["model"][name]
    assert PalindromeRun.from_dict(values).folder == run.folder
    text = json.dumps(values, sort_keys=True)
    assert run.folder.endswith(hashlib.sha256(text.encode()).hexdigest()[:8])


@pytest.mark.parametrize(
    ("run", "folder"),
    [
        (sequence_run(seed=3), "T5_lstm_seed3_9f82a8f2"),
        (sequence_run("gat-2-mirrored", 20), "T20_gat-2-mirrored_seed0_3c56cadb"),
    ],
)
def test_folders_that_earlier_versions_recorded_keep_their_names(run, folder):
    assert run.folder == folder
