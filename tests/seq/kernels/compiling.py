"""Compile a cell's kernels for GPUs that need not be there: python -m tests.seq.kernels.compiling lstm.

Prints a line for each: what it is, the bytes of shared memory that a program takes, and the bytes of registers that
had to go to memory. Without Triton's interpreter, so in a process of its own.
"""

import subprocess
import sys
import tempfile
from importlib import import_module
from itertools import product

import torch
from triton import knobs
from triton.backends.compiler import GPUTarget
from triton.compiler import ASTSource, compile

from seq.kernels import launch
from seq.kernels.backward import backward_kernel
from seq.kernels.forward import forward_kernel

NUMBERS = ("T", "B", "weight_seeds", "vector_seeds", "gate_seeds", "kept_seeds")
#: Units (one of each width of tile, and two tiles), sequences of a program, and whether there is a time gate.
KINDS = [
    (5, 16, True),
    (24, 8, False),
    (64, 8, True),
    (64, 16, False),
    (128, 8, False),
    (128, 16, True),
    (256, 16, True),
]


def build(kernel, sizes, absent, architecture):
    """The compiled kernel, with the tensors as torch allocates them: at multiples of 16 bytes."""
    constants = {name: value for name, value in sizes.items() if name != "num_warps"}
    signature, attributes = {}, {}
    for place, name in enumerate(kernel.arg_names):
        if name in constants or name in absent:
            signature[name] = "constexpr"
            constants.setdefault(name, None)
        elif name in NUMBERS:
            signature[name] = "i32"
        else:
            signature[name] = "*fp32"
            attributes[(place,)] = [["tt.divisibility", 16]]
    source = ASTSource(kernel, signature, constants, attributes)
    target = GPUTarget("cuda", architecture, 32)
    return compile(source, target=target, options={"num_warps": sizes["num_warps"]})


def spilled(compiled):
    """Bytes of a thread's stack, which holds what found no register."""
    with tempfile.NamedTemporaryFile(suffix=".cubin") as file:
        file.write(compiled.asm["cubin"])
        file.flush()
        command = [knobs.nvidia.cuobjdump.path, "--dump-resource-usage", file.name]
        usage = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return int(usage.split("STACK:")[1].split()[0])


def main(name):
    equations = import_module(f"seq.kernels.equations.{name}").EQUATIONS
    vectors = None if equations.vector_gradients is None else torch.empty(1, 3, 1)
    absent = {"c", "dc"} if equations.state_size == 1 else set()
    absent |= {"vectors"} if vectors is None else set()
    absent |= {"mixed"} if equations.mix is None else set()
    kernels = {"forward": (forward_kernel, launch.forward_sizes)}
    kernels["backward"] = (backward_kernel, launch.backward_sizes)
    for architecture, (H, rows, gated), (way, (kernel, sizes)) in product((80, 90), KINDS, kernels.items()):
        gone = absent if gated else absent | {"gate", "dgate"}
        compiled = build(kernel, sizes(equations, H, vectors, rows), gone, architecture)
        print(name, way, f"sm_{architecture}", H, rows, gated, compiled.metadata.shared, spilled(compiled))


if __name__ == "__main__":
    main(sys.argv[1])
