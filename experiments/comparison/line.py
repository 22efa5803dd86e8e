"""From runs to a report: the whole line of one comparison, the same for every experiment."""

from __future__ import annotations

import dataclasses
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.comparison import tune
from experiments.core.catalogue import experiment_of
from experiments.core.execution import AS_USUAL, Execution
from experiments.core.experiment import Experiment, loaded
from experiments.core.run import Run
from experiments.core.written.tuning import Tuning
from experiments.reading.page import write_report
from experiments.reading.protocol.tuning import tuning as tuning_section
from experiments.reading.results import Results
from experiments.reading.tables import text_summary
from experiments.records.device import resolve_device
from experiments.records.results_folder import TRIALS, check_folder, prepare_folder
from experiments.running.dry_run import describe
from experiments.running.execute import work
from experiments.running.plan import prepared
from experiments.running.sweep import SweepResult, result_there, run_sweep
from experiments.training.processes import Processes, joined, started_processes


@dataclass(frozen=True)
class Done:
    """What became of a comparison.

    Args:
        out: Results folder.
        outcome: Of its runs; None where another process does them, or nothing was to be done.
        page: The report.
        equivalent: A difference that would be none to the user.
        quiet: Whether the user wants to hear of failures alone.
    """

    out: Path
    outcome: SweepResult | None = None
    page: Path | None = None
    equivalent: float | None = None
    quiet: bool = False


def compare(
    experiment: Experiment,
    runs: list[Run],
    out: Path,
    device: str,
    workers: int | None = None,
    how: Execution = AS_USUAL,
    options: dict[str, Any] | None = None,
    tuning: Tuning | None = None,
) -> Done:
    """Look at the data, do the runs, and write the report.

    Args:
        experiment: Which one.
        runs: From ``plan``, on whatever device.
        out: Results folder.
        device: As the user named it.
        workers: Processes; None for as many as there are cores, or 1 on a GPU.
        how: The engine, and what it is told; with ``dry_run`` nothing is done, and the runs are shown.
        options: Options of the experiment that are no settings.
        tuning: How models are tuned before they are compared; None for not at all.

    Raises:
        ValueError: A setting cannot be met: the device is not there, the budget does not fit, the folder is not free.
    """
    options = options or {}
    where = device_of_engine(device, how)
    together = how.seeds_together or 1 if where == "cpu" and experiment.joins_seeds else 1
    runs = [dataclasses.replace(run, device=where, seeds_together=together) for run in runs]
    if started_processes() > 1 and not experiment.shares_runs:
        raise ValueError(f"experiment: {experiment.name} cannot be shared by processes; leave torchrun out")
    runs = list(dict.fromkeys(prepared(experiment, runs, out, options)))
    if tuning is not None:
        if started_processes() > 1:
            raise ValueError("tune: trials cannot be shared by processes; leave torchrun out")
        return _tuned(experiment, runs, out, tuning, workers, how, options)
    with joined(where) as processes:
        return carry_out(runs, out, workers, how=how, options=options, processes=processes)


