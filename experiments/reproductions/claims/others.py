"""Claims on time gates, frequencies, sets, graphs by hand, optimisers and gradients."""

from __future__ import annotations

from typing import Any

from experiments.reproductions.claims.claim import Claim, Plan, Sweep
from experiments.reproductions.claims.stated import papers

_EXACT = "experiments.reproductions.measures.exact"
_STEPS = "experiments.reproductions.measures.steps"
_COMPUTED = "experiments.reproductions.measures.computed"
_FIGURES = "experiments.reproductions.figures.claims"
_EXACT_FIGURES = "experiments.reproductions.figures.exact"
_NOTHING_CUT = ""

_EXAMPLE = Plan(compute=f"{_COMPUTED}:example_graph", options={"source": "C", "target": "E", "powers": 6})
A5 = Claim(
    id="A5",
    title="a graph of six nodes: its matrix, and four layers from C to E",
    source="report A",
    statement=(
        "Nodes A to F with edges A-B, A-E, A-F, B-D, C-D, D-F: the rows of Ã = A + I are 110011, 110100, 001100, "
        "011101, 100010, 100101, and a network needs 4 layers before E hears of C."
    ),
    method="The matrix entry by entry, the layers by a search over the edges, and by powers of Ã.",
    full=_EXAMPLE,
    quick=_EXAMPLE,
    cut=_NOTHING_CUT,
    measure=f"{_EXACT}:measure_a5",
    draw=f"{_EXACT_FIGURES}:draw_a5",
)

_GATE = Plan(
    compute=f"{_COMPUTED}:time_gate",
    options={
        "tau": [8.0, 13.0, 21.0],
        "shift": [0.0, 2.0, 5.0],
        "r_on": [0.1, 0.2, 0.4],
        "leak": 1e-3,
        "end": 61.3,
        "points": 6001,
    },
)
B2 = Claim(
    id="B2",
    title="the time gate k(t) of a phased LSTM, drawn over t",
    source="report B, after Neil et al. 2016",
    statement=(
        "A unit's gate rises from 0 to 1 and falls back within a share r_on of its period τ, and is shut for the "
        "rest; units with other periods and shifts open at other times."
    ),
    method="k(t) of three units against the three pieces of the definition, worked out one time at a time.",
    full=_GATE,
    quick=_GATE,
    cut=_NOTHING_CUT,
    measure=f"{_EXACT}:measure_b2",
    draw=f"{_EXACT_FIGURES}:draw_b2",
)

_GRADIENTS = {"hidden": 128, "examples": 64, "forget_biases": [0.0, 1.0, 3.0, 5.0], "scale": 3.0}
GRADIENTS = Claim(
    id="gradients",
    title="the gradient through time vanishes in an RNN, and holds in an LSTM with a forget bias",
    source="reports A to E, after Hochreiter & Schmidhuber 1997",
    statement=(
        "dL(T)/dh(t) is a product of Jacobians, so it vanishes or explodes with the distance T - t in an RNN; in an "
        "LSTM whose forget gate starts open it holds."
    ),
    method=(
        "The norm of dL(T)/dh(t), mean over palindromes, by autograd on untrained networks; what is left at the first "
        "step, of what is there at the last. What is said of one kind is tested of most networks, by the sign test; "
        "that more is left in another, by Student's t of the logarithms."
    ),
    full=Plan(
        compute=f"{_COMPUTED}:gradients_through_time", options={**_GRADIENTS, "length": 100, "seeds": 10}
    ),
    quick=Plan(
        compute=f"{_COMPUTED}:gradients_through_time", options={**_GRADIENTS, "length": 50, "seeds": 10}
    ),
    cut="T = 50 in place of 100.",
    measure=f"{_EXACT}:measure_gradients",
    draw=f"{_EXACT_FIGURES}:draw_gradients",
)

_RAVINE: dict[str, Any] = {
    "steepness": 50.0,
    "angle": 25.0,
    "start": [-9.0, -2.5],
    "rates": [0.003, 0.01, 0.02, 0.03, 0.039, 0.1, 0.2, 0.3, 0.5, 1.0],
    "steps": 60,
}


def _optimizer_runs(steps: int, seeds: int, rates: tuple[float, ...]) -> Plan:
    train = {
        "steps": steps,
        "hidden": 64,
        "clip_norm": 10.0,
        "patience": 0,
        "evaluate_every": 20,
        "validation_size": 500,
    }
    sweeps = tuple(
        Sweep("palindrome", ("lstm",), (8,), seeds, {**train, "optimizer": name, "learning_rate": rate})
        for name in ("sgd", "momentum", "rmsprop", "adam")
        for rate in rates
    )
    return Plan(sweeps, compute="experiments.reproductions.measures.ravine:best_paths", options=_RAVINE)


