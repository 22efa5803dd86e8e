"""Build the kernels of attention for GPUs that need not be there, and print what each one uses, a JSON line each.

    python build.py 80 90      # CUDA capabilities

It runs in a process of its own: where Triton interprets kernels, it can't build them.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import triton
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource

from gnnlab.kernels import attention_backward, attention_forward
from gnnlab.kernels.tiles import attention_tile

KERNELS = {
    "forward": attention_forward.attend_forward,
    "targets": attention_backward.attend_backward_targets,
    "sources": attention_backward.attend_backward_sources,
}
SIZES = [(heads, channels) for heads in (1, 8) for channels in (8, 25, 64, 256)] + [(1, 1024), (32, 1)]
TYPES = {
    "keep": "*u8",
    "listed": "*i64",
    "starts": "*i32",
    "column": "*i32",
    "target": "*i32",
    "flip": "*i64",
    "slope": "fp32",
    "scale": "fp32",
}
#: What a kernel is called without (None), by the way in which it is used.
USES = {
    "first scoring": {"extra", "keep", "listed", "d_extra"},
    "first scoring with all options": set(),
    "targets without a say": {"right", "att_dst", "d_right", "keep", "listed"},
    "second scoring": {"att_dst", "extra", "heard", "d_extra", "keep", "listed", "d_att of sources"},
    "second scoring with all options": {"att_dst", "extra", "heard", "d_extra", "d_att of sources"},
}


def build(name, use, heads, channels, hub, capability):
    """Return the shared memory of one program, and the bytes of its stack, in which registers are spilled."""
    kernel, tile = KERNELS[name], attention_tile(heads, channels, hub=hub)
    constants = {"V2": "second" in use, "CHANNELS": channels}
    constants |= {"TILE_E": tile.edges, "TILE_K": tile.heads, "TILE_O": tile.channels}
    missing = USES[use] | ({"d_att"} if use.startswith("targets") and name == "targets" else set())
    signature = {}
    for argument in kernel.arg_names:
        if argument in missing or f"{argument} of {name}" in missing:
            constants[argument] = None
        number = "i32" if argument.startswith("num_") else "*fp32"
        signature[argument] = "constexpr" if argument in constants else TYPES.get(argument, number)
    aligned = [place for place, kind in enumerate(signature.values()) if kind.startswith("*")]
    source = ASTSource(
        kernel,
        signature,
        constexprs=constants,
        attrs={(place,): [["tt.divisibility", 16]] for place in aligned},
    )
    built = triton.compile(
        source, target=GPUTarget("cuda", capability, 32), options={"num_warps": tile.warps}
    )
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        Path(file.name).write_bytes(built.asm["cubin"])
        tool = Path(triton.__file__).parent / "backends/nvidia/bin/cuobjdump"
        said = subprocess.run([tool, "-res-usage", file.name], capture_output=True, text=True, check=True)
    (stack,) = re.findall(r"STACK:(\d+)", said.stdout)
    return {"shared": built.metadata.shared, "stack": int(stack)}


def main():
    for capability in map(int, sys.argv[1:]):
        for heads, channels in SIZES:
            for use in USES if (heads, channels) == (8, 25) else [use for use in USES if "all" in use]:
                for name in KERNELS:
                    for hub in (False, True):
                        used = build(name, use, heads, channels, hub, capability)
                        what = f"{name}, {use}, {heads} x {channels}, {hub=}, sm_{capability}"
                        print(json.dumps({"what": what, **used}), flush=True)


if __name__ == "__main__":
    main()
