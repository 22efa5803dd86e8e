"""The command line. Slow libraries are imported when a command needs them, so that help comes at once."""

from __future__ import annotations

import errno
import io
import logging
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from cyclopts import App, CycloptsError

from experiments.command.builder import add_own, run_app
from experiments.command.comparison_command import compare, table
from experiments.command.draw.commands import draw_app
from experiments.command.ending import EXIT_INTERRUPTED, ended_by_signals, heard, keep_deadline
from experiments.command.rank_command import rank
from experiments.command.sweeps.sweep_command import make_sweep, with_config
from experiments.command.sweeps.tune_command import make_tune
from experiments.command.tensorboard_command import tensorboard
from experiments.command.trained.predict_command import predict
from experiments.command.trained.sample_command import sample
from experiments.command.whole_numbers import WHOLE_NUMBERS
from experiments.core.catalogue import experiments
from experiments.core.registry import ATTENTION, CELLS, CONVOLUTIONS
from experiments.door.checks.command import check
from experiments.records.files import is_disk_error
from experiments.reproductions.command import reproduce
from experiments.running.interruption import NothingBegun

EXIT_BAD_INPUT = 2
BAD_NAMES = {
    errno.ENAMETOOLONG,
    errno.EACCES,
    errno.EPERM,
    errno.ELOOP,
    errno.EISDIR,
    errno.ENOTDIR,
}  # of a path that the user gave
LONGEST_SHOWN = 400  # characters of such a path
EXIT_DISK = 1
GOES_ON = "; the same command goes on with what is missing"
GO_ON = (["run"], ["sweep"], ["tune"], ["reproduce"])  # commands that are so
EXIT_READER_GONE = 141


def _version() -> str:
    import gnnlab  # its version alone, which imports nothing more

    return gnnlab.__version__


app = App(
    name="gnnlab",
    version=_version,
    help="Recurrent and graph networks on the same task: same examples, seeds, parameter budget and figures.",
    help_epilogue="Start with: gnnlab run palindrome",
    version_flags=["--version"],
    result_action="return_value",
    suppress_keyboard_interrupt=False,
    default_parameter=WHOLE_NUMBERS,
)


app.command(run_app())
app.command(make_sweep(app), name="sweep", help_epilogue="Start with: gnnlab sweep sweep.yaml --dry-run")
app.command(make_tune(app), name="tune", help_epilogue="Start with: gnnlab tune palindrome --smoke")


@app.command(name="list", help_epilogue="Start with: gnnlab list")
def list_() -> int:
    """Show experiments, models and their options."""
    print("Experiments (gnnlab run NAME)")
    for experiment in experiments().values():
        print(f"  {experiment.name}\n      {experiment.title}")
        print(f"      models  {', '.join(experiment.models)}")
        if "length" in experiment.values:
            print(f"      lengths {', '.join(map(str, experiment.values['length']))}")
    kinds = (("Recurrent cells", CELLS), ("Graph convolutions", CONVOLUTIONS), ("Attention alone", ATTENTION))
    for title, parts in kinds:
        print(f"\n{title}")
        for part in parts.values():
            print(f"  {part.name:16} {part.help}")
    print("\nModels (--models A,B,...)")
    helps: dict[str, list[str]] = {}
    for experiment in experiments().values():
        helps.setdefault(experiment.model_help, []).append(experiment.name)
    for text, names in helps.items():
        print(f"  {', '.join(names)}:\n      {text}")
    return 0


@app.command(help_epilogue="Start with: gnnlab report runs/palindrome")
def report(
    folder: Path,
    /,
    *,
    baseline: str | None = None,
    equivalent: float | None = None,
    figures: str | None = None,
    style: str | None = None,
) -> int:
    """Make report.html and results.csv again from a folder of results.

    Parameters
    ----------
    folder
        What `gnnlab run` was given as --out.
    baseline
        Model that the others are compared with, seed by seed [the LSTM where there is one, or else the first].
    equivalent
        A difference of what judges the runs that would be none to you, as 0.005 of an accuracy.
    figures
        pdf, svg or png, or several with commas between: writes each figure of the report as a file of its own into
        the folder figures beside it, for a paper or a talk.
    style
        paper (a column of 3.4 inches) or slides (16:9): sizes of those files and of their text and lines [the page's].
    """
    from experiments.reading.files.figures import FigureFiles, parse_formats

    if style is not None and figures is None:
        raise ValueError("style: there are no files to give it to; say which with --figures pdf")
    files = FigureFiles(folder / "figures", parse_formats(figures), style) if figures is not None else None

    from experiments.reading.page import write_report
    from experiments.records.records import read_runs, write_results

    runs = read_runs(folder)
    page = write_report(folder, baseline, runs, files, equivalent)
    write_results(folder, runs)
    print(page)
    if files is not None:
        print("\n".join(map(str, files.written)) or "the report has no figure")
    return 0


