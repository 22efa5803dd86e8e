"""``gnnlab check``: the command."""

from __future__ import annotations


def check(
    thing: str,
    /,
    *,
    task: str | None = None,
    length: int | None = None,
    causal: bool | None = None,
    permutation: bool = False,
    budget: int = 20_000,
    hidden: int | None = None,
) -> int:
    """Look whether a model or a task of your own keeps what a fair comparison takes for granted.

    A model, `my_lab.py:MyModule`, is a class or function (task, hidden), called as model(tokens). It should answer
    logits of the right shape; learn with all its weights; give the same bits for the same seed; answer an example alone
    as in a batch; remember nothing between calls; have all that matters in its state_dict; compute on any device; and
    meet a budget of parameters. A task, `my_lab.py:Parity`, should draw the same again, keep its parts apart, ask for
    all its classes, and state the right chance. A line a check: holds, does not (and what to do), warning, or not
    tried (and why). The exit code is 0 where all that was tried hold, 1 where one does not, and 2 for bad input.

    Parameters
    ----------
    thing
        FILE.py:NAME of a model or a task, or any label of `gnnlab run --models`, such as lstm or pyg:SAGEConv-3.
    task
        What the model is made for: FILE.py:NAME of a task, or an experiment on sequences, such as copy-memory
        [palindrome].
    length
        Of the task [its first, or 8].
    causal
        The answer at a step is to know nothing of later steps [where one is due at every step, unless the model is a
        graph network or reads both ways].
    permutation
        The order of the steps, or of a graph's nodes, is to mean nothing.
    budget
        Parameters that the model should be able to have.
    hidden
        Hidden units to look at it with [16].
    """
    from experiments.door.checks.door import check as looked_at

    report = looked_at(
        thing, task, length, causal=causal, permutation=permutation, budget=budget, hidden=hidden or 0
    )
    print(report)
    return 0 if report.ok else 1
