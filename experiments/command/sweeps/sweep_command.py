"""``gnnlab sweep``: a sweep that a YAML file describes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from experiments.command.builder import add_own
from experiments.command.options import options_of
from experiments.command.sweeps.sweep_file import SweepFile
from experiments.core.catalogue import find_experiment


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
        name = said.experiment
        try:
            known = options_of(find_experiment(name))
        except ValueError as error:
            raise ValueError(said.place(str(error))) from None
        said.check_keys([_dashed(option.name) for option in known])
        said.check_lists({_dashed(option.name) for option in known if option.listed})
        given = {
            word[2:].partition("=")[0].replace("_", "-").removeprefix("no-")
            for word in options
            if word.startswith("--")
        }
        words = said.arguments({_dashed(option.name) for option in known if option.kind is bool}, given)
        add_own(app["run"], name)
        try:
            code: int = app(["run", name, *words, *options], exit_on_error=False, print_error=False)
        except (CycloptsError, ValueError) as error:
            raise ValueError(said.place(str(error))) from error
        return code

    return sweep


def _dashed(name: str) -> str:
    return name.replace("_", "-")
