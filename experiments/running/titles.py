"""Which run of a sweep is which, for lines and bars."""

from __future__ import annotations

from collections.abc import Sequence

from experiments.core.run import Run
from experiments.records.records import flatten

#: Settings that are no words to tell runs by.
_LONG = ("tuned", "code", "content")


def titles_of(runs: Sequence[Run]) -> dict[str, str]:
    """The title of each run by its folder, with the settings that tell it from others of the same title.

    Args:
        runs: The sweep.
    """
    alike: dict[str, list[Run]] = {}
    for run in runs:
        alike.setdefault(run.title, []).append(run)
    found = {}
    for title, group in alike.items():
        settings = [flatten(run.to_dict()) for run in group] if len(group) > 1 else [{}]
        names = [
            name
            for name, first in settings[0].items()
            if name not in _LONG and any(each.get(name) != first for each in settings)
        ]
        for run, values in zip(group, settings):
            told = [f"{name.rpartition('.')[2].replace('_', ' ')} {values[name]}" for name in names]
            found[run.folder] = ", ".join([title, *told])
    return found
