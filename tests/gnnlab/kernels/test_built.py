"""Every kernel can be built for GPUs of two generations, whether or not one is there."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("triton", reason="Triton is not installed")

#: What one program may have on the smallest of the GPUs (sm_86, sm_89).
SHARED_BYTES = 99 * 1024

#: ptxas puts a number or two of a thread on the stack where that lets one more program run beside it.
STACK_BYTES = 32


@pytest.mark.slow
@pytest.mark.parametrize("capability", [80, 90])
def test_kernels_of_attention_fit_a_gpu(capability, tmp_path):
    here = Path(__file__).resolve()
    # The variable has its default; Triton warns where it isn't set.
    environment = os.environ | {
        "TRITON_DEFAULT_FP_FUSION": "1",
        "TRITON_CACHE_DIR": str(tmp_path),
        "PYTHONPATH": str(here.parents[3]),
    }
    environment.pop("TRITON_INTERPRET", None)
    done = subprocess.run(
        [sys.executable, here.with_name("build.py"), str(capability)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    built = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(built) == 6 * (2 * 9 + 5)
    assert not [kernel for kernel in built if kernel["shared"] > SHARED_BYTES]
    assert not [kernel for kernel in built if kernel["stack"] > STACK_BYTES]
