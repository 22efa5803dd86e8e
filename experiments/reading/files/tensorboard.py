"""Event files for TensorBoard, made from the curves on record. Needs the tensorboard package, not TensorFlow."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from experiments.records.records import RunRecord, curve_path, read_curve


def write_events(runs: Sequence[RunRecord], out: Path) -> int:
    """Write the curve of each run into a folder of its own; event files that are there already are replaced.

    Args:
        runs: Those without a curve are left out.
        out: Where the folders go.

    Returns:
        How many curves were written.

    Raises:
        ValueError: TensorBoard is not installed, or the folder cannot be written.
    """
    try:
        from tensorboard.compat.proto.event_pb2 import Event
        from tensorboard.compat.proto.summary_pb2 import Summary
        from tensorboard.summary.writer.event_file_writer import EventFileWriter
    except ImportError as error:
        raise ValueError(
            "tensorboard: the package is not installed; pip install 'gnnlab[tensorboard]' brings it"
        ) from error

    def write(run: RunRecord, rows: list[tuple[int, dict[str, Any]]]) -> None:
        folder = out / run.path.name
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("events.out.tfevents.*"):
            old.unlink()
        # The time of the record, so that the same records give the same events.
        time = curve_path(run.path).stat().st_mtime
        writer = EventFileWriter(str(folder))
        for step, values in rows:
            scalars = [Summary.Value(tag=tag, simple_value=value) for tag, value in values.items()]
            writer.add_event(Event(wall_time=time, step=step, summary=Summary(value=scalars)))
        writer.close()

    with_curve = [run for run in runs if curve_path(run.path).exists() and (run.succeeded or _readable(run))]
    curves = [(run, _rows(run)) for run in with_curve]  # a damaged one is told before anything is written
    try:
        for run, rows in tqdm(curves, desc="curves", unit="run", disable=None):
            write(run, rows)
    except OSError as error:
        raise ValueError(f"out: {out} cannot be written ({error.strerror})") from error
    return len(with_curve)


def _readable(run: RunRecord) -> bool:
    """Whether a run that did not end well has left a curve with a line in it."""
    try:
        return len(read_curve(run.path)) > 0
    except ValueError:
        return False


def _rows(run: RunRecord) -> list[tuple[int, dict[str, Any]]]:
    curve = read_curve(run.path)
    metrics = curve.drop(columns="step").select_dtypes(np.number)
    return [
        (int(step), {tag: float(value) for tag, value in zip(metrics.columns, values)})
        for step, values in zip(curve["step"], metrics.to_numpy())
    ]
