"""``gnnlab sweep``: a sweep that a YAML file describes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from experiments.command.run_command import TRAIN_HELP
from experiments.command.sweep_file import SweepFile
from experiments.core.catalogue import find_experiment

#: Options that take several values in every experiment that has them; those of ``TrainOptions`` do besides.
LISTED = {"models", "lengths", "seeds", "text", "dataset", "shares", "edges"}


def make_sweep(app: App) -> Callable[..., int]:
    """The command, for an app that has ``run``, whose options are the keys of the file."""

    def sweep(
        file: Path,
        /,
        *options: Annotated[str, Parameter(allow_leading_hyphen=True)],
    ) -> int:
        """Do the sweep that a YAML file describes.

        The file holds `experiment: NAME`, and any option of `gnnlab run NAME` with its value. A value may be a list, as
        in `learning_rate: [0.001, 0.003]`, or a range, as in `lengths: 5:20:5`; the sweep goes through all
        combinations. `gnnlab sweep FILE --dry-run` shows the runs, and writes nothing.

        Parameters
        ----------
        file
            The YAML file.
        options
            Options of `gnnlab run`, in place of what the file says, as in --workers 2.
        """
        said = SweepFile(file)
        experiment = said.experiment
        try:
            known, switches, listed = _options(app["run"], experiment)
        except ValueError as error:
            raise ValueError(said.place(str(error))) from None
        said.check_keys(known)
        said.check_lists(listed)
        given = {
            word[2:].partition("=")[0].replace("_", "-").removeprefix("no-")
            for word in options
            if word.startswith("--")
        }
        words = said.arguments(switches, given)
        try:
            code: int = app(["run", experiment, *words, *options], exit_on_error=False, print_error=False)
        except (CycloptsError, ValueError) as error:
            raise ValueError(said.place(str(error))) from error
        return code

    return sweep


def _options(run_app: App, experiment: str) -> tuple[list[str], set[str], set[str]]:
    """Names of the options that an experiment has; which of them are true or false, and which take a list."""
    listed = LISTED | set(TRAIN_HELP) if find_experiment(experiment).task else LISTED
    command = run_app[experiment]
    names: list[str] = []
    switches = set()
    for argument in command.assemble_argument_collection():
        long = [name.removeprefix("--") for name in argument.names if name.startswith("--")]
        names += long[:1]
        if any(name.startswith("no-") for name in long):
            switches.add(long[0])
    return names, switches, {name for name in names if name.replace("-", "_") in listed}
