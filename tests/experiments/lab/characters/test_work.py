import dataclasses
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import torch

from experiments.lab.characters.settings import CharacterRun, CharacterTraining, CorpusSettings
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.corpus import identify
from experiments.running.execute import execute
from experiments.training import fit

FILES = ("curve.csv", "samples.csv", "context.csv", "vocabulary.json")


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "tale.txt"
    path.write_text("".join(f"{n} men went to mow, went to mow a meadow\n" for n in range(90)))
    return path


def run_of(text, model="lstm-1", **train):
    corpus = CorpusSettings(text=(str(text),))
    sha256, count = identify(corpus)
    corpus = dataclasses.replace(corpus, sha256=sha256, characters=count)
    values = {"steps": 30, "batch_size": 4, "window": 9, "hidden": 8, "evaluate_every": 8, "samples": 2}
    spec, training = parse_character_model(model), CharacterTraining(**{**values, **train})
    return CharacterRun(experiment="characters", corpus=corpus, model=spec, seed=5, train=training)


def weights(folder):
    return torch.load(folder / "weights.pt", weights_only=True)


def check_same(folder, other):
    for name in FILES:
        assert (folder / name).read_bytes() == (other / name).read_bytes(), name
    one, two = weights(folder), weights(other)
    assert one.keys() == two.keys()
    assert all(torch.equal(one[name], two[name]) for name in one)


class Stopping:
    """Stop requests of a user who presses Ctrl-C after so many steps."""

    def __init__(self, steps):
        self.left = steps

    def __enter__(self):
        return self.asked

    def __exit__(self, *exception):
        pass

    def asked(self):
        self.left -= 1
        return self.left == 0


@pytest.mark.parametrize(
    ("model", "options"),
    [
        ("lstm-1", {"stream": True, "dropout": 0.3}),
        ("gat-1-w2", {"optimizer": "rmsprop"}),
        ("transformer-1", {"stream": True, "dropout": 0.3}),
    ],
)
def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path, monkeypatch, text, model, options):
    run = run_of(text, model, **options)
    unbroken = execute(run, tmp_path / "unbroken")
    assert unbroken["status"] == "ok"
    for steps in (1, 8, 7, 3):  # 11 are left
        monkeypatch.setattr(fit, "stop_requests", lambda steps=steps: Stopping(steps))
        with pytest.raises(KeyboardInterrupt):
            execute(run, tmp_path / "broken")
        assert not (tmp_path / "broken" / run.folder / "result.json").exists()
    monkeypatch.undo()
    result = execute(run, tmp_path / "broken")
    assert result["resumed_step"] == 19
    check_same(tmp_path / "unbroken" / run.folder, tmp_path / "broken" / run.folder)
    for name in ("test_loss", "test_bits", "validation_loss", "selected_step", "final_train_accuracy_100"):
        assert result[name] == unbroken[name]


def test_a_run_that_stops_early_has_the_best_weights(tmp_path, text):
    run = run_of(text, learning_rate=0.5, patience=16, steps=400, samples=0)
    result = execute(run, tmp_path)
    assert result["stopped"] == "converged"
    assert result["steps"] == result["selected_step"] + 16


def test_the_folder_of_a_run(tmp_path, text):
    run = run_of(text)
    result = execute(run, tmp_path)
    assert {path.name for path in (tmp_path / run.folder).iterdir()} == {
        *("config.json", "curve.csv", "result.json", "weights.pt", *FILES),
    }
    assert (result["parts"]["train"], result["unknown"]["train"]) == (round(0.9 * run.corpus.characters), 0)
    assert result["reach"] is None
    assert 0 < result["chance"] < 1


@pytest.mark.parametrize(
    ("model", "reach"), [("transformer-2", 17), ("transformer-1-w4", 5), ("gcn-2-w3", 7)]
)
def test_a_record_says_how_many_characters_an_answer_depends_on(tmp_path, text, model, reach):
    assert execute(run_of(text, model, steps=2, samples=0), tmp_path)["reach"] == reach


COMMAND = (sys.executable, "-m", "experiments", "run", "characters", "--models", "lstm-2,gcn-2-w3")
SIZES = ("--hidden", "16", "--batch-size", "8", "--evaluate-every", "50")
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1"}


@pytest.mark.slow
def test_killed_ten_times_it_goes_on_to_the_same_bits(tmp_path, text):
    """kill -9 at random moments, from before the first import to the writing of the report."""
    options = ("--workers", "1", "--steps", "400", "--checkpoint-every", "9", "--dropout", "0.2", "--stream")
    command = [*COMMAND, *SIZES, *options, "--text", str(text), "--out"]
    started = time.monotonic()
    subprocess.run([*command, str(tmp_path / "whole")], check=True, env=ENVIRONMENT, capture_output=True)
    length = time.monotonic() - started
    moments, killed = random.Random(0), 0
    while killed < 10:
        process = subprocess.Popen(
            [*command, str(tmp_path / "killed")],
            env=ENVIRONMENT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        try:
            process.communicate(timeout=moments.uniform(0.4, 1.0) * length * 0.6)
            break  # it came to its end between two kills
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += 1
    assert killed
    last = subprocess.run(
        [*command, str(tmp_path / "killed")], env=ENVIRONMENT, capture_output=True, text=True
    )
    assert last.returncode == 0, last.stderr
    folders = sorted(path.parent.name for path in (tmp_path / "whole").glob("*/config.json"))
    assert len(folders) == 2
    for folder in folders:
        check_same(tmp_path / "whole" / folder, tmp_path / "killed" / folder)


def progress(out):
    """Steps in all checkpoints of a results folder."""
    parts = [torch.load(path, weights_only=True)["parts"] for path in out.glob("*/checkpoint.pt")]
    return sum(part[""]["step"] for part in parts)


@pytest.mark.slow
@pytest.mark.usefixtures("heard_interrupts")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_signal_saves_and_ends(tmp_path, text, number, workers):
    options = ("--workers", workers, "--steps", "100000", "--checkpoint-seconds", "0")
    command = [*COMMAND, *SIZES, *options, "--text", str(text), "--out", str(tmp_path)]
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    )

    def looked():
        return [path for path in tmp_path.glob("*/curve.csv") if path.read_text().count("\n") > 1]

    try:
        while len(looked()) < int(workers) and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(number)
        _, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "the same command goes on" in err
    assert "Traceback" not in err
    assert progress(tmp_path) >= 50 * int(workers)
