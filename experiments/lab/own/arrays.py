"""Arrays of sequences and answers, from memory or an NPZ file, as examples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from experiments.lab.own.examples import PARTS, Records
from experiments.lab.sequences.tasks.drawn import within
from experiments.records.files import check_ordinary, write_beside

MOST_CLASSES = 100_000


def records_of_arrays(
    x: Any, y: Any, lengths: Any = None, split: Any = None, *, name: str = "arrays"
) -> Records:
    """Sequences as arrays: the kind of number says what they are.

    Args:
        x: (N, T) integers are symbols; (N, T) or (N, T, F) floats are numbers.
        y: (N,) integers, truth values or strings are classes; floats are numbers asked for. (N, T) integers: a class at
            each step.
        lengths: (N,) steps of each example.
        split: (N,) train, validation or test.
        name: What they are called, for messages.

    Raises:
        ValueError: They do not fit each other, or hold NaN.
    """
    inputs, num_tokens, facts = _inputs(np.asarray(x), name)
    count, steps = inputs.shape[:2]
    targets, classes = _targets(np.asarray(y), name, count, steps)
    sizes = None
    if lengths is not None:
        sizes = torch.as_tensor(np.asarray(lengths)).long()
        if sizes.shape != (count,) or not bool(((sizes >= 1) & (sizes <= steps)).all()):
            raise ValueError(f"task: lengths of {name} should be {count} whole numbers from 1 to {steps}")
        if targets.dim() == 2 and not classes:
            raise ValueError(f"task: lengths of {name} go with one number an example, or with classes")
        inputs, targets = within(inputs, targets, sizes, every_step=targets.dim() == 2)
    return Records(
        name, inputs, targets, classes, num_tokens, sizes, split=parts_of(split, count, name), facts=facts
    )


def parts_of(split: Any, count: int, name: str) -> Tensor | None:
    """Numbers of the parts that a user names.

    Raises:
        ValueError: There is another name than train, validation and test.
    """
    if split is None:
        return None
    words = [str(word).strip().lower() for word in np.asarray(split).reshape(-1)]
    known = {**{part: number for number, part in enumerate(PARTS)}, "val": 1, "valid": 1, "dev": 1}
    unknown = sorted({word for word in words if word not in known})
    if unknown or len(words) != count:
        wrong = f"but one is {unknown[0]!r}" if unknown else f"but there are {len(words)}"
        raise ValueError(f"task: split of {name} should be {count} times train, validation or test, {wrong}")
    return torch.tensor([known[word] for word in words])


def _inputs(x: np.ndarray, name: str) -> tuple[Tensor, int | None, tuple[str, ...]]:
    if x.dtype.kind in "iub" and x.ndim == 2 and x.size:
        symbols, numbers = np.unique(x, return_inverse=True)
        facts = (f"{len(symbols)} different symbols.",)
        return torch.from_numpy(numbers.reshape(x.shape)).long(), len(symbols), facts
    if x.dtype.kind == "f" and x.ndim in (2, 3) and x.size:
        with np.errstate(over="ignore"):
            x = x.astype(np.float32)
        values = torch.from_numpy(x)
        values = values.unsqueeze(-1) if x.ndim == 2 else values
        bad = ~np.isfinite(x).reshape(len(x), -1).all(1)
        if bad.any():
            raise ValueError(
                f"task: x of {name} should be finite numbers, but example {bad.argmax()} holds NaN or infinity"
            )
        return values, None, (f"{values.shape[2]} numbers per step.",)
    raise ValueError(
        f"task: x of {name} should be (N, T) integers, which are symbols, or (N, T) or (N, T, F) floats, but is "
        f"{x.dtype} of shape {x.shape}"
    )


def _targets(y: np.ndarray, name: str, count: int, steps: int) -> tuple[Tensor, list[str]]:
    if y.shape[:1] != (count,) or y.ndim > 2 or (y.ndim == 2 and y.shape[1] != steps):
        raise ValueError(
            f"task: y of {name} should be ({count},), or ({count}, {steps}) for each step, but is {y.shape}"
        )
    if y.dtype.kind == "f":
        if not np.isfinite(y).all():
            raise ValueError(f"task: y of {name} should be finite numbers, but holds NaN or infinity")
        return torch.from_numpy(y.astype(np.float64)), []
    if y.dtype.kind not in "iubUSO":
        raise ValueError(f"task: y of {name} should be integers, strings or floats, but is {y.dtype}")
    values = y.astype(str) if y.dtype.kind in "USO" else y
    classes, numbers = np.unique(values, return_inverse=True)
    if not 2 <= len(classes) <= MOST_CLASSES:
        raise ValueError(f"task: y of {name} should have two classes or more, but has {len(classes)}")
    return torch.from_numpy(numbers.reshape(y.shape)).long(), [str(c) for c in classes]


def read_npz(path: Path) -> Records:
    """Examples in an NPZ file: ``x``, ``y``, and perhaps ``lengths`` and ``split``.

    Raises:
        ValueError: It cannot be read, or lacks an array.
    """
    check_ordinary("task", path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays: dict[str, Any] = {key: file[key] for key in file.files}
    except (OSError, ValueError, EOFError) as error:
        raise ValueError(f"task: {path} cannot be read as NPZ ({error})") from error
    for key in ("x", "y"):
        if key not in arrays:
            raise ValueError(
                f"task: {path} should have an array {key}, but has {', '.join(arrays) or 'none'}"
            )
    given = {key: arrays.get(key) for key in ("lengths", "split")}
    return records_of_arrays(arrays["x"], arrays["y"], **given, name=path.stem)


def write_npz(path: Path, x: Any, y: Any, lengths: Any = None, split: Any = None) -> None:
    """Write arrays as ``read_npz`` reads them."""
    given = {"x": x, "y": y, "lengths": lengths, "split": split}
    arrays: dict[str, Any] = {key: np.asarray(value) for key, value in given.items() if value is not None}

    def write(beside: Path) -> None:
        with beside.open("wb") as file:
            np.savez_compressed(file, **arrays)

    path.parent.mkdir(parents=True, exist_ok=True)
    write_beside(path, write)
