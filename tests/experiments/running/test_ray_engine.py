"""A real Ray cluster, started by each test on this machine."""

import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from experiments.core.execution import Execution
from experiments.running.sweep import make_engine, run_sweep
from tests.experiments.runs import planned

ROOT = Path(__file__).resolve().parents[3]
WORDS = [
    "--models",
    "rnn",
    "--lengths",
    "5",
    "--seeds",
    "3",
    "--steps",
    "900",
    "--hidden",
    "16",
    "--batch-size",
    "8",
]
WORDS += [
    "--evaluate-every",
    "300",
    "--validation-size",
    "20",
    "--test-size",
    "20",
    "--success",
    "2",
    "--patience",
    "0",
]
TRAIN = {
    "steps": 900,
    "hidden": 16,
    "batch_size": 8,
    "evaluate_every": 300,
    "validation_size": 20,
    "test_size": 20,
    "success": 2,
    "patience": 0,
}

with_ray = pytest.mark.skipif(
    importlib.util.find_spec("ray") is None or not os.path.isdir("/proc/self"), reason="needs ray and /proc"
)


def test_without_ray_the_message_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ValueError, match=r"ray is not installed; pip install 'gnnlab\[ray\]'"):
        make_engine(tmp_path, Execution(engine="ray"), workers=1)


def start(out, *more):
    """The command with an engine of Ray, which starts a cluster of its own."""
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "experiments",
            "run",
            "palindrome",
            *WORDS,
            "--engine",
            "ray",
            *more,
            "--out",
            str(out),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if name != "RAY_ADDRESS"},
    )


def ended(process):
    output, errors = process.communicate(timeout=300)
    return process.returncode, output, errors


def workers_on(run):
    """Processes of Ray that are at this run; a task gives its name to its process."""
    found = []
    for entry in os.listdir("/proc"):
        try:
            line = Path("/proc", entry, "cmdline").read_text()
        except (OSError, ValueError):
            continue
        if line.startswith(f"ray::{run.folder}"):
            found.append(int(entry))
    return found


def kill_workers_on(run, times, killed):
    deadline = time.monotonic() + 200
    while len(killed) < times and time.monotonic() < deadline:
        for pid in workers_on(run):
            if pid not in killed:
                time.sleep(0.5)  # into the run
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)
        time.sleep(0.01)


def curves(out):
    return {path.parent.name: path.read_bytes() for path in out.glob("*/curve.csv")}


@with_ray
@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_a_killed_worker_costs_no_other_run_anything(times, tmp_path):
    runs = planned(["rnn"], [5], range(3), **TRAIN)
    run_sweep(runs, tmp_path / "alone", how=Execution(engine="serial"))
    killed = []
    thread = threading.Thread(target=kill_workers_on, args=(runs[1], times, killed))
    thread.start()
    code, output, errors = ended(start(tmp_path / "ray", "--checkpoint-seconds", "0.2"))
    thread.join()
    assert len(killed) == times
    results = {
        path.parent.name: json.loads(path.read_text()) for path in (tmp_path / "ray").glob("*/result.json")
    }
    assert len(results) == 3
    if times == 1:  # Ray tried it again
        assert code == 0, errors
        assert curves(tmp_path / "ray") == curves(tmp_path / "alone")
        assert "--engine ray" in results[runs[0].folder]["environment"]["command"]
        assert not (tmp_path / "ray" / ".locks").exists()
        return
    assert code == 1
    assert "1 failed" in output
    assert f"gnnlab: failed: {runs[1].folder}: its worker was killed" in errors
    assert {name for name, result in results.items() if result["status"] == "failed"} == {runs[1].folder}
    alone, there = curves(tmp_path / "alone"), curves(tmp_path / "ray")
    assert {name: there[name] for name in there} == {
        name: alone[name] for name in alone if name != runs[1].folder
    }


@with_ray
@pytest.mark.slow
def test_a_run_that_asks_for_more_than_there_is(tmp_path):
    code, output, errors = ended(start(tmp_path / "ray", "--cpus-per-run", "4096"))
    assert code == 2
    assert output == ""
    assert "cpus_per_run: a run asks for 4096 CPUs" in errors.splitlines()[-1]
