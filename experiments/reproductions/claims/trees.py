"""Tree-NeighborsMatch as a claim: how far a graph network can fit a neighbourhood that doubles with every hop."""

from __future__ import annotations

from collections.abc import Iterable

from experiments.core.catalogue import find_experiment
from experiments.reproductions.claims.claim import Claim, Plan, Sweep
from experiments.reproductions.claims.stated import papers

_GRAPHS = ("gcn-{}-directed-residual-norm", "gat-{}-directed-residual-heads4-norm")


def _runs(radii: Iterable[int], steps: int, seeds: int) -> Plan:
    # The step size is halved after the same shares of training, however long that is.
    train = {**find_experiment("tree-neighbors").values, "steps": steps, "decay_every": 4 * steps // 15}
    del train["length"]
    return Plan(
        tuple(
            # One layer more than hops, as in the paper.
            Sweep(
                "tree-neighbors",
                (*(kind.format(r + 1) for kind in _GRAPHS), "lstm"),
                (r,),
                seeds,
                dict(train),
            )
            for r in radii
        )
    )


TREES = Claim(
    id="trees",
    title="Tree-NeighborsMatch: graph networks fit radius 2 and 3, and less and less beyond",
    source="Alon & Yahav 2021",
    statement=(
        "The root of a binary tree of radius r has to hear from 2^r leaves through two edges. With one layer more than "
        "hops and 32 channels, a GCN fits 1, 1, .70 and .19 of its training examples at radius 2, 3, 4 and 5, a GAT "
        "1, 1, 1 and .41: nothing is out of reach, but too much is squashed into vectors that do not grow."
    ),
    method=(
        "Accuracy on training examples, 1,000 at every look, of the weights that did best on them: the paper reports "
        "such an accuracy too, because the effect is that a network cannot fit. Both have residual connections and "
        "layer norm, as the paper's. That a radius is fitted is tested of most runs, by the sign test; that one is "
        "fitted better than another, by Student's t over seeds. An LSTM with as many units reads the same nodes, "
        "leaves first and root last. What a network makes of questions it was never asked is in the table as test; at "
        "radius 2, where there are 96 examples in all, these are 20."
    ),
    full=_runs((2, 3, 4, 5), steps=100_000, seeds=10),
    quick=_runs((2, 3, 4, 5), steps=15_000, seeds=3),
    cut=(
        "15,000 steps of 256 examples in place of 100,000, with the step size halved every 4,000 in place of 26,666; "
        "three of ten seeds. Fits at radius 4 grow with more steps, those at radius 5 may. This takes about an hour "
        "and a half on two cores; the long runs are those of radius 5."
    ),
    stated=papers.TREES,
    measure="experiments.reproductions.measures.trees:measure_trees",
    draw="experiments.reproductions.measures.trees:draw_trees",
)

CLAIMS = (TREES,)
