import os
import signal
import subprocess
import sys
import threading
import time

import pytest

from experiments.model_specs import parse_model
from experiments.records import prepare_folder
from experiments.settings import TrainSettings
from experiments.sweep import expand, run_sweep

TINY = TrainSettings(
    steps=20,
    batch_size=8,
    evaluate_every=5,
    validation_size=20,
    test_size=20,
    budget=3000,
    success=2,
    patience=0,
)


def sweep(labels=("lstm", "gcn-2"), lengths=(3, 5), seeds=(0, 1), train=TINY):
    return expand("palindrome", [parse_model(label) for label in labels], lengths, seeds, train)


def curves(out):
    return {path.parent.name: path.read_bytes() for path in out.glob("*/curve.csv")}


def test_expansion_is_every_combination_once():
    runs = sweep(seeds=(0, 1, 0))
    assert len(runs) == 8
    assert len({run.folder for run in runs}) == 8


def test_number_of_workers_changes_no_bit(tmp_path):
    runs = sweep(seeds=(0,))
    for workers in (1, 2):
        prepare_folder(tmp_path / str(workers), "palindrome")
        outcome = run_sweep(runs, tmp_path / str(workers), workers=workers)
        assert len(outcome.done) == 4
        assert not outcome.failed
    assert curves(tmp_path / "1") == curves(tmp_path / "2")
    assert len(curves(tmp_path / "1")) == 4


def test_a_second_time_nothing_runs(tmp_path):
    runs = sweep(labels=("rnn",), lengths=(3,))
    first = run_sweep(runs, tmp_path)
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*")}
    second = run_sweep(runs, tmp_path)
    assert sorted(second.skipped) == sorted(first.done)
    assert second.done == []
    assert before == {path: path.stat().st_mtime_ns for path in tmp_path.glob("*/*")}


def test_an_unfinished_run_is_done_again_and_equal(tmp_path):
    runs = sweep(labels=("rnn",), lengths=(3,), seeds=(0,))
    run_sweep(runs, tmp_path)
    whole = curves(tmp_path)
    folder = tmp_path / runs[0].folder
    (folder / "result.json").unlink()
    (folder / "curve.csv").write_text("step,train_loss\n5,")
    outcome = run_sweep(runs, tmp_path)
    assert outcome.done == [runs[0].folder]
    assert curves(tmp_path) == whole


def test_a_failure_is_a_row_and_the_others_go_on(tmp_path):
    # A learning rate of 1e30 makes the loss of any model overflow within a few steps.
    wild = TrainSettings(
        steps=20, batch_size=8, evaluate_every=5, learning_rate=1e30, clip_norm=0, budget=3000
    )
    bad = expand("palindrome", [parse_model("gcn-2")], [5], [0], wild)
    outcome = run_sweep(bad + sweep(labels=("rnn",), lengths=(3,), seeds=(0,)), tmp_path)
    assert len(outcome.done) == 2
    assert "DivergedError" in outcome.failed[bad[0].folder]
    assert "DivergedError" in (tmp_path / "results.csv").read_text()


def worker_pids(parent=None):
    me = str(parent or os.getpid())
    pids = []
    for entry in os.listdir("/proc"):
        try:
            with open(f"/proc/{entry}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
            with open(f"/proc/{entry}/cmdline") as file:
                command = file.read()
        except (OSError, NotADirectoryError):
            continue
        if len(fields) > 1 and fields[1] == me and "spawn_main" in command:
            pids.append(int(entry))
    return pids


@pytest.mark.slow
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="finds worker processes through /proc")
def test_a_killed_worker_loses_no_run(tmp_path):
    train = TrainSettings(
        steps=400, batch_size=8, evaluate_every=50, validation_size=20, budget=3000, success=2
    )
    runs = sweep(labels=("rnn",), lengths=(5,), seeds=range(4), train=train)
    killed = []

    def kill_one():
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            begun = list(tmp_path.glob("*/curve.csv"))
            if begun and worker_pids():
                killed.append(worker_pids()[0])
                os.kill(killed[0], signal.SIGKILL)
                return
            time.sleep(0.01)

    thread = threading.Thread(target=kill_one)
    thread.start()
    outcome = run_sweep(runs, tmp_path, workers=2)
    thread.join()
    assert killed
    assert len(outcome.done) == 4
    assert not outcome.failed


@pytest.mark.slow
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="finds worker processes through /proc")
def test_workers_end_with_a_killed_sweep(tmp_path):
    command = [sys.executable, "-m", "experiments", "run", "palindrome", "--models", "rnn", "--lengths", "90"]
    command += ["--seeds", "2", "--workers", "2", "--patience", "0", "--out", str(tmp_path)]
    sweep = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(list(tmp_path.glob("*/curve.csv"))) == 2)
        workers = worker_pids(sweep.pid)
        assert len(workers) == 2
    finally:
        sweep.kill()
        sweep.wait()
    wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
