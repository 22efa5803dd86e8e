"""``gnnlab tune``: a comparison of tuned models, over the space that the experiment declares."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

from cyclopts import App, Parameter

from experiments.command.builder import add_own
from experiments.core.catalogue import find_experiment


def make_tune(app: App) -> Callable[..., int]:
    """The command, for an app that has ``run``, whose options it takes."""

    def tune(
        experiment: str,
        /,
        *options: Annotated[str, Parameter(allow_leading_hyphen=True)],
    ) -> int:
        """Tune every model of an experiment, and compare the tuned models, and those as given, on fresh seeds.

        The same as `gnnlab run EXPERIMENT --tune SPACE`, with the space that the experiment declares where --tune gives
        no other: settings with values, as `--tune learning_rate=1e-3,3e-3,1e-2`; a range with a number of trials, as
        `--tune learning_rate=1e-4..1e-2 --trials 10`; and settings of some models alone, as
        `--tune "learning_rate=1e-3,3e-3 recurrent:clip_norm=1,5 graph:clip_norm=1,5"`.

        Every model gets the same number of trials, on seeds of their own (--tuning-seeds); validation chooses. Trials
        are ordinary runs in the folder tuning of the results: given again, the command goes on where it was ended.
        They are some hundred: --dry-run lists them with an estimate of time, and --smoke shows all of it in seconds.
        `gnnlab run EXPERIMENT --help` explains all options.

        Parameters
        ----------
        experiment
            Name of an experiment, or FILE.py:NAME.
        options
            Options of `gnnlab run`.
        """
        found = find_experiment(experiment)
        if not found.tunable:
            raise ValueError(f"experiment: {found.name} trains nothing that could be tuned")
        given = any(word.partition("=")[0] == "--tune" for word in options)
        add_own(app["run"], experiment)
        words = ["run", experiment, *([] if given else ["--tune", found.space]), *options]
        code: int = app(words, exit_on_error=False, print_error=False)
        return code

    return tune
