"""``gnnlab tensorboard``: training curves as event files for TensorBoard, an optional dependency."""

from __future__ import annotations

from pathlib import Path


def tensorboard(folder: Path, /, *, out: Path | None = None) -> int:
    """Write the training curves of a results folder as event files for TensorBoard.

    The records stay what they are; `tensorboard --logdir` shows the event files, each run under its folder's name.

    Parameters
    ----------
    folder
        What `gnnlab run` was given as --out.
    out
        Folder for the event files [a folder named tensorboard in the results].
    """
    from experiments.reading.files.tensorboard import write_events
    from experiments.records.records import read_runs

    runs = read_runs(folder)
    target = out or folder / "tensorboard"
    if not str(target).isprintable():
        raise ValueError(
            f"out: {str(target)!r} has a character that TensorBoard cannot write; give another name"
        )
    count = write_events(runs, target)
    print(f"{count} curves; look at them with: tensorboard --logdir {target}")
    return 0
