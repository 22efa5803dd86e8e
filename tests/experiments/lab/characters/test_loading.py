import dataclasses
import json
import shutil

import pytest
import torch

from experiments.core.execution import Execution
from experiments.core.specs import parse_model
from experiments.lab.characters.loading import load_character_model
from experiments.lab.characters.models.evaluation import Evaluator
from experiments.lab.characters.settings import CharacterRun, CharacterTraining, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.corpus import UNKNOWN, identify
from experiments.lab.sequences.settings import PalindromeRun
from experiments.records.checkpoints import save_checkpoint
from experiments.records.files import write_json
from experiments.running.execute import execute

OTHER = PalindromeRun(experiment="palindrome", length=4, model=parse_model("lstm"), seed=0)
TEXT = "she sells sea shells by the sea shore\n" * 30


@pytest.fixture(scope="module", params=["lstm-2-tied", "gat-1-w3"])
def finished(tmp_path_factory, request):
    """A run's folder, its settings and its result."""
    folder = tmp_path_factory.mktemp("results")
    path = folder / "tale.txt"
    path.write_text(TEXT)
    corpus = CorpusSettings(text=(str(path),), validation=0.2, test=0.2)
    sha256, count = identify(corpus)
    corpus = dataclasses.replace(corpus, sha256=sha256, characters=count)
    train = CharacterTraining(steps=20, batch_size=4, window=9, hidden=8, evaluate_every=5, samples=0)
    run = CharacterRun(
        experiment="characters",
        corpus=corpus,
        model=parse_character_model(request.param),
        seed=1,
        train=train,
    )
    return folder / run.folder, run, execute(run, folder)


def test_the_model_of_a_run_predicts_as_it_did(finished):
    folder, run, result = finished
    model, vocabulary, settings = load_character_model(folder)
    assert settings == run
    assert vocabulary.characters == "".join(sorted({*TEXT, UNKNOWN}))
    test = vocabulary.encode(TEXT[-round(0.2 * len(TEXT)) :]).numpy()
    assert Evaluator(test, "test", run.train, "cpu").measure(model).loss == result["test_loss"]
    assert not model.training


@pytest.mark.parametrize("version", ["this", "the one before"])
def test_an_unfinished_run_gives_its_best_weights(finished, tmp_path, version):
    folder, run, _ = finished
    if version == "this":
        with pytest.raises(KeyboardInterrupt):
            execute(run, tmp_path, stop_at(14), Execution(checkpoint_every=1))
        parts = torch.load(tmp_path / run.folder / "checkpoint.pt", weights_only=True)["parts"]
        assert parts[""]["step"] == 13
        assert parts[""]["rule"]["row"]["step"] in (5, 10)
        expected = parts[""]["rule"]["weights"]
    else:
        shutil.copytree(folder, tmp_path / run.folder)
        expected = torch.load(tmp_path / run.folder / "weights.pt", weights_only=True)
        (tmp_path / run.folder / "weights.pt").unlink()
        save_checkpoint(tmp_path / run.folder / "best.pt", {"identity": run.identity, "weights": expected})
    found = load_character_model(str(tmp_path / run.folder))[0].state_dict()
    assert all(torch.equal(found[name], expected[name]) for name in expected)


def stop_at(last):
    """A process that is ended within a step, before its checkpoint."""

    def on_step(step):
        if step == last:
            raise KeyboardInterrupt

    return on_step


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
    (tmp_path / "config.json").write_text(json.dumps(OTHER.to_dict()))
    with pytest.raises(ValueError, match="is a run of palindrome, which is no character model"):
        load_character_model(tmp_path)
