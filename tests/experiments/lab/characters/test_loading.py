import json

import pytest
import torch

from experiments.lab.characters.loading import load_character_model
from experiments.lab.characters.models.evaluation import Evaluator
from experiments.lab.characters.settings import CharacterSettings, CharacterTraining, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.corpus import UNKNOWN, identify
from experiments.records.files import write_json
from experiments.running.runs import execute

TEXT = "she sells sea shells by the sea shore\n" * 30


@pytest.fixture(scope="module", params=["lstm-2-tied", "gat-1-w3"])
def finished(tmp_path_factory, request):
    """A run's folder, its settings and its result."""
    folder = tmp_path_factory.mktemp("results")
    path = folder / "tale.txt"
    path.write_text(TEXT)
    corpus = CorpusSettings((str(path),), False, 0.2, 0.2, *identify(CorpusSettings((str(path),))))
    train = CharacterTraining(steps=20, batch_size=4, window=9, hidden=8, evaluate_every=5, samples=0)
    run = CharacterSettings("characters", corpus, parse_character_model(request.param), 1, train)
    return folder / run.folder, run, execute(run, folder)


def test_the_model_of_a_run_predicts_as_it_did(finished):
    folder, run, result = finished
    model, vocabulary, settings = load_character_model(folder)
    assert settings == run
    assert vocabulary.characters == "".join(sorted({*TEXT, UNKNOWN}))
    test = vocabulary.encode(TEXT[-round(0.2 * len(TEXT)) :]).numpy()
    assert Evaluator(test, "test", run.train, "cpu").measure(model).loss == result["test_loss"]
    assert not model.training


def test_an_unfinished_run_gives_its_best_weights(finished):
    folder, _, result = finished
    expected = load_character_model(folder)[0].state_dict()
    (folder / "weights.pt").rename(folder / "aside.pt")
    try:
        found = load_character_model(str(folder))[0].state_dict()
    finally:
        (folder / "aside.pt").rename(folder / "weights.pt")
    assert result["status"] == "ok"
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def test_what_is_no_trained_character_model_is_named(finished, tmp_path):
    _, run, _ = finished
    with pytest.raises(ValueError, match="not the folder of a run"):
        load_character_model(tmp_path)
    write_json(tmp_path / "config.json", run.to_dict())
    with pytest.raises(ValueError, match="has no vocabulary that can be read"):
        load_character_model(tmp_path)
    write_json(tmp_path / "vocabulary.json", {"characters": "abc"})
    with pytest.raises(ValueError, match="has no weights yet"):
        load_character_model(tmp_path)
    (tmp_path / "weights.pt").write_bytes(b"abc")
    with pytest.raises(ValueError, match=r"weights\.pt cannot be read"):
        load_character_model(tmp_path)
    torch.save({"a": torch.zeros(2)}, tmp_path / "weights.pt")
    with pytest.raises(ValueError, match="are of another model"):
        load_character_model(tmp_path)
    for foreign in (torch.zeros(2), [torch.zeros(2)]):
        torch.save(foreign, tmp_path / "weights.pt")
        with pytest.raises(ValueError, match="are of another model"):
            load_character_model(tmp_path)
    citation = {
        "experiment": "citation",
        "dataset": "karate",
        "model": {"name": "gcn"},
        "seed": 0,
        "train": {},
    }
    (tmp_path / "config.json").write_text(json.dumps(citation))
    with pytest.raises(ValueError, match="is a run of citation, which is no character model"):
        load_character_model(tmp_path)
