"""What layers make from an edge list, kept for as long as its tensor lives.

An edge list is checked, sorted and normalised when it is first seen. A layer may then be called thousands of times
on one graph at the cost of a look-up.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Hashable
from contextvars import ContextVar
from typing import Any, Self, TypeVar

import torch
from torch import Tensor
from torch.utils.weak import WeakIdKeyDictionary
from torch_geometric.utils import is_torch_sparse_tensor

from gnnlab.layers.tracing import has_values, outside_transforms

T = TypeVar("T")

#: How many things are remembered of one tensor; weights that change at every step push the oldest out.
ENTRIES_PER_TENSOR = 8

_memory: WeakIdKeyDictionary = WeakIdKeyDictionary()
_is_on: ContextVar[bool] = ContextVar("gnnlab_graph_memory", default=True)


class graph_memory:  # noqa: N801 (used like torch.set_grad_enabled, as a switch and as a context)
    """Switch what layers remember of an edge list, for graphs that change where torch cannot see it.

    A change in place (`edge_index[0, 3] = 7`) is noticed through torch's version counter. Through `.data`, or through
    NumPy memory that the tensor shares, torch is told of no change, and layers would go on with the old graph. With
    the memory off every call checks, sorts and normalises the edge list anew. Switching it off forgets everything
    that was remembered.

    Args:
        enabled: Whether layers remember. It holds from the call on, or for the body of a `with` statement.

    Raises:
        ValueError: `enabled` is neither True nor False.

    >>> import numpy as np, torch
    >>> from gnnlab import GCNConv, graph_memory
    >>> pairs = np.array([[0, 1], [1, 2]])
    >>> edges, conv, x = torch.from_numpy(pairs), GCNConv(2, 2), torch.eye(3)[:, :2]
    >>> with graph_memory(False):
    ...     before = conv(x, edges)
    ...     pairs[0, 1] = 0
    ...     torch.equal(conv(x, edges), before)
    False
    """

    def __init__(self, enabled: bool = True) -> None:
        if not isinstance(enabled, bool):
            raise ValueError(f"enabled must be True or False, but is {enabled!r}")
        self._token = _is_on.set(enabled)
        if not enabled:
            _memory.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        _is_on.reset(self._token)


def fingerprint(tensor: Tensor) -> Hashable:
    """What changes when a tensor is written to in place: torch's version counter, and where its data lie."""
    if is_torch_sparse_tensor(tensor):
        values = tensor._values() if tensor.layout == torch.sparse_coo else tensor.values()
        return (tensor._version, values._version, values.data_ptr())
    return (tensor._version, tensor.data_ptr(), tuple(tensor.shape))


def remembered(tensor: Tensor, key: Hashable, make: Callable[[], T], *, also: Tensor | None = None) -> T:
    """Return `make()`, made once for this tensor (and for `also`) and kept until either changes or dies.

    A change in place is noticed through torch's version counter; see `graph_memory` for those that are not.

    Args:
        tensor: What the result is made from; held weakly.
        key: What else the result depends on.
        make: Makes the result. It must not keep `tensor` alive, or the memory would never be freed.
        also: A second tensor that the result is made from.
    """
    if not _is_on.get() or not has_values(tensor, also):
        return make()
    if tensor.is_inference() or (also is not None and also.is_inference()):
        return make()  # inference tensors have no version counter, so a change could not be noticed
    mark = fingerprint(tensor)
    entry: tuple[Hashable, dict[Hashable, Any]] | None = _memory.get(tensor)
    if entry is None or entry[0] != mark:
        entry = (mark, {})
        _memory[tensor] = entry
    made = entry[1]
    full_key = key if also is None else (key, id(also))
    found = made.get(full_key)
    if found is not None:
        result, other, other_mark = found
        if also is None or (other() is also and other_mark == fingerprint(also)):
            return result
    with outside_transforms(), torch.inference_mode(False):  # what is remembered must serve training too
        result = make()
    made.pop(full_key, None)
    while len(made) >= ENTRIES_PER_TENSOR:
        del made[next(iter(made))]
    made[full_key] = (result,) + ((None, None) if also is None else (weakref.ref(also), fingerprint(also)))
    return result
