"""From settings to a report: the whole line of one comparison, for the command line."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from experiments.core.execution import AS_USUAL, Execution
from experiments.core.model_specs import ModelSpec
from experiments.core.run_protocol import Run
from experiments.core.settings import TrainSettings
from experiments.lab.sequences.models import hidden_size
from experiments.lab.sequences.pictures import draw_sweep
from experiments.reading.report import write_report
from experiments.reading.statistics import runs_table, summarize
from experiments.reading.tables import text_summary
from experiments.records.device import resolve_device
from experiments.records.records import curve_path, read_run, read_runs
from experiments.records.results_folder import check_folder, prepare_folder
from experiments.running.dry_run import describe
from experiments.running.runs import execute, make_task
from experiments.running.sweep import expand, run_sweep


def compare(
    experiment: str,
    models: list[ModelSpec],
    lengths: list[int],
    seeds: list[int],
    train: TrainSettings | Sequence[TrainSettings],
    out: Path,
    device: str,
    workers: int | None,
    threads: int,
    *,
    deterministic: bool = False,
    how: Execution = AS_USUAL,
) -> int:
    """Do the sweep, print its table, and write the report.

    Returns:
        Exit code: 0, or 1 when a run failed.

    Raises:
        ValueError: A setting cannot be met: the device is not there, the budget does not fit, the folder is not free.
    """
    device = device_of_engine(device, how)
    runs = expand(experiment, models, lengths, seeds, train, device, threads, deterministic)
    sizes = {(run.model, run.length, run.train.budget, run.train.hidden): run for run in runs}
    for settings in sizes.values():
        hidden_size(settings.model, make_task(settings), settings.train)
    return carry_out(
        runs,
        out,
        workers,
        draw=lambda: draw_sweep(runs, out),
        table=lambda: text_summary(summarize(runs_table(read_runs(out)))),
        how=how,
    )


def device_of_engine(name: str, how: Execution) -> str:
    """The device that a name stands for, on this machine or on the machines of a cluster.

    Raises:
        ValueError: There is no such device, or a cluster cannot be asked for it.
    """
    if not how.on_ray:
        return resolve_device(name)
    if name not in ("cpu", "cuda"):
        raise ValueError(
            f"device: {name!r} should be cpu or cuda with --engine ray, which picks the GPU itself"
        )
    return name


def carry_out(
    runs: Sequence[Run],
    out: Path,
    workers: int | None,
    *,
    draw: Callable[[], None],
    table: Callable[[], str],
    how: Execution = AS_USUAL,
) -> int:
    """Do the runs of any experiment, write its pictures and report, and print its table.

    Args:
        runs: What to do; all of one experiment, on one device.
        out: Results folder.
        workers: Processes; None for as many as there are cores, or 1 on a GPU.
        draw: Makes the pictures of the report.
        table: Makes the table for the terminal.
        how: The engine, and what it is told; with ``dry_run`` nothing is done, and the runs are shown.

    Returns:
        Exit code: 0, or 1 when a run failed.

    Raises:
        ValueError: The folder is not free.
    """
    how.check()
    on_gpu = runs[0].device.startswith("cuda")
    workers = workers or (1 if on_gpu else min(os.cpu_count() or 1, len(runs)))
    if how.dry_run:
        check_folder(out, runs[0].experiment)
        print(describe(runs, out, workers=1 if how.engine == "serial" else workers, how=how))
        return 0
    prepare_folder(out, runs[0].experiment)
    outcome = run_sweep(runs, out, workers=workers, how=how)
    draw()
    page = write_report(out)
    print(table())
    if outcome.skipped:
        print(f"\n{len(outcome.skipped)} runs were there already, {len(outcome.done)} are new")
    print(f"\nreport: {page}")
    for folder, reason in outcome.failed.items():
        print(f"gnnlab: failed: {folder}: {' '.join(reason.split())}", file=sys.stderr)
    if set(outcome.failed) & set(outcome.skipped):
        print("gnnlab: failed runs are done again with --retry-failed", file=sys.stderr)
    return 1 if outcome.failed else 0


def repeat(folder: Path, out: Path) -> int:
    """Repeat a recorded run in another folder, and say whether the two curves are the same.

    Returns:
        Exit code: 0 when they are, 1 when they are not or the run failed.

    Raises:
        ValueError: The folder holds no run, or the device it ran on is not there.
    """
    before = read_run(folder)
    settings: Run = before.settings
    resolve_device(settings.device)
    prepare_folder(out, settings.experiment)
    result = execute(settings, out)
    if result["status"] != "ok":
        print(f"gnnlab: failed: {result['reason']}", file=sys.stderr)
        return 1
    same = curve_path(folder).read_bytes() == curve_path(out / settings.folder).read_bytes()
    print(f"{out / settings.folder}: the curve is {'the same, bit for bit' if same else 'different'}")
    return 0 if same else 1
