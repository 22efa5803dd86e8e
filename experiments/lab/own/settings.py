"""What a run on a user's own task or data is. Imports no torch."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any, ClassVar

from experiments.core import own
from experiments.core.experiment import Experiment
from experiments.core.metric import Metric
from experiments.core.settings import Settings, choice, plain, whole
from experiments.lab.sequences.settings import MOST_LENGTH, SequenceRun

ORDERS = ("given", "degree", "breadth")


@dataclass(frozen=True, kw_only=True)
class About(Settings):
    """What a task says of itself, kept with its runs, so that a report can be made without its code.

    Args:
        title: One line.
        question: More of it.
        facts: Sentences on its data: sizes, classes, the order of nodes.
        key: Of the metric, as ``test_accuracy``.
        heading: What the metric is called.
        lower_is_better: Whether a smaller number is the better one.
        digits: After the point.
        scale: What it is multiplied with before people see it.
        unit: Behind the title.
        success: What a run has to reach; None where there is no such border.
        least: What the number is at least; None for no bound.
        most: What it is at most.
    """

    title: str = plain("")
    question: str = plain("")
    facts: tuple[str, ...] = plain(())
    key: str = plain("test_accuracy")
    heading: str = plain("test accuracy")
    lower_is_better: bool = plain(False)
    digits: int | None = plain(3)
    scale: float = plain(1.0)
    unit: str = plain("")
    success: float | None = plain(None)
    least: float | None = plain(None, added=True)
    most: float | None = plain(None, added=True)

    @property
    def metric(self) -> Metric:
        """The metric that judges."""
        return Metric(
            self.key,
            self.heading,
            self.lower_is_better,
            self.digits,
            self.scale,
            self.unit,
            self.success,
            self.least,
            self.most,
        )


def about_metric(metric: Metric) -> dict[str, Any]:
    """A metric as fields of ``About``."""
    values = dataclasses.asdict(metric)
    return {"heading": values.pop("title"), **values}


@dataclass(frozen=True, kw_only=True)
class OwnRun(SequenceRun):
    """One run on a task or data of a user's own.

    Args:
        length: Lengths of a task that is made by code, as 8,16 or START:STOP:STEP; by default those that its class
            names. Data have the lengths that they have.
        task: FILE.py:NAME of a class of tasks, or a file of data: sequences and labels as CSV or NPZ, graphs of PyTorch
            Geometric as PT, or nodes as CSV beside a file of edges.
        edges: File of edges that join the nodes of a CSV file: two columns of their names, and perhaps one of weights.
        order: Order in which a recurrent network reads the nodes of a graph: given, as they are numbered; degree, those
            with most edges first; breadth, breadth first from the node with most edges.
        data: SHA-256 of the data, shortened, so that other data are another run.
        about: What the task says of itself.
    """

    not_columns: ClassVar[frozenset[str]] = SequenceRun.not_columns | {"about"}

    length: int = whole(0, least=0, most=MOST_LENGTH, option="lengths", argument="lengths")
    task: str = plain("", listed=False)
    edges: str = plain("", listed=False, hashed=False)
    order: str = choice("given", ORDERS, treatment=True)
    data: str = plain("", option=False)
    about: About = field(default_factory=About, metadata={"option": False, "hashed": False})

    @property
    def subject(self) -> str:
        return self.task

    @property
    def place(self) -> str:
        return f"T{self.length}" if self.length else ""

    def described(self, experiment: Experiment) -> Experiment:
        return dataclasses.replace(
            experiment,
            base=experiment.name,
            name=self.task,
            title=self.about.title or "a task of your own",
            question=self.about.question,
            metrics=(self.about.metric,),
        )

    @property
    def of_task(self) -> own.Code:
        """The code, or the file of data, that its examples come from."""
        return next(code for code in self.code if code.kind in (own.TASK, own.DATA))

    @property
    def unused(self) -> frozenset[str]:
        of_data, of_code = {"train.validation_size", "train.test_size"}, {"order", "data"}
        return frozenset(of_data if self.data else of_code)
