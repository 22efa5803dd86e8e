"""One builder of commands: ``gnnlab run EXPERIMENT`` for every experiment, from what the experiment says of itself."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from experiments.command.options import CommandOption, options_of
from experiments.core import own
from experiments.core.catalogue import DATA_FILES, experiments, find_experiment
from experiments.core.execution import OPTIONS, Execution
from experiments.core.experiment import Experiment, load, loaded
from experiments.core.labels import parse_labels
from experiments.core.written.lists import parse_choices, parse_seeds
from experiments.core.written.tuning import FIRST_SEED
from experiments.running.plan import is_tuple, kinds_of, plan, read_tuning

Command = Callable[..., int]


def run_app() -> App:
    """``gnnlab run``, with a command for every experiment."""
    app = App(
        name="run",
        usage="Usage: gnnlab run EXPERIMENT [OPTIONS]",
        help="Compare models on an experiment, and write records, a table and a report.",
    )
    app.default(_unknown)
    for experiment in experiments().values():
        epilogue = f"Start with: {experiment.start or f'gnnlab run {experiment.name} --smoke'}"
        app.command(command_of(experiment), name=experiment.name, help_epilogue=epilogue)
    return app


def add_own(run: App, name: str) -> None:
    """Make a command of a user's own task, experiment or file of data, where a name is one.

    Args:
        run: ``gnnlab run``.
        name: As the user typed it.

    Raises:
        ValueError: There is no such file, or nothing in it of that name.
    """
    if own.is_reference(name) or Path(name).suffix in DATA_FILES:
        epilogue = f"Start with: gnnlab run {name} --smoke"
        if name in run:
            del run[name]  # another file of that name, in another folder
        run.command(command_of(find_experiment(name)), name=name, help_epilogue=epilogue)


def _unknown(
    experiment: str, /, *words: Annotated[str, Parameter(allow_leading_hyphen=True, show=False)]
) -> int:
    """Compare models on an experiment, and write records, a table and a report.

    `gnnlab run EXPERIMENT --help` explains the options of one; `gnnlab list` shows what each asks.

    Parameters
    ----------
    experiment
        Name of an experiment.
    """
    find_experiment(experiment)
    raise ValueError(f"experiment: its name comes first: gnnlab run {experiment} --option ...")


def command_of(experiment: Experiment) -> Command:
    """The command that carries out an experiment."""
    options = options_of(experiment)

    def command(**given: Any) -> int:
        return carry_out(experiment, options, given)

    command.__name__ = experiment.name.replace("-", "_")
    stop = "" if experiment.title.endswith((".", "?", ")")) else "."
    command.__doc__ = (
        f"{experiment.title[0].upper()}{experiment.title[1:]}{stop}\n\n{experiment.question}\n\n"
        "Finished runs are skipped, so an interrupted command goes on when it is given again. Settings take several "
        "values with commas between, and whole numbers a range START:STOP:STEP; the sweep goes through all "
        "combinations. `gnnlab sweep FILE.yaml` reads these options from a file.\n"
    )
    parameters = [_parameter(option) for option in options]
    command.__signature__ = inspect.Signature(parameters, return_annotation=int)  # type: ignore[attr-defined]
    command.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": int}
    return command


def _parameter(option: CommandOption) -> inspect.Parameter:
    kind: Any = option.kind if option.initial is not None else option.kind | None
    annotation = Annotated[kind, Parameter(help=option.text, show_default=False)]
    return inspect.Parameter(
        option.name, inspect.Parameter.KEYWORD_ONLY, default=option.initial, annotation=annotation
    )


def parse_names(name: str, text: str) -> list[str]:
    """Names of files and other names with commas between; a file that is there may have commas in its name.

    Args:
        name: The option, for messages.
        text: As the user wrote it.

    Raises:
        ValueError: There is an empty one.
    """
    words, found = text.split(","), []
    while words:
        joined = (",".join(words[:count]) for count in range(len(words), 1, -1))
        file = next((word.strip() for word in joined if Path(word.strip()).is_file()), None)
        if file is None:
            found += parse_choices(name, words[0] if words[0].strip() else text, str)
        else:
            found.append(file)
        words = words[1 + (0 if file is None else file.count(",")) :]
    return list(dict.fromkeys(found))


def carry_out(experiment: Experiment, options: list[CommandOption], given: dict[str, Any]) -> int:
    """Read what was given, plan the runs, and do them.

    Raises:
        ValueError: An argument makes no sense.
    """
    values = {option.name: given.get(option.name, option.initial) for option in options}
    if values["config"] is not None:
        raise ValueError(
            "config: only gnnlab run takes it; gnnlab run NAME --config FILE --tune SPACE tunes, and a sweep "
            "has a file of its own"
        )
    smoke = experiment.smoke if values["smoke"] else {}
    how = Execution(**{name: values[name] for name in OPTIONS})
    labels = values["models"]
    if labels is None:
        labels = ",".join(smoke.get("models", experiment.models))
    models = [
        spec.label for spec in parse_labels(labels, load(experiment.parse), ",".join(experiment.models[:2]))
    ]
    seeds = (
        parse_seeds(values["seeds"])
        if values["seeds"] is not None
        else range(smoke.get("seeds", experiment.seeds))
    )
    if values["workers"] is not None and values["workers"] < 1:
        raise ValueError(f"workers: {values['workers']} should be 1 or more")
    how.check()
    kinds = kinds_of(experiment)
    chosen: dict[str, list[Any]] = {}
    for option in options:
        value = values[option.name]
        if not option.setting or value is None:
            continue
        if not option.listed:
            chosen[option.setting] = [value]
        elif is_tuple(experiment, option.setting):
            chosen[option.setting] = [tuple(parse_names(option.name, value))]
        else:
            chosen[option.setting] = parse_choices(option.name, value, kinds[option.setting])
    name = f"{experiment.name}-smoke" if values["smoke"] else experiment.name
    own = {option.name: values[option.name] for option in experiment.options}

    tuning = read_tuning(
        experiment,
        values.get("tune"),
        seeds,
        chosen,
        trials=values.get("trials"),
        tuning_seeds=parse_seeds(values["tuning_seeds"], "tuning_seeds", FIRST_SEED)
        if values.get("tuning_seeds") is not None
        else None,
        halving=values.get("halving", False),
    )
    runs = plan(
        experiment,
        models,
        seeds,
        chosen,
        threads=values["threads"],
        deterministic=values["deterministic"],
        audit=values["audit"],
        smoke=values["smoke"],
    )
    if not runs:
        raise ValueError("models: nothing is left to do with these settings")
    loaded(experiment.look)(runs)  # before torch, which takes seconds

    from experiments.comparison.line import announce, compare

    out = values["out"] or Path("runs") / name.lower()
    return announce(compare(experiment, runs, out, values["device"], values["workers"], how, own, tuning))