@app.command(help_epilogue="Start with: gnnlab redo runs/palindrome/RUN, one of its folders")
def redo(run_folder: Path, /, *, out: Path | None = None) -> int:
    """Repeat one recorded run from its config.json, and compare the two training curves bit by bit.

    Parameters
    ----------
    run_folder
        Folder of a run, below a folder of results.
    out
        Where to put the repetition [beside the results, a folder of their name with -redo behind it].
    """
    from experiments.comparison.redo import repeat

    return repeat(
        run_folder, out or run_folder.resolve().parent.parent / f"{run_folder.resolve().parent.name}-redo"
    )


app.command(compare, help_epilogue="Start with: gnnlab compare runs/before runs/after")
app.command(table, help_epilogue="Start with: gnnlab table runs/palindrome --baseline lstm")
app.command(
    rank,
    usage="Usage: gnnlab rank FOLDER... [OPTIONS]",
    help_epilogue="Start with: gnnlab rank runs/palindrome runs/combinations --out figures",
)
app.command(tensorboard, help_epilogue="Start with: gnnlab tensorboard runs/palindrome")
app.command(
    predict,
    usage="Usage: gnnlab predict RUN TEXT | RUN --file FILE",
    help_epilogue="Start with: gnnlab run documents",
)
app.command(draw_app)
app.command(
    reproduce,
    usage="Usage: gnnlab reproduce [OPTIONS] [CLAIM]",
    help_epilogue="Start with: gnnlab reproduce A5 --quick",
)
app.command(
    check,
    usage="Usage: gnnlab check FILE.py:NAME [OPTIONS]",
    help_epilogue="Start with: gnnlab check lstm",
)
app.command(sample, help_epilogue="Start with: gnnlab run characters")


@app.command(help_epilogue="Start with: gnnlab completion bash")
def completion(shell: Literal["bash", "zsh", "fish"], /) -> int:
    """Print the script that completes commands and options when you press Tab.

    Bash: `gnnlab completion bash > ~/.local/share/bash-completion/completions/gnnlab`. Zsh: into a file `_gnnlab` in a
    folder of `fpath`. Fish: `gnnlab completion fish > ~/.config/fish/completions/gnnlab.fish`. Then open a new shell.

    Parameters
    ----------
    shell
        bash, zsh or fish.
    """
    print(app.generate_completion(shell=shell))
    return 0


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; bad input is one line on stderr and code 2."""
    # Where matplotlib may not keep its cache of fonts, it would say so on stderr at every start.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="replace"
            )  # what a terminal of another encoding cannot show is a question mark
    if arguments is None:
        keep_deadline()
        arguments = sys.argv[1:]
    try:
        with ended_by_signals(), _drawing_to_files():
            if arguments[:1] == ["run"] and len(arguments) > 1:
                add_own(app["run"], arguments[1])
            code = with_config(app, arguments)
            if code is None:
                code = app(arguments, exit_on_error=False, print_error=False)
            sys.stdout.flush()
    except (CycloptsError, ValueError) as error:
        print(f"gnnlab: {' '.join(str(error).split())}", file=sys.stderr)
        code = EXIT_BAD_INPUT
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left; nothing is wrong
        code = EXIT_READER_GONE
    except OSError as error:
        if error.errno in BAD_NAMES:
            path = str(error.filename2 or error.filename)
            shown = path if len(path) <= LONGEST_SHOWN else f"{path[:80]}..."
            print(f"gnnlab: {error.strerror}: {shown}; give another path", file=sys.stderr)
            sys.exit(EXIT_BAD_INPUT)
        if not is_disk_error(error):
            raise
        print(
            f"gnnlab: {error.strerror}: {error.filename or 'while writing'}; nothing that was recorded is lost: "
            "make room, and the same command goes on with what is missing",
            file=sys.stderr,
        )
        code = EXIT_DISK
    except KeyboardInterrupt as error:
        for number in heard():
            signal.signal(number, signal.SIG_DFL)  # a second one ends what is left without a word
        goes_on = arguments[:1] in GO_ON and not isinstance(error, NothingBegun)
        print(f"gnnlab: interrupted{GOES_ON if goes_on else ''}", file=sys.stderr)
        code = EXIT_INTERRUPTED
    sys.exit(code or 0)


@contextmanager
def _drawing_to_files() -> Iterator[None]:
    """Have matplotlib draw to files alone, in worker processes too.

    A notebook sets MPLBACKEND for all that it starts, and names a backend that may not be there, or needs a window.
    """
    before = os.environ.get("MPLBACKEND")
    os.environ["MPLBACKEND"] = "agg"
    try:
        yield
    finally:
        del os.environ["MPLBACKEND"]
        if before is not None:
            os.environ["MPLBACKEND"] = before
