import dataclasses
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import torch

from experiments.lab.characters import work as characters
from experiments.lab.characters.checkpoints import LAST, load_last
from experiments.lab.characters.settings import (
    CharacterSettings,
    CharacterTraining,
    CorpusSettings,
    Keeping,
)
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.corpus import identify
from experiments.running.runs import execute

FILES = ("curve.csv", "samples.csv", "context.csv", "vocabulary.json")


@pytest.fixture(scope="module")
def text(tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "tale.txt"
    path.write_text("".join(f"{n} men went to mow, went to mow a meadow\n" for n in range(90)))
    return path


def run_of(text, model="lstm-1", keep=None, **train):
    corpus = CorpusSettings((str(text),))
    sha256, count = identify(corpus)
    corpus = dataclasses.replace(corpus, sha256=sha256, characters=count)
    values = {"steps": 30, "batch_size": 4, "window": 9, "hidden": 8, "evaluate_every": 8, "samples": 2}
    training = CharacterTraining(**{**values, **train})
    return CharacterSettings(
        "characters", corpus, parse_character_model(model), 5, training, keep=keep or Keeping()
    )


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
    [("lstm-1", {"stream": True, "dropout": 0.3}), ("gat-1-w2", {"optimizer": "rmsprop"})],
)
def test_an_interrupted_run_goes_on_to_the_same_bits(tmp_path, monkeypatch, text, model, options):
    run = run_of(text, model, **options)
    unbroken = execute(run, tmp_path / "unbroken")
    assert unbroken["status"] == "ok"
    for steps in (1, 8, 7, 3):  # 11 are left
        monkeypatch.setattr(characters, "stop_requests", lambda steps=steps: Stopping(steps))
        with pytest.raises(KeyboardInterrupt):
            execute(run, tmp_path / "broken")
        assert not (tmp_path / "broken" / run.folder / "result.json").exists()
    monkeypatch.undo()
    result = execute(run, tmp_path / "broken")
    check_same(tmp_path / "unbroken" / run.folder, tmp_path / "broken" / run.folder)
    for name in ("test_loss", "test_bits", "validation_loss", "selected_step", "final_train_accuracy_100"):
        assert result[name] == unbroken[name]


def test_a_run_that_ended_before_its_result_only_tests_again(tmp_path, monkeypatch, text):
    run = run_of(text)
    first = execute(run, tmp_path)
    monkeypatch.setattr(
        "experiments.lab.characters.models.training.CharacterTrainer.step", None
    )  # not to be called
    again = execute(run, tmp_path)
    assert again["status"] == "ok"
    assert again["test_loss"] == first["test_loss"]


def test_checkpoints_come_every_so_many_steps_or_seconds(tmp_path, monkeypatch, text):
    seen = []
    save = characters.save_checkpoint

    def watch(path, values):
        save(path, values)
        if path.name == LAST:
            seen.append(values["training"]["steps"])

    monkeypatch.setattr(characters, "save_checkpoint", watch)
    assert execute(run_of(text, keep=Keeping(7, 0)), tmp_path / "steps")["status"] == "ok"
    assert seen == [7, 14, 21, 28, 30]
    seen.clear()
    execute(run_of(text, keep=Keeping(0, 1e-9)), tmp_path / "seconds")
    assert seen == list(range(1, 31))


def test_a_damaged_checkpoint_fails_the_run_and_is_left_alone(tmp_path, text):
    run = run_of(text)
    execute(run, tmp_path)
    path, best = (tmp_path / run.folder / name for name in (LAST, "best.pt"))
    good = best.read_bytes()
    path.write_bytes(path.read_bytes()[:500])
    result = execute(run, tmp_path)
    assert result["status"] == "failed"
    assert "not a whole checkpoint" in result["reason"]
    assert path.stat().st_size == 500
    assert best.read_bytes() == good


@pytest.mark.parametrize(
    "damage", [lambda values: values.pop("optimizer"), lambda values: values.update(sums=3)]
)
def test_a_checkpoint_without_a_part_is_named(tmp_path, text, damage):
    run = run_of(text)
    execute(run, tmp_path)
    path = tmp_path / run.folder / LAST
    values = torch.load(path, weights_only=True)
    damage(values["training"])
    torch.save(values, path)
    result = execute(run, tmp_path)
    assert result["status"] == "failed"
    assert "lacks what training goes on from" in result["reason"]
    assert "move it away" in result["reason"]


def test_tensorboard_has_the_curve(tmp_path, text):
    event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    run = run_of(text, keep=Keeping(tensorboard=True))
    assert execute(run, tmp_path)["status"] == "ok"
    events = event_accumulator.EventAccumulator(str(tmp_path / run.folder / "tensorboard")).Reload()
    assert [event.step for event in events.Scalars("validation_bits")] == [8, 16, 24, 30]


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
    moments, killed, steps = random.Random(0), 0, []
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
        steps.append(progress(tmp_path / "killed"))
    last = subprocess.run(
        [*command, str(tmp_path / "killed")], env=ENVIRONMENT, capture_output=True, text=True
    )
    assert last.returncode == 0, last.stderr
    assert steps == sorted(steps)  # no kill loses what a checkpoint holds
    assert max(steps) > 0
    folders = sorted(path.parent.name for path in (tmp_path / "whole").glob("*/config.json"))
    assert len(folders) == 2
    for folder in folders:
        check_same(tmp_path / "whole" / folder, tmp_path / "killed" / folder)


def progress(out):
    """Steps in all checkpoints of a results folder."""
    return sum(torch.load(path, weights_only=True)["training"]["steps"] for path in out.glob("*/last.pt"))


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
    try:
        while len(list(tmp_path.glob("*/best.pt"))) < int(workers) and process.poll() is None:
            time.sleep(0.1)
        process.send_signal(number)
        _, err = process.communicate(timeout=120)
    finally:
        process.kill()
    assert process.returncode == 130
    assert "the same command goes on" in err
    assert "Traceback" not in err
    assert progress(tmp_path) >= 50 * int(workers)


def test_progress_reads_what_load_last_reads(tmp_path, text):
    run = run_of(text)
    execute(run, tmp_path)
    assert load_last(run, tmp_path / run.folder)["training"]["steps"] == progress(tmp_path) == 30
