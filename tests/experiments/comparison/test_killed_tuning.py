"""A tuned comparison that is killed in the middle goes on, and ends with the same bits."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

from experiments.records.records import read_curve, read_runs
from experiments.records.results_folder import TRIALS

WORDS = [
    *("run", "palindrome", "--models", "lstm,gcn-2", "--lengths", "4,5", "--seeds", "2", "--steps", "40"),
    *("--evaluate-every", "20", "--validation-size", "50", "--test-size", "50", "--budget", "2000"),
    *("--tune", "learning_rate=1e-3,1e-2", "--workers", "2"),
]


def start(out):
    command = [sys.executable, "-m", "experiments", *WORDS, "--out", str(out)]
    quiet = subprocess.DEVNULL
    return subprocess.Popen(command, start_new_session=True, stdout=quiet, stderr=quiet)


def finished(folder):
    return len(list(folder.glob("*/result.json")))


def choices(out):
    found = json.loads(next((out / TRIALS).glob("choices-*.json")).read_text())["points"]
    return {key: point["chosen"] for key, point in found.items()}


@pytest.mark.slow
def test_killed_among_its_trials_and_among_its_runs_it_goes_on(tmp_path):
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    process = start(whole)
    assert process.wait(300) == 0
    for folder, count in ((broken / TRIALS, 3), (broken / TRIALS, 11), (broken, 3), (broken, 10)):
        process = start(broken)
        deadline = time.monotonic() + 200
        while finished(folder) < count and time.monotonic() < deadline and process.poll() is None:
            time.sleep(0.02)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    assert finished(broken) < finished(whole)
    process = start(broken)
    assert process.wait(300) == 0
    assert choices(broken) == choices(whole)
    for first, second in ((broken, whole), (broken / TRIALS, whole / TRIALS)):
        ours, due = ({run.path.name: run for run in read_runs(folder)} for folder in (first, second))
        assert ours.keys() == due.keys()
        for name, run in ours.items():
            assert run.result["test_accuracy"] == due[name].result["test_accuracy"]
            assert read_curve(run.path).equals(read_curve(due[name].path))
