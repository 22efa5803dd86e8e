import dataclasses
import errno
import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from experiments.core.execution import Execution
from experiments.core.specs import parse_model
from experiments.lab.sequences import work
from experiments.lab.sequences.settings import SequenceTraining
from experiments.records import files
from experiments.records.locks import LockedError, run_lock
from experiments.running.execute import execute, execute_once
from tests.experiments.runs import sequence_run

ROOT = Path(__file__).resolve().parents[3]
TRAIN = SequenceTraining(
    steps=30,
    batch_size=8,
    evaluate_every=7,
    validation_size=20,
    test_size=20,
    hidden=8,
    success=2,
    patience=0,
    decay=0.5,
    decay_every=11,
    tolerance=1e-9,
)
SETTINGS = sequence_run("lstm", 5, 3, train=TRAIN)
WILD = dataclasses.replace(
    SETTINGS, model=parse_model("gcn-2"), train=dataclasses.replace(TRAIN, learning_rate=1e30, clip_norm=0)
)
NEVER, ALWAYS = Execution(checkpoint_seconds=0), Execution(checkpoint_every=1)


class Stop(BaseException):
    """Ends a run as a kill does: nothing of the program handles it."""


def stop_at(last):
    def on_step(step):
        if step == last:
            raise Stop

    return on_step


def outcome(folder):
    """What has to be the same, bit for bit."""
    result = json.loads((folder / "result.json").read_text())
    weights = torch.load(folder / "weights.pt", weights_only=True)
    figures = (
        "test_accuracy",
        "test_loss",
        "validation_accuracy",
        "validation_loss",
        "steps",
        "selected_step",
    )
    return (
        (folder / "curve.csv").read_bytes(),
        {name: value.tolist() for name, value in weights.items()},
        [result[name] for name in figures],
    )


@pytest.mark.parametrize("optimizer", ["adam", "rmsprop", "momentum"])
@pytest.mark.parametrize("stops", [[1], [2, 9], [8, 15, 22], [30]])
def test_a_run_that_went_on_from_checkpoints_ends_with_the_same_bits(optimizer, stops, tmp_path):
    settings = dataclasses.replace(SETTINGS, train=dataclasses.replace(TRAIN, optimizer=optimizer))
    execute(settings, tmp_path / "alone", how=NEVER)
    for step in stops:
        with pytest.raises(Stop):
            execute(settings, tmp_path / "ended", stop_at(step), ALWAYS)
    result = execute(settings, tmp_path / "ended")
    assert result["resumed_step"] == stops[-1] - 1  # the step that was ended is done again
    folders = [tmp_path / name / settings.folder for name in ("alone", "ended")]
    assert outcome(folders[0]) == outcome(folders[1])
    assert sorted(path.name for path in folders[1].iterdir()) == sorted(files_of_a_run())


def files_of_a_run():
    return ["config.json", "curve.csv", "result.json", "sensitivity.csv", "weights.pt"]


def test_a_damaged_checkpoint_is_no_checkpoint(tmp_path):
    execute(SETTINGS, tmp_path / "alone", how=NEVER)
    with pytest.raises(Stop):
        execute(SETTINGS, tmp_path / "ended", stop_at(12), ALWAYS)
    checkpoint = tmp_path / "ended" / SETTINGS.folder / "checkpoint.pt"
    checkpoint.write_bytes(checkpoint.read_bytes()[:1000])
    damaged = checkpoint.read_bytes()
    assert execute(SETTINGS, tmp_path / "ended")["resumed_step"] == 0
    assert outcome(tmp_path / "alone" / SETTINGS.folder) == outcome(tmp_path / "ended" / SETTINGS.folder)
    assert checkpoint.with_name("checkpoint.1.pt").read_bytes() == damaged  # nothing is lost


def test_a_run_begins_anew_when_asked_and_its_checkpoint_is_kept(tmp_path):
    execute(SETTINGS, tmp_path / "alone", how=NEVER)
    with pytest.raises(Stop):
        execute(SETTINGS, tmp_path / "ended", stop_at(12), ALWAYS)
    result = execute(SETTINGS, tmp_path / "ended", how=Execution(resume=False))
    assert result["resumed_step"] == 0
    assert outcome(tmp_path / "alone" / SETTINGS.folder) == outcome(tmp_path / "ended" / SETTINGS.folder)
    assert (tmp_path / "ended" / SETTINGS.folder / "checkpoint.1.pt").exists()


@pytest.mark.parametrize("change", ["name", "shape"])
def test_a_checkpoint_of_other_weights_is_no_checkpoint(change, tmp_path):
    """Such as one that an earlier version left, whose parameters had other names."""
    execute(SETTINGS, tmp_path / "alone", how=NEVER)
    with pytest.raises(Stop):
        execute(SETTINGS, tmp_path / "ended", stop_at(12), ALWAYS)
    checkpoint = tmp_path / "ended" / SETTINGS.folder / "checkpoint.pt"
    state = torch.load(checkpoint, weights_only=True)
    model = state["parts"][""]["trainer"]["model"]
    name, value = model.popitem()
    model[f"old_{name}" if change == "name" else name] = value if change == "name" else value[:-1]
    torch.save(state, checkpoint)
    assert execute(SETTINGS, tmp_path / "ended")["resumed_step"] == 0
    assert outcome(tmp_path / "alone" / SETTINGS.folder) == outcome(tmp_path / "ended" / SETTINGS.folder)


