"""Work of a GPU captured once and done again as one launch."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch

WARM = 3  # times that something is done before the capture, in which libraries make their plans
Replay = Callable[[], None]
Capture = Callable[[Callable[[], None], torch.device], Replay]


def capture_on_gpu(body: Callable[[], None], device: torch.device) -> Replay:
    """Record what a function asks of a GPU, which does none of it now; what is answered does all of it again.

    Raises:
        RuntimeError: The function reads a value, or asks for what a capture does not allow.
    """
    graph = torch.cuda.CUDAGraph()
    # A capture is of a stream of the device that is current. One that fails leaves its own stream as the current one.
    with (
        torch.cuda.device(device),
        torch.cuda.stream(torch.cuda.current_stream(device)),
        torch.cuda.graph(graph),
    ):
        body()
    return graph.replay


class Beside:
    """A stream of its own for what is done before a capture, as torch asks for. Each stream keeps memory for itself,
    so it is the same one every time.

    Args:
        device: Where; on a CPU there are no streams.
    """

    def __init__(self, device: torch.device) -> None:
        self.stream = torch.cuda.Stream(device) if device.type == "cuda" else None

    @contextmanager
    def here(self) -> Iterator[None]:
        """Inside, work is asked of it, after all that was asked before; what is asked later comes after it."""
        if self.stream is None:
            yield
            return
        current = torch.cuda.current_stream(self.stream.device)
        self.stream.wait_stream(current)
        with torch.cuda.stream(self.stream):
            yield
        current.wait_stream(self.stream)
