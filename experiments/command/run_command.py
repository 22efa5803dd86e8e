"""``gnnlab run``: its options, and from them the runs."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from experiments.core.arguments import MOST_VALUES, parse_choices, parse_lengths, parse_models, parse_seeds
from experiments.core.catalogue import find_experiment
from experiments.core.execution import AS_USUAL, Execution
from experiments.core.settings import TrainSettings

MOST_RUNS = 1_000_000  # a typing error should not fill the memory


TRAIN_HELP = {
    "steps": "Most training steps of a run",
    "batch_size": "Examples a step",
    "optimizer": "adam, rmsprop, sgd, or momentum (sgd with momentum 0.9)",
    "learning_rate": "Step size of the optimiser",
    "decay": "What the step size is multiplied with every DECAY-EVERY steps",
    "decay_every": "Steps between two decays; 0 for never",
    "clip_norm": "Largest norm of the gradient; 0 does not clip",
    "evaluate_every": "Steps between two looks at the validation split",
    "validation_size": "Examples in the validation split",
    "test_size": "Examples in the test split",
    "success": "Validation accuracy that ends a run when it is reached twice in a row",
    "patience": "Steps without a better validation loss that end a run; 0 for never",
    "tolerance": "Ends a run when the mean loss of 100 steps differs by less from that of the 100 before; 0 for never",
    "hidden": "Hidden size of every model, in place of a budget of parameters; 0 for the budget",
    "budget": "Trainable parameters of every model; hidden sizes are chosen to match within 5 %",
}


@dataclass(frozen=True)
class TrainOptions:
    """How models are trained; what each option means stands in ``TRAIN_HELP``.

    Each option also takes several values with commas between, as in --learning-rate 0.001,0.003, and whole numbers a
    range START:STOP:STEP; the sweep then goes through all combinations.
    """

    steps: str | None = None
    batch_size: str | None = None
    optimizer: str | None = None
    learning_rate: str | None = None
    decay: str | None = None
    decay_every: str | None = None
    clip_norm: str | None = None
    evaluate_every: str | None = None
    validation_size: str | None = None
    test_size: str | None = None
    success: str | None = None
    patience: str | None = None
    tolerance: str | None = None
    hidden: str | None = None
    budget: str | None = None

    def settings(self, defaults: dict[str, Any]) -> list[TrainSettings]:
        """Every combination of the values given.

        Args:
            defaults: Values of settings that are not given, where they differ from those of ``TrainSettings``.

        Raises:
            ValueError: A value is not of its kind or makes no sense, or there are too many combinations.
        """
        kinds = {"int": int, "float": float, "str": str}
        fields = {field.name: kinds[str(field.type)] for field in dataclasses.fields(TrainSettings)}
        given = {
            name: parse_choices(name, text, fields[name])
            for name, text in dataclasses.asdict(self).items()
            if text is not None
        }
        count = 1
        for values in given.values():
            count *= len(values)
            if count > MOST_VALUES:
                raise ValueError(f"{', '.join(given)}: more than {MOST_VALUES} combinations")
        return [
            TrainSettings(**{**defaults, **dict(zip(given, values))})
            for values in itertools.product(*given.values())
        ]


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
    deterministic: bool = False,
    train: Annotated[TrainOptions, Parameter(name="*")] = TrainOptions(),
    how: Annotated[Execution, Parameter(name="*")] = AS_USUAL,
) -> int:
    """Compare models on an experiment, and write records, a table and a report.

    Runs that the folder already holds are skipped, so an interrupted command goes on when it is given again.
    `gnnlab sweep FILE.yaml` reads these options from a file. In brackets are the defaults of most experiments;
    `gnnlab run EXPERIMENT --help` shows those of one.

    Parameters
    ----------
    experiment
        Name of an experiment; `gnnlab list` shows them.
    models
        Models with commas between: rnn, lstm, gcn, gat, with options joined by dashes, as in gcn-4,
        gcn-2-mirrored, gat-9-directed, lstm-bias3. `gnnlab list` explains them [the experiment's models].
    lengths
        Lengths T of the sequence, as 5,10,20 or as a range START:STOP:STEP that includes STOP [the experiment's
        lengths].
    seeds
        How many seeds (3 stands for 0, 1, 2), or the seeds themselves with commas between [the experiment's seeds].
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
    deterministic
        On a GPU, use only kernels that give the same bits each time; slower, and a run that needs another one
        fails. A CPU needs no switch.
    """
    chosen = find_experiment(experiment)
    if not chosen.task:
        raise ValueError(f"experiment: its name comes first: gnnlab run {experiment} --option ...")
    smoke_values: dict[str, Any] = chosen.smoke if smoke else {}
    specs = parse_models(
        models if models is not None else ",".join(smoke_values.get("models", chosen.models))
    )
    sizes = (
        parse_lengths(lengths) if lengths is not None else list(smoke_values.get("lengths", chosen.lengths))
    )
    numbers = (
        parse_seeds(seeds) if seeds is not None else list(range(smoke_values.get("seeds", chosen.seeds)))
    )
    settings = train.settings({**chosen.train, **smoke_values.get("train", {})})
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers} should be 1 or more")
    how.check()
    count = len(specs) * len(sizes) * len(numbers) * len(settings)
    if count > MOST_RUNS:
        raise ValueError(f"these are {count} runs; a sweep should have at most {MOST_RUNS}")
    folder = out or Path("runs") / (f"{experiment}-smoke" if smoke else experiment)

    from experiments.running.compare import compare

    return compare(
        chosen.name,
        specs,
        sizes,
        numbers,
        settings,
        folder,
        device,
        workers,
        threads,
        deterministic=deterministic,
        how=how,
    )
