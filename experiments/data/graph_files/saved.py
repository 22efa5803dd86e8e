"""Graphs that PyG's users saved with torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.data.graph_files.arrays import from_arrays
from experiments.data.graph_files.graph_file import GraphFile, named
from experiments.records.files import check_ordinary


def read_saved(path: Path) -> GraphFile:
    """The graph of a file that ``torch.save`` wrote of a ``Data``, or of a dictionary of tensors with its names.

    Weights and numbers alone are read, no code (``weights_only``).

    Args:
        path: The file.

    Raises:
        ValueError: It cannot be read, holds something else, or lacks a part.
    """
    import torch
    from torch_geometric.data import Data

    where = named(path)
    saved = load_saved(path, "dataset")
    values = saved.to_dict() if isinstance(saved, Data) else saved
    if not isinstance(values, dict):
        raise ValueError(f"{where} holds a {type(saved).__name__}; it should be a Data, or data.to_dict()")
    tensors = {
        str(name): value.to_dense().detach().numpy()
        for name, value in values.items()
        if isinstance(value, torch.Tensor)
    }
    return from_arrays(where, tensors)


def load_saved(path: Path, argument: str) -> Any:
    """What ``torch.save`` wrote: ``Data`` of PyG, tensors, and lists and dictionaries of both.

    Args:
        path: The file.
        argument: What the user gave it to, for messages.

    Raises:
        ValueError: It cannot be read, or holds something that is neither.
    """
    import torch
    from torch_geometric.data import Data
    from torch_geometric.data.data import DataEdgeAttr, DataTensorAttr
    from torch_geometric.data.storage import GlobalStorage

    where = named(path, argument)
    try:
        check_ordinary(argument, path)
        with torch.serialization.safe_globals([Data, DataEdgeAttr, DataTensorAttr, GlobalStorage]):
            return torch.load(path, map_location="cpu", weights_only=True)
    except OSError as error:
        raise ValueError(f"{where} cannot be read ({error.strerror})") from error
    except ValueError:
        raise
    except (
        Exception
    ) as error:  # what damage makes of pickle cannot be listed, and torch advises to run strange code
        raise ValueError(
            f"{where} should hold Data or tensors as torch.save writes them; it holds something else"
        ) from error
