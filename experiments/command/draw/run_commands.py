"""``gnnlab draw`` of trained runs: what a network attends to, and what its gates do."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from experiments.command.draw.look import GraphLook, Look, show

START = "Start with: gnnlab run palindrome"


def attention(
    run: Path,
    /,
    *,
    out: Path,
    symbols: Annotated[str | None, Parameter(name="--input")] = None,
    layer: int = 1,
    most: int = 80,
    look: GraphLook | None = None,
) -> int:
    """What a trained GAT attends to: edges as wide as their attention, and for a sequence every layer as a matrix.

    Parameters
    ----------
    run
        Folder of a run of gat, below a folder of results: of `gnnlab run citation`, or with --input of a sequence task.
    out
        File to write; its ending says the format.
    symbols
        The sequence that the network reads, without what is asked for: digits such as 123454321, or numbers with commas
        between.
    layer
        Which layer's attention the edges show, from 1 on.
    most
        Most nodes to draw, of a citation run; a sequence is drawn whole.
    """
    chosen = look or GraphLook()
    if symbols is None:
        from experiments.command.draw.drawings import attention_figure

        return show(out, chosen, lambda: attention_figure(run, layer=layer, most=most, look=chosen))
    from experiments.command.draw.sequences import path_attention_figure

    return show(out, chosen, lambda: path_attention_figure(run, symbols, layer=layer, look=chosen))


def gates(
    run: Path,
    /,
    *,
    symbols: Annotated[str, Parameter(name="--input")],
    out: Path,
    look: Look | None = None,
) -> int:
    """Every gate of a trained recurrent network while it reads a sequence, as heat maps: time across, units down.

    Parameters
    ----------
    run
        Folder of a run of a recurrent model, below a folder of results.
    symbols
        The sequence that it reads, without what is asked for: digits such as 123454321, or numbers with commas between.
    out
        File to write; its ending says the format.
    """
    from experiments.command.draw.sequences import gates_figure

    chosen = look or Look()
    return show(out, chosen, lambda: gates_figure(run, symbols, look=chosen))
