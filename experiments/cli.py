"""The command line. Slow libraries are imported when a command needs them, so that help comes at once."""

from __future__ import annotations

import dataclasses
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, CycloptsError, Parameter

from experiments.arguments import parse_lengths, parse_models, parse_seeds
from experiments.catalogue import EXPERIMENTS, find_experiment
from experiments.citation_command import citation
from experiments.documents.document_command import documents
from experiments.documents.document_settings import MODELS as DOCUMENT_MODELS
from experiments.documents.predict_command import predict
from experiments.draw_commands import draw_app
from experiments.model_specs import MODEL_GRAMMAR
from experiments.settings import TrainSettings

EXIT_FAILED_RUNS = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130
EXIT_READER_GONE = 141

app = App(
    name="gnnlab",
    help="Recurrent and graph networks on the same task: same examples, seeds, parameter budget and figures.",
    help_epilogue="Start with: gnnlab run palindrome",
    version_flags=["--version"],
    result_action="return_value",
    suppress_keyboard_interrupt=False,
)


@dataclasses.dataclass(frozen=True)
class TrainOptions:
    """How every model of the comparison is trained. In brackets the default, which an experiment may change."""

    steps: int | None = None
    "Most training steps of a run [2000]."
    batch_size: int | None = None
    "Examples a step [128]."
    optimizer: str | None = None
    "adam, rmsprop, sgd, or momentum (sgd with momentum 0.9) [adam]."
    learning_rate: float | None = None
    "Step size of the optimiser [0.003]."
    decay: float | None = None
    "What the step size is multiplied with every DECAY-EVERY steps [1]."
    decay_every: int | None = None
    "Steps between two decays; 0 for never [0]."
    clip_norm: float | None = None
    "Largest norm of the gradient; 0 does not clip [1]."
    evaluate_every: int | None = None
    "Steps between two looks at the validation split [50]."
    validation_size: int | None = None
    "Examples in the validation split [1000]."
    test_size: int | None = None
    "Examples in the test split [2000]."
    success: float | None = None
    "Validation accuracy that ends a run when it is reached twice in a row [0.999]."
    patience: int | None = None
    "Steps without a better validation loss that end a run; 0 for never [1000]."
    tolerance: float | None = None
    "Ends a run when the mean loss of 100 steps differs by less from that of the 100 before; 0 for never [0]."
    hidden: int | None = None
    "Hidden size of every model, in place of a budget of parameters; 0 for the budget [0]."
    budget: int | None = None
    "Trainable parameters of every model; hidden sizes are chosen to match within 5 % [20000]."


run_app = App(name="run")
run_app.command(citation)  # an experiment with options of its own
run_app.command(documents)
app.command(run_app)


