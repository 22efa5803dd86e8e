"""Pictures of the graphs over which a label travels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from torch_geometric.data import Data

from experiments.core.specs import GraphSpec
from experiments.lab.sequences.pictures import draw_each, edges_in_words
from experiments.lab.sequences.settings import SequenceRun


def draw_graphs(runs: list[SequenceRun], out: Path, options: dict[str, Any]) -> None:
    """Draw each different graph of a sweep, and its matrices.

    Args:
        runs: The sweep; recurrent models are passed over.
        out: Results folder.
        options: Nothing of them is looked at.
    """
    draw_each(runs, out, _described)


def _described(run: SequenceRun, graph: Data) -> tuple[str, str]:
    assert isinstance(run.model, GraphSpec)
    text = (
        f"T = {run.length}: node 0 holds the label, and the marked node asks for it, {run.length} hops away over the "
        "plain graph. Nodes are numbered as a recurrent network reads them."
    )
    return edges_in_words(run.model, run.experiment.replace("-", " ")), text