OPTIMIZERS = Claim(
    id="optimizers",
    title="SGD, momentum, RMSProp and Adam in a ravine and on palindromes",
    source="reports A to E",
    statement=(
        "In a ravine, steep across and flat along, plain SGD swings from side to side and gets along slowly; "
        "momentum, RMSProp and Adam get along faster. The same order is expected in training."
    ),
    method=(
        "Paths of 60 steps on a quadratic with condition number 50, at 25 degrees to the axes, and an LSTM of 64 "
        "units on palindromes of T = 8: each optimiser at the step size that served it best, of the same grid. On "
        "palindromes the rank-sum test says who is sooner. Where a best step size is the last of the grid, a better "
        "one may lie beyond, and nothing is said."
    ),
    full=_optimizer_runs(3000, 10, (1e-3, 3e-3, 1e-2, 3e-2, 0.1, 0.3, 1.0, 3.0, 10.0)),
    quick=_optimizer_runs(600, 5, (1e-3, 1e-2, 0.1, 1.0, 10.0)),
    cut="On palindromes five of nine step sizes, five of ten seeds, 600 of 3,000 steps. The ravine is complete.",
    measure=f"{_STEPS}:measure_optimizers",
    draw=f"{_EXACT_FIGURES}:draw_optimizers",
)

_FREQUENCY: dict[str, Any] = {
    "batch_size": 32,
    "hidden": 110,
    "learning_rate": 1e-3,
    "patience": 0,
    "evaluate_every": 50,
    "validation_size": 500,
    "test_size": 1000,
}
_SAMPLINGS = ("frequency", "frequency-fine", "frequency-asynchronous")


def _frequency_runs(lengths: tuple[int, int, int], steps: tuple[int, int, int], seeds: int) -> Plan:
    return Plan(
        tuple(
            Sweep(name, ("phased", "lstm"), (length,), seeds, {**_FREQUENCY, "steps": count})
            for name, length, count in zip(_SAMPLINGS, lengths, steps)
        )
    )


FREQUENCY = Claim(
    id="frequency",
    title="frequency discrimination: the phased LSTM leads where samples are dense or irregular",
    source="Neil, Pfeiffer & Liu 2016",
    statement=(
        "Is the period of a sine wave between 5 and 6? Phased and plain LSTM: 99.3 and 89.3 % under standard "
        "sampling, 99.6 and 51.7 % with ten times as many samples, 97.9 and 69.0 % with samples at random times."
    ),
    method=(
        "Test accuracy of every seed, as published; that the phased LSTM leads is tested over seeds. Under the quick "
        "settings this says who is sooner, and not who is better in the end, so the claim is not confirmed by them."
    ),
    full=_frequency_runs((125, 125, 125), (11_000, 11_000, 11_000), 5),
    quick=_frequency_runs((40, 20, 40), (800, 400, 1200), 3),
    cut=(
        "Waves of up to 40 units of time, under fine sampling of up to 20, in place of 125; 800 steps under standard, "
        "400 under fine and 1,200 under asynchronous sampling in place of about 11,000 (70 epochs of 5,000 waves); "
        "three of five seeds. A network that is slow to begin, as the plain LSTM is, may still get there later: "
        "how high both get in the end cannot be seen."
    ),
    stated=papers.FREQUENCY,
    measure="experiments.reproductions.measures.frequency:measure_frequency",
    draw=f"{_FIGURES}:draw_frequency",
)

_SETS = ("gcn-2-noedges-noposition-sum", "gcn-4", "lstm")
COMBINATIONS = Claim(
    id="combinations",
    title="which number is missing? A graph network without edges knows",
    source="this project",
    statement=(
        "Which of the numbers 0 to T - 1 is missing from a random order of the others is a problem of sets: a graph "
        "network without any edge solves it, so that task cannot show what edges are good for."
    ),
    method=(
        "Test accuracy of every seed, for a network without edges, one over a path, and an LSTM. That it is solved is "
        "tested of most runs at every length, by the sign test; that a path does not help, by Student's t."
    ),
    full=Plan((Sweep("combinations", _SETS, (5, 10, 20, 50), 10, {"steps": 5000}),)),
    quick=Plan((Sweep("combinations", _SETS, (5, 10, 20), 3, {"steps": 1500, "patience": 400}),)),
    cut=(
        "T up to 20 in place of 50, 1,500 of 5,000 steps, a patience of 400 in place of 1,000, and three of ten "
        "seeds, with which no statement on most runs can be shown."
    ),
    measure="experiments.reproductions.measures.sets:measure_combinations",
    draw=f"{_FIGURES}:draw_combinations",
)

CLAIMS = (A5, B2, FREQUENCY, COMBINATIONS, OPTIMIZERS, GRADIENTS)