@run_app.default
def run(
    experiment: str,
    /,
    *,
    models: str | None = None,
    lengths: str | None = None,
    seeds: str | None = None,
    smoke: bool = False,
    out: Path | None = None,
    device: str = "cpu",
    workers: int | None = None,
    threads: int = 1,
    train: Annotated[TrainOptions, Parameter(name="*")] = TrainOptions(),
) -> int:
    """Compare models on an experiment, and write records, a table and a report.

    Runs that the folder already holds are skipped, so an interrupted command goes on when it is given again.

    Parameters
    ----------
    experiment
        Name of an experiment; `gnnlab list` shows them.
    models
        Models with commas between: rnn, lstm, gcn, gat, with options joined by dashes, as in gcn-4,
        gcn-2-mirrored, gat-9-directed, lstm-bias3. `gnnlab list` explains them.
    lengths
        Lengths T of the sequence, as 5,10,20 or as a range START:STOP:STEP that includes STOP.
    seeds
        How many seeds (3 stands for 0, 1, 2), or the seeds themselves with commas between.
    smoke
        The same from end to end in seconds, on tiny sizes; the accuracies mean nothing.
    out
        Folder for the results [runs/EXPERIMENT].
    device
        cpu, auto (a GPU where there is one), cuda or cuda:N.
    workers
        Processes that train at the same time [the number of cores; 1 on a GPU]. It changes no result.
    threads
        CPU threads inside a run. It can change the last bits of a result.
    """
    chosen = find_experiment(experiment)
    if not chosen.task:
        raise ValueError(f"experiment: its name comes first: gnnlab run {experiment} --option ...")
    smoke_values: dict[str, Any] = chosen.smoke if smoke else {}
    specs = (
        parse_models(models)
        if models is not None
        else parse_models(",".join(smoke_values.get("models", chosen.models)))
    )
    sizes = (
        parse_lengths(lengths) if lengths is not None else list(smoke_values.get("lengths", chosen.lengths))
    )
    numbers = (
        parse_seeds(seeds) if seeds is not None else list(range(smoke_values.get("seeds", chosen.seeds)))
    )
    given = {k: v for k, v in dataclasses.asdict(train).items() if v is not None}
    settings = TrainSettings(**{**chosen.train, **smoke_values.get("train", {}), **given})
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers} should be 1 or more")
    folder = out or Path("runs") / (f"{experiment}-smoke" if smoke else experiment)

    from experiments.compare import compare

    return compare(chosen.name, specs, sizes, numbers, settings, folder, device, workers, threads)


@app.command(name="list")
def list_() -> int:
    """Show experiments, models and their options."""
    print("Experiments (gnnlab run NAME)")
    for experiment in EXPERIMENTS.values():
        print(f"  {experiment.name}\n      {experiment.title}")
        print(f"      models  {', '.join(experiment.models)}")
        if experiment.lengths:
            print(f"      lengths {', '.join(map(str, experiment.lengths))}")
    print("\nModels (--models A,B,...)")
    print(f"  {MODEL_GRAMMAR}")
    print("  gru resets after the matrix product, as torch does; gru1 before it (Cho et al. 2014)")
    print("  forget gates start with a bias of 1; biasN sets another one")
    print("\nModels of documents (gnnlab run documents --models A,B,...)")
    for name, text in DOCUMENT_MODELS.items():
        print(f"  {name:19} {text}")
    print(
        "  and every cell above, with layers as a number, bidirectional, xavier, kaiming, orthogonal, biasN"
    )
    return 0


@app.command
def report(folder: Path, /) -> int:
    """Make report.html and results.csv again from a folder of results.

    Parameters
    ----------
    folder
        What `gnnlab run` was given as --out.
    """
    from experiments.records import read_runs, write_results
    from experiments.report import write_report

    read_runs(folder)
    write_results(folder)
    print(write_report(folder))
    return 0


@app.command
def redo(run_folder: Path, /, *, out: Path | None = None) -> int:
    """Repeat one recorded run from its config.json, and compare the two training curves bit by bit.

    Parameters
    ----------
    run_folder
        Folder of a run, below a folder of results.
    out
        Where to put the repetition [a folder named redo beside the results].
    """
    from experiments.compare import repeat

    return repeat(
        run_folder, out or run_folder.resolve().parent.parent / f"{run_folder.resolve().parent.name}-redo"
    )


app.command(predict)
app.command(draw_app)


def main(arguments: list[str] | None = None) -> None:
    """Run the command line and leave with its exit code; bad input is one line on stderr and code 2."""
    try:
        with _ended_by_sigterm():
            code = app(arguments, exit_on_error=False, print_error=False)
            sys.stdout.flush()
    except (CycloptsError, ValueError) as error:
        print(f"gnnlab: {' '.join(str(error).split())}", file=sys.stderr)
        code = EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("gnnlab: interrupted; the same command goes on with what is missing", file=sys.stderr)
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # the reader left; nothing is wrong
        code = EXIT_READER_GONE
    sys.exit(code or 0)


@contextmanager
def _ended_by_sigterm() -> Iterator[None]:
    """Treat SIGTERM as Ctrl-C, so that workers end and the table of results is written."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
