import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from experiments.records.locks import LOCKS, LockedError, remove_locks, run_lock

ROOT = Path(__file__).resolve().parents[3]
HOLDER = """
import sys, time
from pathlib import Path
from experiments.records.locks import run_lock
with run_lock(Path(sys.argv[1]), "a"):
    print("held", flush=True)
    time.sleep(60)
"""


def test_one_holder_at_a_time(tmp_path):
    with run_lock(tmp_path, "a"):
        with pytest.raises(LockedError, match=str(os.getpid())), run_lock(tmp_path, "a"):
            pass
        with run_lock(tmp_path, "b"):
            pass
    with run_lock(tmp_path, "a"):
        pass


def test_nothing_is_left(tmp_path):
    with pytest.raises(ZeroDivisionError), run_lock(tmp_path, "a"):
        assert 1 / 0
    assert list((tmp_path / LOCKS).iterdir()) == []
    remove_locks(tmp_path)
    assert list(tmp_path.iterdir()) == []
    remove_locks(tmp_path)


def test_a_lock_dies_with_its_owner(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE, text=True, cwd=ROOT
    )
    with holder:
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=str(holder.pid)), run_lock(tmp_path, "a"):
            pass
        holder.send_signal(signal.SIGKILL)
    assert (tmp_path / LOCKS / "a.lock").exists()  # the file is left, and means nothing
    with run_lock(tmp_path, "a"):
        pass


def test_many_who_take_turns_are_never_two(tmp_path):
    # The file and its folder come and go between them, which is where such locks go wrong.
    inside, most, turns = [], [], []

    def take_turns():
        taken = 0
        while taken < 50:
            try:
                with run_lock(tmp_path, "a"):
                    inside.append(1)
                    most.append(len(inside))
                    time.sleep(0)
                    inside.pop()
                taken += 1
            except LockedError:
                time.sleep(0)
            remove_locks(tmp_path)
        turns.append(taken)

    threads = [threading.Thread(target=take_turns) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert turns == [50] * 5
    assert max(most) == 1
