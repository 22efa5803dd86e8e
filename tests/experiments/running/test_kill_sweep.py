import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).with_name("kill_sweep.py")
ROOT = SCRIPT.parents[3]


@pytest.mark.parametrize(
    ("kills", "seeds", "steps", "workers"),
    [(3, 2, 210, 1), pytest.param(30, 10, 700, 2, marks=pytest.mark.slow)],
)
def test_killed_and_started_again_it_ends_as_if_left_alone(kills, seeds, steps, workers, tmp_path):
    arguments = ["--kills", kills, "--seeds", seeds, "--steps", steps, "--workers", workers]
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    summary = json.loads(done.stdout)
    assert summary["kills"] == kills
    assert summary["runs"] == 4 * seeds
    assert summary["ended_at_each_kill"][-2] < 4 * seeds  # the kills came while there was something to kill
    assert summary["resumed"] > 0  # and runs in flight went on from checkpoints
    assert summary["repeated"] == summary["different"] == []
