import os
import signal
import threading
import time

import pytest

from experiments.core.execution import Execution
from experiments.records.locks import LOCKS
from experiments.records.records import FolderError, read_result
from experiments.running.engines.engine import SerialEngine, WorkerKilledError
from experiments.running.engines.local import LocalEngine
from experiments.running.progress import Progress
from experiments.running.sweep import make_engine, run_sweep
from tests.experiments.runs import planned

LONG = {
    "steps": 600,
    "batch_size": 8,
    "evaluate_every": 50,
    "validation_size": 20,
    "test_size": 20,
    "hidden": 16,
    "success": 2,
    "patience": 0,
}
SERIAL = Execution(engine="serial")


def sweep(labels=("rnn", "gcn-2"), seeds=(0, 1), steps=20):
    return planned(labels, [3, 5], seeds, **LONG | {"steps": steps, "evaluate_every": 5})


def bits(out):
    """Curves and weights; torch writes the same bytes for the same tensors."""
    return {
        path.relative_to(out): path.read_bytes()
        for name in ("curve.csv", "weights.pt")
        for path in out.glob(f"*/{name}")
    }


def test_a_future_tells_what_the_result_says(tmp_path):
    run = sweep()[0]
    with make_engine(tmp_path, SERIAL, workers=1) as engine:
        assert isinstance(engine, SerialEngine)
        result, is_new = engine.submit([run])[0].result()
        assert is_new
        assert result == read_result(tmp_path / run.folder)
        assert engine.submit([run])[0].result() == (result, False)


def test_an_error_comes_through_the_future(tmp_path):
    (tmp_path / sweep()[0].folder).write_text("a file where the folder should be")
    with (
        make_engine(tmp_path, SERIAL, workers=1) as engine,
        pytest.raises(FolderError, match="Not a directory"),
    ):
        engine.submit([sweep()[0]])[0].result()


def test_order_engine_and_workers_change_no_bit(tmp_path):
    runs = sweep()
    run_sweep(runs, tmp_path / "serial", how=SERIAL)
    run_sweep(runs[::-1], tmp_path / "backwards", how=SERIAL)
    run_sweep(runs[1:] + runs[:1], tmp_path / "local", workers=2)
    assert len(bits(tmp_path / "serial")) == 2 * len(runs)
    assert bits(tmp_path / "serial") == bits(tmp_path / "backwards") == bits(tmp_path / "local")


def kill_owner(out, run, times):
    """Kill the process that does a run, as often as that; answers the thread and the processes."""
    killed = []

    def look():
        deadline = time.monotonic() + 120
        while len(killed) < times and time.monotonic() < deadline:
            lock = out / LOCKS / f"{run.folder}.lock"
            try:
                owner = int(lock.read_text())
            except (FileNotFoundError, ValueError):
                continue
            if owner not in killed and (out / run.folder / "curve.csv").exists():
                killed.append(owner)
                os.kill(owner, signal.SIGKILL)

    thread = threading.Thread(target=look)
    thread.start()
    return thread, killed


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_a_killed_worker_costs_no_other_run_anything(times, tmp_path):
    runs = planned(["rnn"], [5], range(5), **LONG)
    thread, killed = kill_owner(tmp_path, runs[1], times)
    outcome = run_sweep(runs, tmp_path, workers=2)
    thread.join()
    assert len(killed) == times
    assert os.getpid() not in killed
    assert sorted(outcome.done) == sorted(run.folder for run in runs)
    if times == 1:
        assert outcome.failed == {}
        return
    assert list(outcome.failed) == [runs[1].folder]  # killed each time it was tried
    assert "killed" in outcome.failed[runs[1].folder]
    assert "environment" in read_result(tmp_path / runs[1].folder)
    again = run_sweep(runs, tmp_path, workers=2, how=Execution(retry_failed=True))
    assert again.done == [runs[1].folder]
    assert again.failed == {}


@pytest.mark.slow
def test_workers_end_with_the_block(tmp_path):
    runs = planned(["rnn"], [90], range(3), **LONG)
    futures = []

    def interrupted():
        with LocalEngine(tmp_path, Execution(), Progress([], show=False), 2) as engine:
            futures.extend(future for run in runs for future in engine.submit([run]))
            while not list(tmp_path.glob("*/curve.csv")):
                time.sleep(0.01)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert all(future.done() for future in futures)
    assert not any(future.exception() is None for future in futures if not future.cancelled())
    with pytest.raises(WorkerKilledError):
        next(future for future in futures if not future.cancelled()).result()
