import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
STUBBORN = """
import time
from experiments.command import ending
ending.PATIENCE = 0.5
ending.keep_deadline()
with ending.ended_by_signals():
    for word in ("ready", "still here"):
        try:
            print(word, flush=True)
            time.sleep(60)
        except KeyboardInterrupt:
            pass  # as a library may lose it
"""
#: Command lines that take some seconds; what is in braces is the folder of the trial.
COMMANDS = {
    "run": "run palindrome --smoke --workers 2 --out {}/out",
    "characters": "run characters --smoke --workers 2 --out {}/out",
    "one process": "run characters --smoke --workers 1 --out {}/out",
    "sweep": "sweep {}/sweep.yaml --workers 2 --out {}/out",
    "tune": "tune palindrome --smoke --workers 2 --out {}/out",
    "dry run": "run palindrome --dry-run --out {}/out",
}
SWEEP = "experiment: palindrome\nsmoke: true\n"


@pytest.mark.usefixtures("heard_interrupts")
@pytest.mark.parametrize("number", SIGNALS)
def test_a_command_that_loses_its_interruption_ends_all_the_same(number):
    stubborn = subprocess.Popen(
        [sys.executable, "-c", STUBBORN], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert stubborn.stdout.readline() == "ready\n"
        stubborn.send_signal(number)
        _, error = stubborn.communicate(timeout=60)
    finally:
        stubborn.kill()
    assert stubborn.returncode == 130
    assert error == "gnnlab: interrupted; what was recorded is kept\n"


def members(group):
    """Processes of a group that have not ended."""
    found = []
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, of = path.read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue  # it has ended meanwhile
        if int(of) == group and state != "Z":
            found.append(int(path.parent.name))
    return found


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc")
@pytest.mark.usefixtures("heard_interrupts")
@pytest.mark.parametrize("trial", range(4))
@pytest.mark.parametrize("name", COMMANDS)
def test_a_signal_ends_a_command_at_any_moment(name, trial, tmp_path):
    draws = random.Random(f"{name} {trial}")
    number = draws.choice(SIGNALS)
    (tmp_path / "sweep.yaml").write_text(SWEEP)
    words = COMMANDS[name].replace("{}", str(tmp_path)).split()
    with (tmp_path / "err").open("w") as errors:
        command = subprocess.Popen(
            [sys.executable, "-m", "experiments", *words],
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
        try:
            time.sleep(draws.uniform(0, 12))
            # A terminal sends Ctrl-C to all of its processes.
            send = os.killpg if number == signal.SIGINT or draws.random() < 0.5 else os.kill
            if command.poll() is None:
                send(command.pid, number)
            deadline = time.monotonic() + 10
            while command.poll() is None or members(command.pid):
                assert time.monotonic() < deadline, f"{number.name}: {members(command.pid)} are there still"
                time.sleep(0.05)
        finally:
            if members(command.pid):
                os.killpg(command.pid, signal.SIGKILL)
    assert command.returncode in (0, 130, -number)  # done, ended, or ended before it had begun
    assert "Traceback" not in (tmp_path / "err").read_text()