def _tuned(
    experiment: Experiment,
    runs: list[Run],
    out: Path,
    tuning: Tuning,
    workers: int | None,
    how: Execution,
    options: dict[str, Any],
) -> Done:
    """Tune, and compare the models with the settings that they were given and with those that were chosen."""
    tune.check(runs, tuning)
    trials = [
        run
        for point, values in tune.trials_of(runs, tuning).items()
        for run in tune.trial_runs(point, values, tuning)
    ]
    prepared(experiment, trials, out, options)
    if how.dry_run:
        print("Trials:")
        carry_out(trials, out / TRIALS, workers, how=how, options=options)
        print("\nThen, with the settings given:")
        carry_out(runs, out, workers, how=how, options=options)
        print(
            f"\nAnd as many again with what validation chooses, where that is something else ({tuning.text})."
        )
        return Done(out)
    prepare_folder(out, experiment_of(runs[0]).name)

    def carry(part: list[Run], folder: Path) -> SweepResult:
        done = carry_out(part, folder, workers, how=how, options=options, pictures=False)
        assert done.outcome is not None
        return done.outcome

    chosen = tune.tuned_runs(experiment, runs, out, tuning, carry)
    return carry_out([*runs, *chosen], out, workers, how=how, options=options)


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
    how: Execution = AS_USUAL,
    options: dict[str, Any] | None = None,
    processes: Processes | None = None,
    pictures: bool = True,
) -> Done:
    """Do the runs of an experiment, and write its pictures and report.

    Args:
        runs: What to do; all of one experiment, on one device.
        out: Results folder.
        workers: Processes; None for as many as there are cores, or 1 on a GPU.
        how: The engine, and what it is told.
        options: Options of the experiment that are no settings.
        processes: Those that share each run; the first one writes.
        pictures: Draw the experiment's pictures too.

    Raises:
        ValueError: The folder is not free.
    """
    how.check()
    how = engine_for(runs, how)
    experiment = experiment_of(runs[0])
    on_gpu = runs[0].device.startswith("cuda")
    workers = workers or (1 if on_gpu else min(os.cpu_count() or 1, len(runs)))
    if how.dry_run:
        check_folder(out, experiment.name)
        print(describe(runs, out, workers=1 if how.engine == "serial" else workers, how=how))
        return Done(out)
    if processes is None or processes.first:
        prepare_folder(out, experiment.name)
        if experiment.begin:
            loaded(experiment.begin)(runs, out, options or {})
    if processes is not None and processes.count > 1:
        workers = 1
        missing = processes.from_first(lambda: [run for run in runs if result_there(run, out, how) is None])
        if not processes.first:
            for run in missing:
                work(run, out / run.folder, how=how, writes=False)
            return Done(out)
    outcome = run_sweep(runs, out, workers=workers, how=how)
    if pictures and experiment.pictures:
        loaded(experiment.pictures)(runs, out, options or {})
    return Done(out, outcome, write_report(out, equivalent=how.equivalent), how.equivalent, how.quiet)


def announce(done: Done) -> int:
    """Print the table of a comparison, where its report is, and what is to be said of its runs.

    Returns:
        Exit code: 0, or 1 when a run failed.
    """
    if done.outcome is None:
        return 0
    outcome = done.outcome
    if not done.quiet:
        print(text_summary(Results(done.out, equivalent=done.equivalent), [tuning_section]))
        if outcome.skipped:
            print(f"\n{len(outcome.skipped)} runs were there already, {len(outcome.done)} are new")
        print(f"\nreport: {done.page}")
    warn(outcome)
    return 1 if outcome.failed else 0


def warn(outcome: SweepResult) -> None:
    """Say on stderr which runs failed, and which were made by code that has changed."""
    for folder, reason in outcome.failed.items():
        print(f"gnnlab: failed: {folder}: {' '.join(reason.split())}", file=sys.stderr)
    if set(outcome.failed) & set(outcome.skipped):
        print("gnnlab: failed runs are done again with --retry-failed", file=sys.stderr)
    if outcome.changed:
        print(
            f"gnnlab: {len(outcome.changed)} runs were made before your code changed, as {outcome.changed[0]}; "
            "--retry-changed does them again",
            file=sys.stderr,
        )


def engine_for(runs: Sequence[Run], how: Execution) -> Execution:
    """The engine that runs can be done by: code that has no file stays in this process.

    Raises:
        ValueError: A cluster is asked for.
    """
    here = [code.name for code in dict.fromkeys(code for run in runs for code in run.code) if code.lives_here]
    if not here or how.engine == "serial":
        return how
    if how.on_ray:
        raise ValueError(
            f"engine: {here[0]} was defined in a notebook or at a prompt; write it into a file for Ray"
        )
    print(
        f"gnnlab: runs train one after the other in this process, because {', '.join(here)} "
        f"{'have' if len(here) > 1 else 'has'} no file; what is written into one trains in several",
        file=sys.stderr,
    )
    return dataclasses.replace(how, engine="serial")
