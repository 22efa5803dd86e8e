import dataclasses
import json

import pytest

from experiments.core.catalogue import find_experiment, read_settings
from experiments.lab.documents.kinds import KINDS
from experiments.lab.documents.settings import (
    CorpusChoice,
    DocumentModel,
    DocumentRun,
    DocumentTraining,
    default_settings,
    parse_document_model,
)
from experiments.running.plan import plan

CORPUS = CorpusChoice(corpus_name="own", source="/x", digest="ab")


def made(name, **more):
    """A run of a model with its own settings."""
    model, train = default_settings(name, {"corpus_name": "own"})
    values = {"corpus": CORPUS, "model": model, "share": 5.0, "seed": 3, "train": train}
    return DocumentRun(experiment="documents", **{**values, **more})


def planned(models, given, **more):
    return plan(find_experiment("documents"), models, (0, 1), given, **more)


def test_text_gcn_has_the_settings_of_its_paper():
    model, training = default_settings("textgcn", {"corpus_name": "mr"})
    assert (model.hidden, model.window, model.dropout) == (200, 20, 0.5)
    assert (training.learning_rate, training.epochs, training.patience) == (0.02, 200, 10)


@pytest.mark.parametrize(
    "name",
    [
        *KINDS,
        "gru-2",
        "phased",
        "peephole-bidirectional",
        "rnn-orthogonal",
        "gcn-gru",
        "transformer-2",
        "gcn-transformer-1-full",
    ],
)
def test_settings_survive_a_record(name):
    run = made(name)
    values = json.loads(json.dumps(run.to_dict()))
    assert read_settings(values) == run
    assert values["corpus"] == {"name": "own", "source": "/x", "digest": "ab"}
    assert run.folder.startswith(f"own_{name}_share5_seed3_")


def test_widemlp_has_the_settings_of_its_paper():
    model, training = default_settings("widemlp", {"corpus_name": "mr"})
    assert (model.hidden, model.dropout) == (1024, 0.5)
    assert (training.learning_rate, training.epochs, training.batch_size) == (1e-3, 100, 16)


def test_controls_differ_from_their_model_in_their_name_alone():
    for name in ("textgcn", "textgat"):
        for edges in ("shuffled", "random", "nopmi"):
            (model, training), (plain, as_plain) = (
                default_settings(label, {"corpus_name": "mr"}) for label in (f"{name}-{edges}", name)
            )
            assert dataclasses.replace(model, name=name) == plain
            assert training == as_plain


def test_a_transformer_has_two_layers_where_none_are_said():
    assert parse_document_model("transformer").label == "transformer-2"


def test_every_setting_but_the_files_place_changes_the_folder():
    changes = [
        {"corpus": CorpusChoice(corpus_name="own", source="/x", digest="cd")},
        {"model": DocumentModel(name="textgat", hidden=8)},
        {"share": 6.0},
        {"seed": 4},
        {"train": DocumentTraining(epochs=3)},
        {"device": "cuda"},
        {"threads": 2},
    ]
    folders = {made("textgat", **change).folder for change in ({}, *changes)}
    assert len(folders) == 1 + len(changes)
    moved = CorpusChoice(corpus_name="own", source="/y", digest="ab")
    assert made("textgat", corpus=moved).folder == made("textgat").folder


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("textgnc", "did you mean textgcn"),
        ("textgcn-shufled", "did you mean textgcn-shuffled"),
        ("docgcn-random", "unknown model 'docgcn-random'"),
        ("gcn", "on documents there are textgcn"),
        ("gcn-4", "on documents there are textgcn"),
        ("gcn-gcn-lstm", "on documents there are textgcn"),
        ("gru-scalar", "leave scalar out"),
        ("lstm-onehot", "leave onehot out"),
        ("lstm-bidirektional", "did you mean bidirectional"),
        ("transformer-2-ful", "did you mean full"),
        ("transfomer", "did you mean transformer"),
    ],
)
def test_unknown_models_are_refused(name, message):
    with pytest.raises(ValueError, match=message):
        parse_document_model(name)


@pytest.mark.parametrize(
    "make",
    [
        lambda: DocumentModel(name="lstm", hidden=0),
        lambda: DocumentModel(name="docgat", hidden=10, heads=3),
        lambda: DocumentModel(name="textgcn", window=1),
        lambda: DocumentModel(name="textgcn", counting="words"),
        lambda: DocumentModel(name="lstm", dropout=1.0),
        lambda: DocumentModel(name="lstm", pooling="max"),
        lambda: DocumentTraining(epochs=0),
        lambda: DocumentTraining(learning_rate=float("nan")),
        lambda: DocumentTraining(patience=-1),
        lambda: made("lstm", share=0),
        lambda: made("lstm", share=101),
        lambda: made("lstm", seed=-1),
        lambda: DocumentRun.from_dict({"experiment": "documents"}),
    ],
)
def test_bad_settings_are_refused(make):
    with pytest.raises(ValueError, match=r"should be|should divide|not the settings|unknown"):
        make()


def test_a_plan_is_every_combination_once_and_long_runs_first():
    runs = planned(["lstm", "textgcn"], {"share": [1, 100], "corpus_name": ["mr"]})
    assert len({run.folder for run in runs}) == len(runs) == 8
    assert [run.model.name for run in runs] == ["textgcn"] * 4 + ["lstm"] * 4
    assert {(run.corpus.name, run.model.hidden) for run in runs} == {("mr", 200)}
    assert [run.share for run in runs[:4]] == [100.0, 100.0, 1.0, 1.0]


def test_numbers_that_a_user_gives_take_the_place_of_the_models_own():
    runs = planned(["docgat", "lstm"], {"hidden": [8, 16], "epochs": [7], "share": [100.0]})
    assert {(r.model.name, r.model.hidden, r.model.heads, r.train.epochs) for r in runs} == {
        ("docgat", 8, 4, 7),
        ("docgat", 16, 4, 7),
        ("lstm", 8, 1, 7),
        ("lstm", 16, 1, 7),
    }


def test_the_hidden_size_that_a_user_gives_is_that_of_text_gcn_too():
    [given] = planned(["textgcn"], {"hidden": [16], "corpus_name": ["mr"], "share": [100.0]})[:1]
    assert (given.model.embedding, given.model.hidden) == (16, 16)
    [both] = planned(["textgcn"], {"hidden": [16], "embedding": [8], "share": [100.0]})[:1]
    assert both.model.embedding == 8
    sizes = {
        corpus: planned(["textgcn", "lstm"], {"corpus_name": [corpus], "share": [100.0]})
        for corpus in ("mr", "R8", "r8", "own")
    }
    assert {name: {r.model.hidden for r in runs} for name, runs in sizes.items()} == {
        "mr": {200},
        "R8": {200},
        "r8": {200},
        "own": {64},
    }


def test_smoke_runs_are_few_and_short():
    runs = planned(["textgcn"], {}, smoke=True)
    assert {(r.corpus.name, r.share, r.train.epochs) for r in runs} == {
        ("docstrings-small", 20.0, 3),
        ("docstrings-small", 100.0, 3),
    }
