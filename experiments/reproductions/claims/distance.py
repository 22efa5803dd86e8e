"""Claims on what a graph network loses with distance: width, depth and topology, and a state space over layers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from experiments.reproductions.claims.claim import Claim, Plan, Sweep
from experiments.reproductions.claims.stated import papers

_MEASURES = "experiments.reproductions.measures.families.distance"
_FIGURES = "experiments.reproductions.figures.families"
_GRAPHS = ("ring", "crossed-ring", "clique-path")
_TRAIN: dict[str, Any] = {"patience": 0}
_QUICK: dict[str, Any] = {
    "patience": 0,
    "batch_size": 64,
    "validation_size": 500,
    "test_size": 1000,
    "steps": 400,
}


def _graphs(lengths: tuple[int, ...], widths: Iterable[int], seeds: int, train: dict[str, Any]) -> Plan:
    sweeps = [
        Sweep(graph, ("gcn-reach",), lengths, seeds, {**train, "hidden": width})
        for graph in _GRAPHS
        for width in widths
    ]
    deep = [Sweep(graph, ("gcn-12",), lengths, seeds, {**train, "hidden": 64}) for graph in _GRAPHS]
    return Plan((*sweeps, *deep))


SQUASHING = Claim(
    id="squashing",
    title="over-squashing: width helps, depth does not, topology does",
    source="Di Giovanni et al. 2023, On over-squashing in message passing neural networks",
    statement=(
        "A label has to travel over a graph to the node that asks. More channels help; more layers than hops do not; "
        "and the graph decides: at equal distance what arrives falls with the effective resistance, from the crossed "
        "ring over the ring to the clique with a path."
    ),
    method=(
        "Test accuracy of every seed at T = 6 hops, a mean over the three graphs where width and depth are compared. "
        "Topology is compared by the share of a node's signal that the edges keep at initial weights, with as many "
        "layers as hops (D of the label's node over D of the same node alone), as a decimal logarithm. The source's "
        "program has GCN, GIN, SAGE and GAT with as many layers as hops (one more on its "
        "clique), widths 1 to 32, 100 epochs, three seeds, all fillers the same, so five inputs in all, and no "
        "validation part; here fillers vary from example to example, so that the asker has to tell the label from "
        "them, and the layers are GCN's. Depth counts as no help where twelve layers are shown to be better than as "
        "many as hops by less than 0.05. All parts are decided over seeds as in the claim families."
    ),
    full=_graphs((3, 4, 5, 6, 8, 10), (4, 8, 16, 32, 64), 10, {**_TRAIN, "steps": 5000}),
    quick=_graphs((6,), (4, 16, 64), 4, _QUICK),
    cut=(
        "T = 6 of six distances, three of five widths, 400 of 5,000 steps in batches of 64 in place of 128, four of "
        "ten seeds, 500 of 1,000 validation and 1,000 of 2,000 test examples: what narrow or deep networks learn "
        "later cannot be seen."
    ),
    stated=papers.SQUASHING,
    measure=f"{_MEASURES}:measure_squashing",
    draw=f"{_FIGURES}:draw_squashing",
)

_REMEDIES = ("gcn-{}", "gcn-{}-residual", "gcn-{}-gain1.414", "gnnssm-{}")


def _depths(lengths: Iterable[int], seeds: int, train: dict[str, Any]) -> Plan:
    return Plan(
        tuple(
            Sweep(
                "ring",
                tuple(kind.format(layers) for layers in (T, 2 * T) for kind in _REMEDIES),
                (T,),
                seeds,
                {**train, "hidden": 64},
            )
            for T in lengths
        )
    )


VANISHING = Claim(
    id="vanishing",
    title="vanishing through depth, and what a state space over layers repairs",
    source="Arroyo et al. 2025, Bridging recurrent and graph learning (from memory)",
    statement=(
        "Much of what is called over-squashing is a signal that vanishes through depth, as in a recurrent network "
        "through time; layers that are steps of a state space with eigenvalues near 1 keep it, and so answer from "
        "farther away."
    ),
    method=(
        "A ring of 2T nodes at T = 8, 64 channels, with as many layers as hops and with twice as many. Of the signal "
        "of the label's node, what the layers keep of a lone node and what the edges keep of that are measured apart "
        "at initial weights, and compared as decimal logarithms; accuracy is of the test part. With as many layers as "
        "hops every path takes a graph layer at each step, so the state has no step in which it merely carries the "
        "label on: what a state space can repair shows only with more layers than hops. Residuals and initial weights "
        "multiplied by the square root of 2 stand beside it as controls. The source's tasks are other ones, and its "
        "text was not at hand. All parts are decided over seeds as in the claim families."
    ),
    full=_depths((4, 6, 8, 10), 10, {**_TRAIN, "steps": 5000}),
    quick=_depths((8,), 4, _QUICK),
    cut=(
        "T = 8 of four distances, 400 of 5,000 steps in batches of 64 in place of 128, four of ten seeds, 500 of "
        "1,000 validation and 1,000 of 2,000 test examples."
    ),
    measure=f"{_MEASURES}:measure_vanishing",
    draw=f"{_FIGURES}:draw_vanishing",
)

CLAIMS = (SQUASHING, VANISHING)
