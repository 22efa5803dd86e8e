import dataclasses
import json

import pytest

from experiments.core.catalogue import find_experiment, read_settings
from experiments.core.registry import CONVOLUTIONS
from experiments.data.names import DATASETS
from experiments.lab.citation.settings import CitationRun, NodeModel, NodeTraining, papers_settings
from experiments.running.plan import plan

MODELS = (*(name for name, part in CONVOLUTIONS.items() if "shared" not in part.features), "mlp")


def of_papers(label, dataset, seed=0):
    model, train = papers_settings(label, {"dataset": dataset})
    return CitationRun(experiment="citation", dataset=dataset, model=model, seed=seed, train=train)


def settings(**changes):
    return dataclasses.replace(of_papers("gat", "cora"), **changes)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("dataset", DATASETS)
def test_settings_survive_their_own_json(model, dataset):
    before = of_papers(model, dataset, seed=3)
    assert read_settings(json.loads(json.dumps(before.to_dict()))) == before


def test_a_recorded_folder_keeps_its_name():
    train = dataclasses.replace(of_papers("gat", "karate").train, epochs=8)
    run = dataclasses.replace(of_papers("gat", "karate"), train=train)
    assert run.folder == "karate_gat_seed0_e1b77fc1"


def test_each_setting_changes_the_identity():
    base = settings()
    numbers = {
        "dropout": 0.25,
        "stop": "window",
        "decay_all": False,
        "name": "gcn",
        "residual": True,
        "norm": True,
        "shuffled": True,
        "permuted": True,
    }
    own = {"dataset": "a/my.csv", "edge_list": "a/edges.csv", "content": "1" * 16}
    others = [
        settings(dataset="karate"),
        settings(split="random"),
        settings(split="random", train_size=0.6),
        settings(split="random", validation_size=0.2),
        settings(split="random", split_seed=0),
        settings(scale="raw"),
        settings(**own),
        settings(**own | {"content": "2" * 16}),
        settings(seed=1),
        settings(threads=2),
        settings(device="cuda"),
        *(
            settings(
                **{
                    part: dataclasses.replace(
                        getattr(base, part), **{field.name: numbers.get(field.name, 17)}
                    )
                }
            )
            for part, kind in (("model", NodeModel), ("train", NodeTraining))
            for field in dataclasses.fields(kind)
        ),
    ]
    identities = {run.identity for run in [base, *others]}
    assert len(identities) == 1 + len(others)


def test_the_papers_settings():
    # Kipf & Welling 2017, section 5.2.
    model, train = papers_settings("gcn", {"dataset": "cora"})
    assert (model.hidden, model.dropout) == (16, 0.5)
    assert (train.epochs, train.learning_rate, train.weight_decay, train.patience) == (200, 0.01, 5e-4, 10)
    assert not train.decay_all
    # Velickovic et al. 2018, section 3.3.
    model, train = papers_settings("gat", {"dataset": "citeseer"})
    assert (model.heads, model.hidden, model.output_heads, model.dropout) == (8, 8, 1, 0.6)
    assert (train.learning_rate, train.weight_decay, train.patience) == (0.005, 5e-4, 100)
    model, train = papers_settings("gat", {"dataset": "pubmed"})
    assert (model.output_heads, train.learning_rate, train.weight_decay) == (8, 0.01, 1e-3)


def test_a_sweep_has_every_combination_once_and_long_runs_first():
    runs = plan(find_experiment("citation"), ["gcn", "gat"], [0, 1, 0], {"dataset": ["karate", "cora"]})
    assert len(runs) == len({run.folder for run in runs}) == 8
    assert [run.dataset for run in runs] == ["cora"] * 4 + ["karate"] * 4
    assert runs[0].model.name == "gat"
    assert {run.train.epochs for run in runs if run.model.name == "gat"} == {200, 2000}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (
            lambda: papers_settings("gatt", {"dataset": "cora"}),
            "models: unknown model 'gatt', did you mean gat?",
        ),
        (lambda: settings(dataset="kora"), "dataset: unknown 'kora', did you mean cora?"),
        (lambda: settings(seed=-1), "seeds: -1"),
        (lambda: settings(threads=0), "threads: 0"),
        (lambda: NodeModel(name="gcn", dropout=1.0), "dropout: 1"),
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


def test_a_layer_that_all_share_is_no_model_of_two_layers():
    with pytest.raises(ValueError, match="models: gnnssm is one layer for all"):
        NodeModel("gnnssm")
