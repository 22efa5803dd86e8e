"""The options of ``gnnlab run EXPERIMENT``: all of them come from fields, their help from the fields' docstrings."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import MISSING, Field, dataclass, fields
from pathlib import Path
from typing import Any, get_type_hints

from experiments.core.execution import Execution
from experiments.core.experiment import Experiment, load
from experiments.core.run import Run
from experiments.core.settings import help_of, kind_of, nested
from experiments.core.written.tuning import SEEDS

THE_MODELS_OWN = "the model's own"


@dataclass(frozen=True)
class CommandOption:
    """An option of the command line.

    Args:
        name: As Python writes it; users write it with dashes.
        kind: ``int``, ``float``, ``str``, ``bool`` or ``Path``.
        help: What it means, without its default.
        default: The default as people read it; empty where none is shown.
        listed: Whether it takes several values, with commas between or as a range.
        setting: The setting that it gives; empty where it is none.
        initial: What the command gets where the option is not given.
    """

    name: str
    kind: Any
    help: str
    default: str = ""
    listed: bool = False
    setting: str = ""
    initial: Any = None

    @property
    def text(self) -> str:
        """Help and default."""
        return self.help.rstrip(".") + (f" [{self.default}]" if self.default else "") + "."


def options_of(experiment: Experiment) -> list[CommandOption]:
    """Every option of an experiment, in the order of its help."""
    labels = ", ".join(experiment.models)
    first = [
        CommandOption(
            "models", str, f"Models with commas between: {experiment.model_help}", labels, listed=True
        ),
        *_settings(experiment),
        CommandOption(
            "seeds",
            str,
            "How many seeds (3 stands for 0, 1, 2), or the seeds themselves with commas between or as a range 0:4",
            str(experiment.seeds),
            listed=True,
        ),
    ]
    own = [CommandOption(option.name, option.kind, option.help) for option in experiment.options]
    return [*first, *own, *_common(experiment.name), *_tuning(experiment), *_execution()]


def _settings(experiment: Experiment) -> Iterator[CommandOption]:
    """The settings of a run: its own, those of its training, and those of its model that no label says."""
    run: type[Run] = load(experiment.run)
    seen = {"models", "seeds"}
    # Its own first; the order in which a dataclass inherits fields is nobody's concern.
    for path, cls, item in sorted(nested(run), key=lambda found: len(found[0]) > 1):
        # A model's label says what its fields are, but for those that are options too.
        option = item.metadata.get("option", path[0] != "model")
        name, setting = option if isinstance(option, str) else item.name, path[-1]
        if not option or name in seen:
            continue
        seen.add(name)
        kind = kind_of(cls, setting)
        yield CommandOption(
            name,
            kind if kind is bool else str,
            re.sub(r"``(\w+)``", lambda named: f"--{named[1].replace('_', '-')}", help_of(cls)[setting]),
            _default(experiment, path, item),
            listed=kind is not bool and item.metadata.get("listed", True),
            setting=setting,
        )


def _default(experiment: Experiment, path: tuple[str, ...], item: Field[Any]) -> str:
    name = path[-1]
    if name in experiment.values:
        return shown(experiment.values[name])
    if experiment.settle and path[0] in ("model", "train"):
        return THE_MODELS_OWN
    return "" if item.default is MISSING else shown(item.default)


def shown(value: Any) -> str:
    """A default as people read it.

    Example:
        >>> shown((5, 10)), shown(True), shown(1e-3), shown("")
        ('5, 10', 'yes', '0.001', '')
    """
    if isinstance(value, (tuple, list)):
        return ", ".join(map(shown, value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:.15g}" if isinstance(value, float) else str("" if value is None else value)


def _common(name: str) -> list[CommandOption]:
    return [
        CommandOption(
            "smoke",
            bool,
            "The same from end to end in seconds, on tiny sizes; the numbers mean nothing",
            initial=False,
        ),
        CommandOption(
            "config",
            Path,
            "A YAML file with any of these options, as gnnlab sweep takes; options on the command line override it",
        ),
        CommandOption("out", Path, "Folder for the results", f"runs/{name}"),
        CommandOption(
            "device", str, "cpu, auto (a GPU where there is one), cuda or cuda:N", "cpu", initial="cpu"
        ),
        CommandOption(
            "workers",
            int,
            "Processes that train at the same time. It changes no result",
            "the number of cores; 1 on a GPU",
        ),
        CommandOption(
            "threads",
            int,
            "CPU threads inside a run. It can change the last bits of a result",
            "1",
            initial=1,
        ),
        CommandOption(
            "deterministic",
            bool,
            "On a GPU, use only kernels that give the same bits each time; slower, and a run that needs another one "
            "fails. A CPU needs no switch",
            initial=False,
        ),
        CommandOption(
            "audit",
            bool,
            "Look at the test part along training too, so that the report says what choosing the step by it would have "
            "given",
            initial=False,
        ),
    ]


def _tuning(experiment: Experiment) -> list[CommandOption]:
    if not experiment.tunable:
        return []
    return [
        CommandOption(
            "tune",
            str,
            "Tune every model before it is compared: settings with their values, as "
            f"{experiment.space.partition(' ')[0]}, a range to draw from, as learning_rate=1e-4..1e-2, or a setting of "
            "some models alone, as graph:NAME=... Validation chooses, on seeds of its own; the report has every model "
            "with and without. What may be tuned: " + ", ".join(experiment.tunable),
            listed=True,
        ),
        CommandOption(
            "trials", int, "Settings to try of every model, drawn at random", "all combinations of --tune"
        ),
        CommandOption(
            "tuning_seeds",
            str,
            "Seeds of the trials: how many, or the seeds themselves; never those that are reported",
            str(SEEDS),
            listed=True,
        ),
        CommandOption(
            "halving",
            bool,
            "Try all settings with a quarter of the steps, the better half with half of them, the better half of these "
            "with all",
            initial=False,
        ),
    ]


def _execution() -> list[CommandOption]:
    hints, texts = get_type_hints(Execution), help_of(Execution)
    found = []
    for item in fields(Execution):
        numbers = {float | None: float}
        kind = numbers.get(hints[item.name], hints[item.name])
        default = "" if isinstance(item.default, bool) or item.default is None else shown(item.default)
        found.append(CommandOption(item.name, kind, texts[item.name], default, initial=item.default))
    return found
