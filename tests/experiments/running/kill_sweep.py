"""Kill a sweep at random moments, start it again each time, and compare it with one that was left alone.

    python tests/experiments/running/kill_sweep.py FOLDER --kills 30 --seeds 10 --workers 2

Four settings, so 4 runs per seed. A kill is SIGKILL to the process of the command. One in five falls somewhere in the
start of the program, the others at a random time after its first run has begun. The last start is left alone.
Prints one line of JSON; ends with 0 if every run has a result equal to that of the undisturbed sweep, bit for bit, and
none was recorded twice.
"""

import argparse
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import torch

FIGURES = ("test_accuracy", "test_loss", "validation_accuracy", "validation_loss", "steps", "selected_step")
STARTING = 3.0  # seconds: about the time of the imports


def command(out, arguments):
    words = [
        "run",
        "palindrome",
        "--models",
        "rnn,gcn-2",
        "--lengths",
        "4,6",
        "--success",
        "2",
        "--patience",
        "0",
    ]
    words += ["--hidden", "16", "--batch-size", "32", "--validation-size", "50", "--test-size", "50"]
    words += ["--seeds", str(arguments.seeds), "--steps", str(arguments.steps)]
    words += ["--evaluate-every", str(arguments.steps // 7), "--checkpoint-seconds", "0.1"]
    return [*words, "--workers", str(arguments.workers), "--out", str(out)]


def start(words, workers):
    """Begin the sweep; answers its process number."""
    if workers > 1:
        return subprocess.Popen([sys.executable, "-m", "experiments", *words], stdout=subprocess.DEVNULL).pid
    # One process does it all: forking one that has imported everything, and done nothing yet, saves the imports.
    import experiments.comparison.line  # noqa: F401
    from experiments.command.cli import main

    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115
        main(words)
    except SystemExit as end:
        code = end.code
    finally:
        os._exit(code)


def wait(pid):
    """Wait for the end; answers the exit code, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def ended(out):
    """Inode and time of each result: another pair means that it was written again."""
    found = {path: path.stat() for path in out.glob("*/result.json")}
    return {path.parent.name: (there.st_ino, there.st_mtime_ns) for path, there in found.items()}


def curves(out):
    """Time of each curve: a new one says that a run has begun, and that its process has imported everything."""
    times = {}
    for path in out.glob("*/curve.csv"):
        try:
            times[path.parent.name] = path.stat().st_mtime_ns
        except FileNotFoundError:
            continue
    return times


def kill_at_random(out, arguments, moments, work_seconds):
    """Start and kill; answers what had ended at each kill."""
    history = []
    for number in range(arguments.kills):
        before = curves(out)
        pid = start(command(out, arguments), arguments.workers)
        if number % 5 == 4:
            time.sleep(moments.uniform(0, STARTING))
        else:
            deadline = time.monotonic() + 120
            while curves(out) == before:
                if time.monotonic() > deadline:
                    raise TimeoutError("the sweep does not begin")
                time.sleep(0.002)
            time.sleep(moments.uniform(0, 0.5 * work_seconds / arguments.kills))
        os.kill(pid, signal.SIGKILL)
        if wait(pid) != -signal.SIGKILL:
            raise AssertionError("the sweep had ended before it was killed; give it more steps")
        history.append(ended(out))
    if wait(start(command(out, arguments), arguments.workers)) != 0:
        raise AssertionError("the last start did not end well")
    return [*history, ended(out)]


def differences(left, right):
    """What differs between two folders of results, apart from times."""
    found = []
    for folder in sorted({path.parent.name for out in (left, right) for path in out.glob("*/config.json")}):
        pair = [left / folder, right / folder]
        if not all((path / "result.json").exists() for path in pair):
            found.append(f"{folder}: no result")
            continue
        if pair[0].joinpath("curve.csv").read_bytes() != pair[1].joinpath("curve.csv").read_bytes():
            found.append(f"{folder}: curve")
        weights = [torch.load(path / "weights.pt", weights_only=True) for path in pair]
        if not all(torch.equal(weights[0][name], weights[1][name]) for name in weights[0] | weights[1]):
            found.append(f"{folder}: weights")
        results = [json.loads((path / "result.json").read_text()) for path in pair]
        found += [f"{folder}: {name}" for name in FIGURES if results[0][name] != results[1][name]]
    return found


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--kills", type=int, default=3)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--steps", type=int, default=210)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--moments", type=int, default=0, help="seed of the random moments")
    arguments = parser.parse_args()
    alone, killed = arguments.folder / "alone", arguments.folder / "killed"
    if wait(start(command(alone, arguments), arguments.workers)) != 0:
        raise AssertionError("the undisturbed sweep did not end well")
    results = [json.loads(path.read_text()) for path in alone.glob("*/result.json")]
    work_seconds = sum(result["seconds_total"] for result in results) / arguments.workers
    history = kill_at_random(killed, arguments, random.Random(arguments.moments), work_seconds)
    repeated = [
        folder
        for earlier, later in itertools.pairwise(history)
        for folder, mark in earlier.items()
        if later.get(folder) != mark
    ]
    differ = differences(alone, killed)
    resumed = sum(json.loads(path.read_text())["resumed_step"] > 0 for path in killed.glob("*/result.json"))
    summary = {
        "kills": arguments.kills,
        "runs": len(history[-1]),
        "ended_at_each_kill": [len(marks) for marks in history],
        "resumed": resumed,
        "repeated": repeated,
        "different": differ,
    }
    print(json.dumps(summary))
    sys.exit(bool(repeated or differ or len(history[-1]) != 4 * arguments.seeds))


if __name__ == "__main__":
    main()
