"""The kernels compile for GPUs that need not be there, and fit into them."""

import os
import subprocess
import sys

import pytest

compiling = pytest.importorskip("tests.seq.kernels.compiling", reason="Triton is not installed")

#: Bytes of shared memory that a program may take on the smallest GPUs (sm_86, sm_89).
SHARED = 99 * 1024


@pytest.mark.slow
@pytest.mark.parametrize("equations", ["rnn", "gru", "cho", "lstm", "peephole", "cell_gated"])
def test_kernels_fit_into_a_gpu(equations):
    environment = {key: value for key, value in os.environ.items() if key != "TRITON_INTERPRET"}
    environment["TRITON_DEFAULT_FP_FUSION"] = "1"  # else Triton 3.9 warns that 3.10 will think otherwise
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.seq.kernels.compiling", equations],
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert len(lines) == 2 * 2 * len(compiling.KINDS)
    for *kind, shared, spilled in lines:
        assert int(shared) <= SHARED, kind
        # Less than a twentieth of the registers of a thread.
        assert int(spilled) <= 48, kind
