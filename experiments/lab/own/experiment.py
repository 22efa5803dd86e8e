"""A user's own task or data as an experiment. Imports no torch."""

from __future__ import annotations

import dataclasses
import inspect
from pathlib import Path
from typing import Any

from experiments.core.experiment import Experiment
from experiments.lab.sequences.experiment import on_sequences, smoke

_HERE = "experiments.lab.own"

OWN = on_sequences(
    "own",
    "a task or data of your own: gnnlab run my_lab.py:Parity, gnnlab run my.csv",
    "How do recurrent networks, graph networks and models of your own compare on your task? It is a class in a file of "
    "yours (gnnlab run my_lab.py:Parity --lengths 8,16), or a file of data. A CSV file has a column sequence "
    "(symbols with spaces between), characters (each character is a symbol) or numbers (numbers with spaces "
    "between), and a column label (a class) or value (a number). An NPZ file has arrays x, (N, T) integers or "
    "(N, T, F) floats, y (N,), and perhaps lengths. A PT file has a list of PyTorch Geometric's Data, "
    "or one Data whose nodes have classes. A CSV file of nodes (node, label, features) has a file of edges beside it "
    "(--edges). A column or array split (train, validation, test) is kept; otherwise the lab splits.",
    f"{_HERE}.tasks:OwnTask",
    run=f"{_HERE}.settings:OwnRun",
    prepare=f"{_HERE}.tasks:prepare",
    pictures=f"{_HERE}.pictures:draw_graphs",
    models=("lstm", "gcn-4", "gat-4"),
    values={},
    start="gnnlab run my_lab.py:Parity --lengths 8 --smoke",
    smoke=smoke("lstm", "gcn-2"),
)
EXPERIMENTS = (OWN,)


def with_task(reference: str, thing: Any) -> Experiment:
    """The experiment with a task in it.

    Args:
        reference: FILE.py:NAME, or a file of data.
        thing: What is called NAME there; None for a file of data.

    Raises:
        ValueError: It is no task.
    """
    values: dict[str, Any] = {**OWN.values, "task": (reference,)}
    name, text = Path(reference).stem, ""
    if thing is not None:
        if not (isinstance(thing, type) and hasattr(thing, "examples") and hasattr(thing, "batch")):
            kind = "another class" if isinstance(thing, type) else f"{thing!r:.40}"
            raise ValueError(
                f"experiment: {reference} should be a class of tasks (class NAME(Task), "
                f"or a function below @task(num_tokens=..., num_outputs=...)) or an Experiment, but is {kind}"
            )
        name, text = thing.__name__, inspect.cleandoc(thing.__doc__ or "")
        if lengths := getattr(thing, "lengths", ()):
            values["length"] = (lengths,) if isinstance(lengths, int) else tuple(lengths)
    title, _, more = text.partition("\n\n")
    return dataclasses.replace(
        OWN,
        base=OWN.name,
        name=name,
        title=" ".join(title.split()) or OWN.title,
        question=f"{' '.join(more.split())} {OWN.question}".strip(),
        values=values,
    )
