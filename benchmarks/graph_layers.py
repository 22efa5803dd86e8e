"""Training steps of the graph layers beside PyG's, on one thread: times and memory, as ratios of one run.

    python benchmarks/graph_layers.py            # all
    python benchmarks/graph_layers.py --quick    # a tenth of the large graph

Every measurement runs in a process of its own, so that peak memory can be read. A step is forward and
backward, with gradients for the weights and for x. The time is the median of the steps after two to warm up;
memory is the peak of the process above what it held when the inputs and the layer were made.
"""

from __future__ import annotations

import argparse
import json
import platform
import resource
import statistics
import subprocess
import sys
import time
import warnings
from pathlib import Path

LARGE = {"nodes": 29_000, "edges": 1_500_000, "channels": 200}
CASES = {
    "large GCN": ["gnnlab gcn", "pyg gcn", "two sparse products"],
    "large GAT, 8 heads of 25": ["gnnlab gat", "pyg gat"],
    "large GATv2, 8 heads of 25": ["gnnlab gatv2", "pyg gatv2"],
    "Cora GCN 1433 to 16": ["gnnlab gcn", "pyg gcn", "pyg gcn cached"],
    "Cora GCN 16 to 7": ["gnnlab gcn", "pyg gcn", "pyg gcn cached"],
    "Cora GAT 1433 to 8 heads of 8": ["gnnlab gat", "pyg gat"],
    "Cora GAT 64 to 7": ["gnnlab gat", "pyg gat"],
    "128 paths of 20, GCN 64 to 64": ["gnnlab gcn", "pyg gcn"],
    "128 paths of 20, GAT 64 to 4 heads of 16": ["gnnlab gat", "pyg gat"],
    "128 paths of 20, GAT 64 to 64": ["gnnlab gat", "pyg gat"],
}


def held(name: str) -> float:
    """Memory of this process in MB: `VmRSS` now, or `VmHWM` at its peak."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(case: str, what: str, steps: int, shrink: int) -> dict[str, float]:
    """Time one layer on one graph, in this process."""
    import torch
    import torch_geometric.nn as pyg

    import gnnlab

    torch.set_num_threads(1)
    generator = torch.Generator().manual_seed(0)

    def random_graph(nodes: int, edges: int) -> torch.Tensor:
        return torch.randint(0, nodes, (2, edges), generator=generator)

    if case.startswith("large"):
        size = LARGE["channels"]
        graph = random_graph(LARGE["nodes"], LARGE["edges"] // shrink)
        x = torch.randn(LARGE["nodes"], size, generator=generator)
        sizes = (size, 200) if "GCN" in case else (size, 25, 8)
    elif case.startswith("Cora"):
        graph = random_graph(2708, 10_556)
        x_size, *rest = [int(word) for word in case.split() if word.isdigit()]
        sizes = (x_size, *rest) if len(rest) < 2 else (x_size, rest[1], rest[0])
        x = torch.randn(2708, x_size, generator=generator)
    else:
        graph = gnnlab.path_graph(20).edge_index
        x = torch.randn(128, 20, 64, generator=generator)
        sizes = (64, 16, 4) if "heads" in case else (64, 64)
        if what.startswith("pyg"):  # PyG's loader joins the paths to one graph; here it is joined once
            graph = torch.cat([graph + 20 * path for path in range(128)], dim=1)
            x = x.flatten(0, 1)
    x.requires_grad_()
    layers = {
        "gnnlab gcn": lambda: gnnlab.GCNConv(*sizes),
        "pyg gcn": lambda: pyg.GCNConv(*sizes),
        "pyg gcn cached": lambda: pyg.GCNConv(*sizes, cached=True),
        "gnnlab gat": lambda: gnnlab.GATConv(*sizes),
        "pyg gat": lambda: pyg.GATConv(*sizes),
        "gnnlab gatv2": lambda: gnnlab.GATConv(*sizes, v2=True),
        "pyg gatv2": lambda: pyg.GATv2Conv(*sizes),
    }
    if what == "two sparse products":
        matrix = gnnlab.normalized_adjacency(graph, num_nodes=x.size(0), sparse=True)
        detached = x.detach()

        def step() -> None:
            matrix @ detached
            matrix @ detached  # Âᵀ has as many entries
    else:
        layer = layers[what]()
        out = layer(x[..., :2, :], graph[:, :0])  # its shape; also loads what has to be loaded
        shape = (*x.shape[:-1], out.size(-1))
        grad = torch.randn(shape, generator=generator)
        layer = layers[what]()

        def step() -> None:
            layer.zero_grad()
            x.grad = None
            layer(x, graph).backward(grad)

    before = held("VmRSS")
    for _ in range(2):
        step()
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        times.append(time.perf_counter() - start)
    return {"seconds": statistics.median(times), "megabytes": held("VmHWM") - before}


def main() -> None:
    """Run every case in processes of their own and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the edges, fewer steps")
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument("--one", nargs=4, metavar=("CASE", "WHAT", "STEPS", "SHRINK"), help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.one:
        case, what, steps, shrink = arguments.one
        warnings.simplefilter("ignore")
        print(json.dumps(measure(case, what, int(steps), int(shrink))))
        return
    import torch
    import torch_geometric

    print(
        f"torch {torch.__version__}, torch-geometric {torch_geometric.__version__}, "
        f"Python {platform.python_version()}, one thread\n"
    )
    print("| case | | ms a step | gnnlab is faster by | peak MB above inputs | share of the other's |")
    print("|---|---|---|---|---|---|")
    for case, subjects in CASES.items():
        if arguments.only not in case:
            continue
        first: dict[str, float] = {}
        for what in subjects:
            steps = (7 if arguments.quick else 9) if case.startswith("large") else 200
            steps = 3 if case.startswith("large") and what.startswith("pyg") else steps
            command = [sys.executable, __file__, "--one", case, what, str(steps)]
            command.append("10" if arguments.quick else "1")
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            found = json.loads(done.stdout.splitlines()[-1])
            first = first or found
            faster = found["seconds"] / first["seconds"]
            share = first["megabytes"] / max(found["megabytes"], 1e-9)
            ratios = ("", "") if found is first else (f"{faster:.2f}", f"{share:.2f}")
            print(
                f"| {case} | {what} | {1e3 * found['seconds']:.2f} | {ratios[0]} | "
                f"{found['megabytes']:.0f} | {ratios[1]} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