@pytest.mark.parametrize(("seconds", "there"), [(0, False), (1e-9, True), (3600, False)])
def test_checkpoints_are_as_frequent_as_asked(seconds, there, tmp_path):
    with pytest.raises(Stop):
        execute(SETTINGS, tmp_path, stop_at(10), Execution(checkpoint_seconds=seconds))
    assert (tmp_path / SETTINGS.folder / "checkpoint.pt").exists() == there


def test_one_writer(tmp_path):
    with run_lock(tmp_path, SETTINGS.folder), pytest.raises(LockedError, match="doing this run"):
        execute(SETTINGS, tmp_path)
    assert not (tmp_path / SETTINGS.folder).exists()


def test_what_another_sweep_did_is_taken(tmp_path):
    first, is_new = execute_once(SETTINGS, tmp_path)
    assert is_new
    assert execute_once(SETTINGS, tmp_path) == (first, False)


def test_a_failure_is_done_again_only_when_asked(tmp_path):
    first, _ = execute_once(WILD, tmp_path)
    assert first["status"] == "failed"
    assert "DivergedError" in first["reason"]
    assert first["environment"]["torch"] == torch.__version__
    assert execute_once(WILD, tmp_path) == (first, False)
    again, is_new = execute_once(WILD, tmp_path, how=Execution(retry_failed=True))
    assert is_new
    assert again["reason"] == first["reason"]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), [0.5, float("-inf")]])
@pytest.mark.parametrize("nested", [False, True])
def test_a_result_that_is_no_number_is_a_failure_of_its_run_alone(value, nested, tmp_path, monkeypatch):
    found = {"split": {"test_loss": value}} if nested else {"test_loss": value}
    monkeypatch.setattr(work, "work", lambda run, folder, session: {"steps": 2, **found})
    result = execute(SETTINGS, tmp_path)
    assert result["status"] == "failed"
    name = "split.test_loss" if nested else "test_loss"
    assert result["reason"].startswith(f"FloatingPointError: {name} became ")
    assert json.loads((tmp_path / SETTINGS.folder / "result.json").read_text()) == result


@pytest.mark.parametrize("rate", [3e38])
def test_a_step_too_far_is_a_recorded_failure(rate, tmp_path):
    train = dataclasses.replace(
        TRAIN, steps=1, evaluate_every=1, optimizer="sgd", learning_rate=rate, clip_norm=0
    )
    result = execute(dataclasses.replace(SETTINGS, model=parse_model("rnn"), train=train), tmp_path)
    assert result["status"] == "failed"
    assert "lower --learning-rate" in result["reason"]


FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("name", ["config.json", "checkpoint.pt", "weights.pt", "result.json"])
def test_a_full_disk_is_no_failure_of_the_run(name, tmp_path, monkeypatch):
    execute(SETTINGS, tmp_path / "alone", how=NEVER)

    def fsync(descriptor):
        if f".{name}." in str(Path(f"/proc/self/fd/{descriptor}").readlink()):
            raise FULL

    with monkeypatch.context() as patch:
        patch.setattr(files.os, "fsync", fsync)
        with pytest.raises(OSError, match="No space left"):
            execute(SETTINGS, tmp_path / "full", how=ALWAYS)
    folder = tmp_path / "full" / SETTINGS.folder
    assert not (folder / "result.json").exists()
    assert not list(folder.glob(".*"))  # half a file takes room that is needed
    execute(SETTINGS, tmp_path / "full", how=ALWAYS)
    assert outcome(tmp_path / "alone" / SETTINGS.folder) == outcome(folder)


SMALL_DISK = """
mount -t tmpfs -o size={size}k none {folder} || exit 77
{python} -m experiments run palindrome --models rnn --lengths 5 --seeds 6 --steps 40 --evaluate-every 20 \
    --hidden 64 --validation-size 20 --test-size 20 --workers {workers} --out {folder}/out
echo "code $?" >&2
cp -r {folder}/out {kept}
"""


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_a_disk_that_is_really_full(workers, tmp_path):
    (tmp_path / "disk").mkdir()
    script = SMALL_DISK.format(
        size=120, folder=tmp_path / "disk", python=sys.executable, kept=tmp_path / "kept", workers=workers
    )
    try:
        done = subprocess.run(
            ["unshare", "-rm", "sh", "-c", script], capture_output=True, text=True, check=False, cwd=ROOT
        )
    except FileNotFoundError:
        pytest.skip("needs unshare")
    if done.returncode == 77 or "unshare" in done.stderr:
        pytest.skip("may not mount a small disk here")
    lines = done.stderr.strip().splitlines()
    assert lines[-1] == "code 1"
    assert lines[0].startswith("gnnlab: No space left on device")
    assert len(lines) == 2
    results = [json.loads(path.read_text()) for path in (tmp_path / "kept").glob("*/result.json")]
    assert 0 < len(results) < 6
    assert {result["status"] for result in results} == {"ok"}
