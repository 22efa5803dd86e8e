"""A comparison from a program or a notebook: the same line as ``gnnlab run``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from pathlib import Path
from typing import Any

from experiments.comparison import line
from experiments.core import own
from experiments.core.catalogue import OWN_TASK, checked_experiment, experiments, find_experiment
from experiments.core.execution import OPTIONS, Execution
from experiments.core.experiment import Experiment, load
from experiments.core.naming import nearest
from experiments.core.written.kinds import kinds_checked
from experiments.core.written.tuning import FIRST_SEED
from experiments.door.models import labels_of
from experiments.reading.notebook.results import ShownResults
from experiments.records.results_folder import SHARED
from experiments.running.plan import kinds_of, plan, read_tuning


@kinds_checked
def compare(
    task: Any,
    models: Any = None,
    lengths: int | Sequence[int] | None = None,
    seeds: int | Sequence[int] | None = None,
    out: str | Path | None = None,
    *,
    workers: int | None = None,
    device: str = "cpu",
    threads: int = 1,
    deterministic: bool = False,
    smoke: bool = False,
    audit: bool = False,
    tune: str | Mapping[str, Any] | None = None,
    trials: int | None = None,
    tuning_seeds: int | Sequence[int] | None = None,
    halving: bool = False,
    name: str = "",
    **settings: Any,
) -> ShownResults:
    """Compare models on a task, and answer the results, which a notebook shows as a table and curves.

    The same examples, seeds and budget of parameters for every model; finished runs are skipped, so that an interrupted
    program goes on when it is started again.

    Args:
        task: A class of tasks; the name of one of the lab's experiments; FILE.py:NAME; an ``Experiment``; a file
            of data; arrays (x, y) or (x, y, lengths); graphs of PyTorch Geometric, one whose nodes have classes, or a
            list of graphs that each have an answer.
        models: Labels (``"lstm"``, ``"gcn-4"``, ``"pyg:SAGEConv-3"``), classes or functions (task, hidden), and what
            ``graph_net`` answers.
        lengths: Of the task; by default its own.
        seeds: How many, or the seeds themselves.
        out: Results folder; by default ``runs/`` and the task's name.
        workers: Processes that train at the same time; by default one per core.
        device: ``cpu``, ``auto``, ``cuda`` or ``cuda:N``.
        threads: CPU threads inside a run.
        deterministic: On a GPU, use only kernels that give the same bits each time.
        smoke: Tiny sizes, to see that all of it works.
        audit: Look at the test part along training too, to say what choosing the step by it would have given.
        tune: Settings to tune of every model before it is compared, with their values: ``{"learning_rate": [1e-3,
            3e-3]}``, or as a text, ``"learning_rate=1e-4..1e-2"``. The results have every model with and without.
        trials: Settings to try of every model; all combinations by default.
        tuning_seeds: Seeds of the trials: how many, or the seeds themselves; never those of ``seeds``.
        halving: Try all settings with few steps, and the better ones with more.
        name: What arrays or graphs in memory are called.
        **settings: Any option of ``gnnlab run``, as ``steps=500``, ``budget=10_000``, ``learning_rate=[1e-3, 3e-3]``,
            ``retry_failed=True``; a list is gone through.

    Returns:
        The results. ``.frame`` is a table with a row per run, ``.summary()`` one with a row per group,
        ``.paired("lstm")`` the differences seed by seed, ``.report()`` the page.

    Raises:
        ValueError: An argument makes no sense; the message names it.
        SystemExit: Nothing is left to do in this process, as in the helpers that ``torchrun`` starts.
    """
    own.stop_if_loading()
    experiment = _experiment(task, Path(out) if out is not None else None, name)
    how = Execution(**{key: settings.pop(key) for key in OPTIONS if key in settings})
    how.check()
    options = {option.name: settings.pop(option.name, None) for option in experiment.options}
    chosen = _chosen(experiment, settings)
    if lengths is not None:
        chosen["length"] = [lengths] if isinstance(lengths, int) else list(lengths)
    sizes = experiment.smoke if smoke else {}
    labels = labels_of(models if models is not None else sizes.get("models", experiment.models))
    parse = load(experiment.parse)
    numbers = _seeds(seeds, sizes.get("seeds", experiment.seeds))
    tuning = read_tuning(
        experiment,
        tune,
        numbers,
        chosen,
        trials=trials,
        tuning_seeds=None if tuning_seeds is None else _seeds(tuning_seeds, 0, "tuning_seeds", FIRST_SEED),
        halving=halving,
    )
    runs = plan(
        experiment,
        [parse(label).label for label in labels],
        numbers,
        chosen,
        threads=threads,
        deterministic=deterministic,
        audit=audit,
        smoke=smoke,
    )
    if not runs:
        raise ValueError("models: nothing is left to do with these settings")
    folder = Path(out) if out is not None else Path("runs") / f"{experiment.name}{'-smoke' * smoke}".lower()
    done = line.compare(experiment, runs, folder, device, workers, how, options, tuning)
    if done.outcome is None:
        raise SystemExit(0)  # nothing was to be done here, and what there is to say was said
    line.warn(done.outcome)
    if not how.quiet:
        print(f"report: {done.page}", file=sys.stderr)
    return ShownResults(folder)


def _experiment(task: Any, out: Path | None, name: str) -> Experiment:
    if isinstance(task, Experiment):
        if task.name not in experiments():
            checked_experiment(task, own.of(task, own.EXPERIMENT, "task", task.name))
        return task
    if isinstance(task, Path | str):
        return find_experiment(str(task))
    if isinstance(task, type) and hasattr(task, "examples"):
        code = own.of(task, own.TASK, "task")
        found: Experiment = load(OWN_TASK)(code.name, task)
        return found
    from experiments.door.data import keep

    kept = keep(task, name, lambda stem: (out or Path("runs") / stem.lower()) / SHARED)
    found = load(OWN_TASK)(str(kept), None)
    return found


def _chosen(experiment: Experiment, settings: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Values of settings, each as a list to go through.

    Raises:
        ValueError: There is no such setting.
    """
    known = kinds_of(experiment)
    chosen = {}
    for key, value in settings.items():
        if key not in known or key in ("experiment", "seed", "code"):
            hint = nearest(key, [*known, *OPTIONS])
            raise ValueError(
                f"{key}: compare has no such setting{hint or '.'} "
                f"gnnlab run {experiment.base or experiment.name} --help lists them"
            )
        chosen[key] = list(value) if isinstance(value, list | tuple | range) else [value]
    return chosen


def _seeds(seeds: int | Sequence[int] | None, default: int, name: str = "seeds", first: int = 0) -> list[int]:
    if seeds is None:
        return list(range(default))
    if isinstance(seeds, Integral):
        seeds = int(seeds)
        if seeds < 1:
            raise ValueError(f"{name}: {seeds} should be 1 or more seeds")
        return list(range(first, first + seeds))
    given = list(dict.fromkeys(seeds)) if isinstance(seeds, Iterable) else [seeds]
    if not all(isinstance(seed, Integral) and not isinstance(seed, bool) and seed >= 0 for seed in given):
        raise ValueError(f"{name}: {seeds!r} should be a number of seeds, or whole numbers of 0 or more")
    numbers = [int(seed) for seed in given]
    if not numbers:
        raise ValueError(f"{name}: there should be at least one")
    return numbers


@kinds_checked
def results(folder: str | Path) -> ShownResults:
    """What a results folder holds.

    Args:
        folder: What ``compare`` or ``gnnlab run`` was given as out.

    Raises:
        ValueError: It holds no runs.
    """
    return ShownResults(Path(folder))
