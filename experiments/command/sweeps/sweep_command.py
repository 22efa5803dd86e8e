"""``gnnlab sweep``: a sweep that a YAML file describes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, CycloptsError, Parameter

from experiments.command.builder import add_own
from experiments.command.options import options_of
from experiments.command.sweeps.sweep_file import EXPERIMENT, SweepFile
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
        return carry_out_file(app, said, said.experiment, options)

    return sweep


def with_config(app: App, words: Sequence[str]) -> int | None:
    """Carry out ``gnnlab run NAME --config FILE``, or without the name where the file has it.

    Returns:
        The exit code; None where the words name no file.

    Raises:
        ValueError: The file cannot be read, or holds something else than options of that experiment.
    """
    if words[:1] != ["run"]:
        return None
    files, rest, waiting = [], [], iter(words[1:])
    for word in waiting:
        option, equals, value = word.partition("=")
        if option == "--config":
            files.append(value if equals else next(waiting, ""))
        else:
            rest.append(word)
    if not files or "" in files:
        return None  # where a name is missing, the command says so
    if len(files) > 1:
        raise ValueError(f"config: one file, and not {len(files)}")
    said = SweepFile(Path(files[0]))
    name = rest.pop(0) if rest and not rest[0].startswith("-") else said.experiment
    if said.entries.get(EXPERIMENT) is not None and said.experiment != name:
        raise ValueError(
            f"{said.path}:{said.entries[EXPERIMENT].line}: experiment: {said.experiment}, where the command says "
            f"{name}; take that line out, or give gnnlab run {said.experiment} --config {said.path}"
        )
    return carry_out_file(app, said, name, rest)


def carry_out_file(app: App, said: SweepFile, name: str, options: Sequence[str]) -> int:
    """Run an experiment with what a file says, and with options that come before the file's.

    Raises:
        ValueError: A key or a value makes no sense; the message names the line.
    """
    try:
        known = options_of(find_experiment(name))
    except ValueError as error:
        raise ValueError(said.place(str(error))) from None
    said.check_keys(name, [_dashed(option.name) for option in known if option.name != "config"])
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


def _dashed(name: str) -> str:
    return name.replace("_", "-")
