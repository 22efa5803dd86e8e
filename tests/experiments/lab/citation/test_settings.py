import dataclasses
import json

import pytest

from experiments.core.catalogue import read_settings
from experiments.lab.citation.settings import (
    DATASETS,
    MODELS,
    CitationSettings,
    NodeModel,
    NodeTraining,
    papers_settings,
)


def settings(**changes):
    model, train = papers_settings("gat", "cora")
    return dataclasses.replace(CitationSettings("citation", "cora", model, 0, train), **changes)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("dataset", DATASETS)
def test_settings_survive_their_own_json(model, dataset):
    network, train = papers_settings(model, dataset)
    before = CitationSettings("citation", dataset, network, 3, train)
    assert read_settings(json.loads(json.dumps(before.to_dict()))) == before


def test_each_setting_changes_the_identity():
    base = settings()
    others = [
        settings(dataset="karate"),
        settings(seed=1),
        settings(threads=2),
        settings(device="cuda"),
        *(
            settings(model=dataclasses.replace(base.model, **{field.name: 17}))
            for field in dataclasses.fields(NodeModel)
        ),
        *(
            settings(train=dataclasses.replace(base.train, **{field.name: 17}))
            for field in dataclasses.fields(NodeTraining)
            if field.name not in ("stop", "decay_all")
        ),
        settings(train=dataclasses.replace(base.train, stop="window")),
        settings(train=dataclasses.replace(base.train, decay_all=False)),
    ]
    identities = {run.identity for run in [base, *others]}
    assert len(identities) == 1 + len(others)


def test_the_papers_settings():
    # Kipf & Welling 2017, section 5.2.
    model, train = papers_settings("gcn", "cora")
    assert (model.hidden, model.dropout) == (16, 0.5)
    assert (train.epochs, train.learning_rate, train.weight_decay, train.patience) == (200, 0.01, 5e-4, 10)
    assert not train.decay_all
    # Velickovic et al. 2018, section 3.3.
    model, train = papers_settings("gat", "citeseer")
    assert (model.heads, model.hidden, model.output_heads, model.dropout) == (8, 8, 1, 0.6)
    assert (train.learning_rate, train.weight_decay, train.patience) == (0.005, 5e-4, 100)
    model, train = papers_settings("gat", "pubmed")
    assert (model.output_heads, train.learning_rate, train.weight_decay) == (8, 0.01, 1e-3)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: papers_settings("gatt", "cora"), "models: unknown model 'gatt', did you mean gat?"),
        (lambda: settings(dataset="kora"), "dataset: unknown 'kora', did you mean cora?"),
        (lambda: settings(seed=-1), "seeds: -1"),
        (lambda: settings(threads=0), "threads: 0"),
        (lambda: NodeTraining(epochs=0), "epochs: 0"),
        (lambda: NodeTraining(learning_rate=float("nan")), "learning_rate: nan"),
        (lambda: NodeTraining(stop="never"), "stop: unknown 'never'"),
        (lambda: NodeTraining(patience=-1), "patience: -1"),
        (lambda: read_settings({"experiment": "citation"}), "config: "),
        (lambda: read_settings(settings().to_dict() | {"lengths": 3}), "config: .*lengths"),
    ],
)
def test_bad_settings_are_named(make, words):
    with pytest.raises(ValueError, match=words.replace("?", r"\?")):
        make()
