"""The processes that share a run: one, or several that ``torchrun`` started."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel


class Processes:
    """What one process has to know of the others; with one process alone every call is trivial.

    Args:
        rank: Its number, from 0; process 0 writes.
        count: How many there are.
    """

    def __init__(self, rank: int = 0, count: int = 1) -> None:
        self.rank, self.count = rank, count

    @property
    def first(self) -> bool:
        """Whether this is the process that writes."""
        return self.rank == 0

    def rows(self, batch_size: int) -> slice:
        """The rows of a batch that are this process's: equal shares, in order."""
        share = batch_size // self.count
        return slice(self.rank * share, (self.rank + 1) * share)

    def wrap(self, model: nn.Module) -> nn.Module:
        """The model such that a backward pass leaves the gradients' mean over all processes."""
        if self.count == 1:
            return model
        parameter = next(model.parameters())
        return DistributedDataParallel(model, device_ids=[parameter.device] if parameter.is_cuda else None)

    def mean(self, values: Tensor) -> Tensor:
        """The mean over all processes, the same in each."""
        if self.count > 1:
            values = values.clone()
            dist.all_reduce(values)
            values /= self.count
        return values

    def from_first(self, make: Callable[[], Any]) -> Any:
        """What process 0 makes, in all of them."""
        if self.count == 1:
            return make()
        box = [make() if self.first else None]
        dist.broadcast_object_list(box)
        return box[0]

    def gather(self, value: Any) -> list[Any]:
        """The values of all processes, in each of them."""
        if self.count == 1:
            return [value]
        values: list[Any] = [None] * self.count
        dist.all_gather_object(values, value)
        return values


def started_processes() -> int:
    """How many processes ``torchrun`` started for this command; 1 without it."""
    return int(os.environ.get("WORLD_SIZE", "1"))


def this_process() -> Processes:
    """The part of this process in the group that ``joined`` made; alone without one."""
    return Processes(dist.get_rank(), dist.get_world_size()) if dist.is_initialized() else Processes()


@contextmanager
def joined(device: str) -> Iterator[Processes]:
    """Join the group of ``torchrun``'s processes while the body runs: NCCL between GPUs, gloo between CPUs.

    Args:
        device: ``cpu``, or ``cuda`` for one GPU a process.
    """
    if started_processes() == 1:
        yield Processes()
        return
    if device.startswith("cuda"):
        torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
    dist.init_process_group("nccl" if device.startswith("cuda") else "gloo")
    try:
        yield this_process()
    finally:
        _left.append(dist.group.WORLD)
        dist.destroy_process_group()


#: Groups that were left, kept until the process ends. A wrapped model may live longer than the body above, and if it
#: held its group last, the group would end while the interpreter is locked, waiting for a gloo thread that waits for
#: the interpreter: the process would hang.
_left: list[Any] = []
