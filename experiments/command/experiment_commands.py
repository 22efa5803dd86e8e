"""A command for each experiment, whose help shows the experiment's own title, question and defaults."""

from __future__ import annotations

import dataclasses
import functools
import inspect
import re
from collections.abc import Callable
from typing import Annotated, Any, get_type_hints

from cyclopts import Parameter

from experiments.command.run_command import TRAIN_HELP, TrainOptions, run
from experiments.core.catalogue import EXPERIMENTS
from experiments.core.experiment import Experiment
from experiments.core.settings import TrainSettings

Command = Callable[..., int]


def run_command() -> Command:
    """``run`` as the command for any experiment: its help shows the defaults that an experiment may change."""
    return _renewed(run, inspect.getdoc(run) or "", _options(TrainSettings()))


def task_commands() -> dict[str, Command]:
    """A command for each experiment that has no options of its own, by name."""
    return {name: _task_command(experiment) for name, experiment in EXPERIMENTS.items() if experiment.task}


def with_defaults(command: Command) -> Command:
    """An experiment's own command, of its name, whose help shows the models that the catalogue gives it."""
    return _renewed(command, _filled(inspect.getdoc(command) or "", EXPERIMENTS[command.__name__]))


def _task_command(experiment: Experiment) -> Command:
    _, _, options = (inspect.getdoc(run) or "").partition("\nmodels\n")
    text = (
        f"{experiment.title[0].upper()}{experiment.title[1:]}\n\n{experiment.question}\n\n"
        "Runs that the folder already holds are skipped, so an interrupted command goes on when it is given again.\n\n"
        f"Parameters\n----------\nmodels\n{options}"
    )
    train = _options(TrainSettings(**experiment.train))
    return _renewed(functools.partial(run, experiment.name), _filled(text, experiment), train)


def _filled(text: str, experiment: Experiment) -> str:
    """The text with the experiment's own defaults in brackets."""
    own = {
        "the experiment's models": ", ".join(experiment.models),
        "the experiment's lengths": ", ".join(map(str, experiment.lengths)),
        "the experiment's seeds": str(experiment.seeds),
        "runs/EXPERIMENT": f"runs/{experiment.name}",
    }
    for name, default in own.items():
        broken = r"\s+".join(map(re.escape, name.split()))  # a line may end between two words
        text = re.sub(rf"\[{broken}\]", f"[{default}]", text)
    return text


def _options(defaults: TrainSettings) -> type[TrainOptions]:
    """``TrainOptions`` whose help shows these defaults."""
    fields = []
    for name, meaning in TRAIN_HELP.items():
        default = getattr(defaults, name)
        shown = default if isinstance(default, str) else f"{default:.15g}"
        help_text = {"help": f"{meaning} [{shown}]."}
        fields.append((name, str | None, dataclasses.field(default=None, metadata=help_text)))
    return dataclasses.make_dataclass(
        "TrainOptions", fields, bases=(TrainOptions,), frozen=True, namespace={"__module__": __name__}
    )


def _renewed(command: Command, text: str, train: type[TrainOptions] | None = None) -> Command:
    """The command with another help; the original stays as it is."""

    def renewed(*arguments: Any, **options: Any) -> int:
        return command(*arguments, **options)

    original = command.func if isinstance(command, functools.partial) else command
    hints = get_type_hints(original, include_extras=True)
    if train is not None:
        hints["train"] = Annotated[train, Parameter(name="*")]
    signature = inspect.signature(command)
    renewed.__name__, renewed.__doc__ = original.__name__, text
    renewed.__annotations__ = {name: hints[name] for name in signature.parameters}
    renewed.__signature__ = signature  # type: ignore[attr-defined]
    return renewed
