"""``gnnlab sweep``: a sweep that a YAML file describes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from experiments.catalogue import find_experiment
from experiments.sweep_file import SweepFile


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
            known, switches = _options(app["run"], experiment)
        except ValueError as error:
            raise ValueError(said.place(str(error))) from None
        said.check_keys(known)
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


def _options(run_app: App, experiment: str) -> tuple[list[str], set[str]]:
    """Names of the options that an experiment has, and which of them are true or false."""
    own = experiment in run_app and not experiment.startswith("-")
    if not own and not find_experiment(experiment).task:
        raise ValueError(f"experiment: {experiment} is no experiment that can be run")
    command = run_app[experiment] if own else run_app
    names: list[str] = []
    switches = set()
    for argument in command.assemble_argument_collection():
        long = [name.removeprefix("--") for name in argument.names if name.startswith("--")]
        names += long[:1]
        if any(name.startswith("no-") for name in long):
            switches.add(long[0])
    return names, switches
