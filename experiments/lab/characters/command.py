"""``gnnlab run characters``: the command, and the line from its options to a report."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from experiments.core.arguments import parse_seeds
from experiments.core.catalogue import EXPERIMENTS
from experiments.lab.characters.settings import (
    CharacterSettings,
    CharacterTraining,
    CorpusSettings,
    Keeping,
)
from experiments.lab.characters.specs import CharacterSpec, parse_character_models

NAME = "characters"


@dataclass(frozen=True)
class CharacterOptions:
    """How every model of the comparison is trained. In brackets the default."""

    steps: int | None = None
    "Training steps [1500]."
    batch_size: int | None = None
    "Sequences a step [64]."
    window: int | None = None
    "Characters that are predicted in each sequence, T [30]."
    stream: bool | None = None
    "Carry the state on through contiguous streams (truncated backpropagation through time) [no: windows anywhere]."
    optimizer: str | None = None
    "adam or rmsprop [adam]."
    learning_rate: float | None = None
    "Step size of the optimiser [0.002]."
    decay: float | None = None
    "What the step size is multiplied with every DECAY-EVERY steps [0.96]."
    decay_every: int | None = None
    "Steps between two decays; 0 for never [5000]."
    clip_norm: float | None = None
    "Largest norm of the gradient; 0 does not clip [5]."
    dropout: float | None = None
    "Between layers and before the head [0]."
    embedding: int | None = None
    "Size of a character's vector [64]."
    hidden: int | None = None
    "Hidden size of every model, in place of a budget of parameters; 0 for the budget [0]."
    budget: int | None = None
    "Trainable parameters of every model; hidden sizes are chosen to match within 5 % [100000]."
    evaluate_every: int | None = None
    "Steps between two looks at the validation part [250]."
    precision: str | None = None
    "float32, or on a GPU bfloat16 or float16 [float32]."
    samples: int | None = None
    "How often samples are taken, at equal distances up to the last step [3]."
    prompt: str | None = None
    "What samples begin with [a character of the text, drawn by the seed]."


def characters(
    *,
    text: str = "python",
    gutenberg: bool = False,
    validation: float = 0.05,
    test: float = 0.05,
    models: str | None = None,
    seeds: str | None = None,
    smoke: bool = False,
    out: Path | None = None,
    device: str = "cpu",
    workers: int | None = None,
    threads: int = 1,
    resume: bool = True,
    checkpoint_every: int = 0,
    checkpoint_seconds: float = 60.0,
    tensorboard: bool = False,
    train: Annotated[CharacterOptions, Parameter(name="*")] = CharacterOptions(),
) -> int:
    """Predict the next character of a text: recurrent and graph networks on the same characters.

    The default needs no download: the manual of Python's language, which Python brings. A run that was ended goes on
    from its last checkpoint when the command is given again. The experiments on Grimm's tales are

      gnnlab run characters --text grimm --gutenberg --models lstm-2 --hidden 128 --steps 5000

    Several processes share each batch under torchrun:

      torchrun --standalone --nproc-per-node 2 -m experiments run characters

    Parameters
    ----------
    text
        What to read, with commas between: python (the manual), grimm (Grimm's tales, read from text/grimm.txt in the
        folder that the variable GNNLAB_DATA names, or ~/.cache/gnnlab, and downloaded where it is missing), or files
        of UTF-8 text.
    gutenberg
        Leave out the header and the licence that Project Gutenberg puts around a book.
    validation
        Share of the characters, after the training part, that selects the weights.
    test
        Share of the characters, at the end, that is read once.
    models
        Models with commas between, as in lstm-2,gru-1-onehot,gcn-2-w8,gat-3-w4. Cells (rnn, lstm, gru, gru1, cellgated,
        peephole): layers as a number, onehot, tied. Graphs (gcn, gat): layers as a number, wN for edges from the N
        characters before, onehot, headsN (gat) [the experiment's models].
    seeds
        How many seeds (3 stands for 0, 1, 2), or the seeds themselves with commas between [1].
    smoke
        The same from end to end in seconds, on tiny sizes; the figures mean nothing.
    out
        Folder for the results [runs/characters]. The tokens of the text are kept in it too.
    device
        cpu, auto (a GPU where there is one), cuda or cuda:N.
    workers
        Processes that train at the same time [the number of cores; 1 on a GPU]. It changes no result.
    threads
        CPU threads inside a run. It can change the last bits of a result.
    resume
        Go on from checkpoints; --no-resume renames them and begins anew.
    checkpoint_every
        Steps between two checkpoints; 0 for none by steps.
    checkpoint_seconds
        Seconds between two checkpoints; 0 for none by the clock.
    tensorboard
        Write the curves for TensorBoard too, into the folder of each run.
    """
    experiment = EXPERIMENTS[NAME]
    values: dict[str, Any] = {**experiment.train, **(experiment.smoke["train"] if smoke else {})}
    values |= {name: value for name, value in dataclasses.asdict(train).items() if value is not None}
    names = (
        models
        if models is not None
        else ",".join((experiment.smoke if smoke else {}).get("models", experiment.models))
    )
    specs = parse_character_models(names)
    numbers = parse_seeds(seeds if seeds is not None else str(experiment.seeds))
    keep = Keeping(checkpoint_every, checkpoint_seconds, tensorboard)
    if workers is not None and workers < 1:
        raise ValueError(f"workers: {workers} should be 1 or more")
    folder = out or Path("runs") / (f"{NAME}-smoke" if smoke else NAME)

    from experiments.lab.characters.models.processes import joined, started_processes
    from experiments.lab.characters.text.text import resolve_texts
    from experiments.records.device import resolve_device

    settings = CharacterTraining(**{**values, "processes": started_processes()})
    corpus = CorpusSettings(resolve_texts(text), gutenberg, validation, test)
    device = resolve_device(device)
    if tensorboard:
        check_tensorboard()
    runs = expand(corpus, specs, numbers, settings, device, threads, keep)

    from experiments.lab.characters.sweep import carry_out_together, check_runs

    runs = check_runs(runs, folder, resume=resume)
    with joined(device) as processes:
        return carry_out_together(runs, folder, workers, processes, resume=resume)


def expand(
    corpus: CorpusSettings,
    models: list[CharacterSpec],
    seeds: list[int],
    train: CharacterTraining,
    device: str = "cpu",
    threads: int = 1,
    keep: Keeping | None = None,
) -> list[CharacterSettings]:
    """Every combination of model and seed, once each."""
    runs = [
        CharacterSettings(NAME, corpus, model, seed, train, device, threads, keep or Keeping())
        for seed in seeds
        for model in models
    ]
    return list(dict.fromkeys(runs))


def check_tensorboard() -> None:
    """Raise a ValueError unless TensorBoard is installed."""
    import importlib.util

    if importlib.util.find_spec("tensorboard") is None:
        raise ValueError("tensorboard: it is not installed; pip install 'gnnlab[tensorboard]' brings it")
