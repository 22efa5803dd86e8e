"""The command ``gnnlab``, which finds its own packages whatever else is called like them.

A folder ``experiments`` or a file ``seq.py`` of the user's that Python finds first would be taken for ours. Importing
this module sees to it that, in this process, those names are the packages beside it; worker processes import what their
parent started with, and so import it too.
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path

OWN = ("seq", "gnnlab", "experiments")
ROOT = str(Path(__file__).resolve().parent)


class OwnPackages:
    """Finds the packages that were installed with this file, before Python looks into the user's folders."""

    @staticmethod
    def find_spec(name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """Say where a package is, as every finder of ``sys.meta_path`` does."""
        return PathFinder.find_spec(name, [ROOT]) if path is None and name in OWN else None


def find_own_packages() -> None:
    """From now on take our packages for the names that are theirs; those of others are forgotten."""
    if not any(getattr(finder, "__qualname__", "") == OwnPackages.__qualname__ for finder in sys.meta_path):
        sys.meta_path.insert(0, OwnPackages)
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
        file = getattr(sys.modules[name], "__file__", None)
        if file is not None and not Path(file).resolve().is_relative_to(ROOT):
            del sys.modules[name]


find_own_packages()


def main() -> None:
    """Run the command line. Ctrl-C ends it without a word until it has been loaded."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from experiments.command.cli import main as command

    try:
        command()
    except KeyboardInterrupt:  # one that came while the command was ending already
        sys.exit(130)


if __name__ == "__main__":
    main()
