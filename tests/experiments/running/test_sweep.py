import os
import subprocess
import sys
import threading
import time
from concurrent.futures import Future

import pytest

from experiments.core.execution import Execution
from experiments.records.files import write_json
from experiments.records.locks import run_lock
from experiments.records.records import read_result
from experiments.records.results_folder import prepare_folder
from experiments.running.engines.engine import SerialEngine, WorkerKilledError
from experiments.running.progress import Progress
from experiments.running.sweep import run_sweep
from tests.experiments.runs import planned

TINY = {
    "steps": 20,
    "batch_size": 8,
    "evaluate_every": 5,
    "validation_size": 20,
    "test_size": 20,
    "budget": 3000,
    "success": 2,
    "patience": 0,
}


def sweep(labels=("lstm", "gcn-2"), lengths=(3, 5), seeds=(0, 1), **more):
    return planned(labels, lengths, seeds, **TINY | more)


def curves(out):
    return {path.parent.name: path.read_bytes() for path in out.glob("*/curve.csv")}


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
    bad = sweep(["gcn-2"], [5], [0], learning_rate=1e30, clip_norm=0)
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


def test_a_run_that_another_process_holds_is_waited_for(tmp_path):
    runs = sweep(labels=("rnn",), lengths=(3,))
    held = run_lock(tmp_path, runs[0].folder)
    held.__enter__()

    def another_sweep():
        while not (tmp_path / runs[1].folder / "result.json").exists():  # all others are done meanwhile
            time.sleep(0.01)
        (tmp_path / runs[0].folder).mkdir()
        write_json(tmp_path / runs[0].folder / "config.json", runs[0].to_dict())
        write_json(tmp_path / runs[0].folder / "result.json", FROM_ELSEWHERE)
        held.__exit__(None, None, None)

    thread = threading.Thread(target=another_sweep)
    thread.start()
    outcome = run_sweep(runs, tmp_path)
    thread.join()
    assert outcome.done == [runs[1].folder]
    assert outcome.skipped == [runs[0].folder]
    assert read_result(tmp_path / runs[0].folder) == FROM_ELSEWHERE


class Killing:
    """An engine that loses the worker of every run it is given at first, as often as that."""

    window = 1

    def __init__(self, out, times):
        self.real, self.times = SerialEngine(out, Execution(), Progress([], show=False)), times

    def submit(self, runs):
        if self.times == 0:
            return self.real.submit(runs)
        self.times -= 1
        future = Future()
        future.set_exception(WorkerKilledError("its worker process was killed"))
        return [future]

    def __enter__(self):
        return self

    def __exit__(self, *_):
        pass


@pytest.mark.parametrize(("seconds", "failed"), [(0, True), (0.2, True), (2, False)])
def test_a_run_whose_worker_was_killed_is_never_passed_over(seconds, failed, tmp_path, monkeypatch):
    # The lock of the dead may be free at once, or a moment later; or another sweep holds it by then.
    runs = sweep(labels=("rnn",), lengths=(3,))
    monkeypatch.setattr("experiments.running.sweep.make_engine", lambda out, how, **_: Killing(out, 1))
    held = run_lock(tmp_path, runs[0].folder)
    held.__enter__()
    timer = threading.Timer(seconds, held.__exit__, (None, None, None))
    timer.start()
    outcome = run_sweep(runs, tmp_path)
    timer.join()
    assert sorted(outcome.done) == sorted(run.folder for run in runs)
    assert list(outcome.failed) == ([runs[0].folder] if failed else [])


FROM_ELSEWHERE = {"format": 1, "status": "ok", "test_accuracy": 0.5, "steps": 7, "parameters": 11}


@pytest.mark.parametrize("workers", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_two_sweeps_at_once_do_every_run_once(workers, tmp_path):
    runs = sweep(labels=("rnn", "gcn-2"), lengths=(3, 5), seeds=(0, 1))
    outcomes = []

    def do(order):
        outcomes.append(run_sweep(order, tmp_path, workers=workers, progress=False))

    threads = [threading.Thread(target=do, args=(order,)) for order in (runs, runs[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    done = [folder for outcome in outcomes for folder in outcome.done]
    assert sorted(done) == sorted(run.folder for run in runs)
    assert all(len(outcome.done) + len(outcome.skipped) == len(runs) for outcome in outcomes)
    assert not (tmp_path / ".locks").exists()
    if workers == 2:  # in processes of their own; two sweeps in one process share torch's generator
        run_sweep(runs, tmp_path / "alone")
        assert curves(tmp_path) == curves(tmp_path / "alone")


def test_reading_what_is_done_reads_each_run_once(tmp_path, monkeypatch):
    runs = sweep(labels=("rnn",), lengths=(3,), seeds=range(7))
    for run in runs:
        (tmp_path / run.folder).mkdir()
        write_json(tmp_path / run.folder / "config.json", run.to_dict())
        write_json(tmp_path / run.folder / "result.json", FROM_ELSEWHERE)
    read = []
    monkeypatch.setattr(
        "experiments.running.sweep.read_result", lambda path: read.append(path) or read_result(path)
    )
    prepare_folder(tmp_path, "palindrome")
    assert len(run_sweep(runs, tmp_path).skipped) == 7
    assert len(read) == 7


@pytest.mark.slow
@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="finds worker processes through /proc")
def test_workers_end_with_a_killed_sweep(tmp_path):
    command = [sys.executable, "-m", "experiments", "run", "palindrome", "--models", "rnn", "--lengths", "90"]
    command += ["--seeds", "2", "--workers", "2", "--patience", "0", "--out", str(tmp_path)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: len(list(tmp_path.glob("*/curve.csv"))) == 2)
        workers = worker_pids(process.pid)
        assert len(workers) == 2
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in workers))


def wait_for(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.05)
