"""Claims on character models: accuracy on Grimm's tales, temperatures, samples along training, and completions."""

from __future__ import annotations

from typing import Any

from experiments.reproductions.claims.claim import Claim, Plan, Sweep
from experiments.reproductions.claims.stated import reports

_MEASURES = "experiments.reproductions.measures.characters"
_FIGURES = "experiments.reproductions.figures.characters"


# Settings of both years' assignments: two layers of 128, windows of 30 in batches of 64, Adam.
_ASSIGNMENT: dict[str, Any] = {"text": ("grimm",), "gutenberg": True, "hidden": 128, "evaluate_every": 100}
_ACCURACY = (
    "Training accuracy is the mean of the last 100 batches. The reports do not say whether they held text out; here "
    "90 % of the tales are trained on, and validation stands beside training in the figure. "
)
_LOOPS = "How varied a text is: the share of different ones among its sequences of four characters. "

A3 = Claim(
    id="A3",
    title="character LSTM on Grimm's tales: about 0.65 at 5,000 steps, greedy samples loop",
    source="report A",
    statement=(
        "A two-layer LSTM with an embedding of 64 and batches of 64 gets better over 1,500 steps and predicts about "
        "65 % of the characters of Grimm's tales after 5,000. Greedy samples at a third, two thirds and the end of "
        "training loop on frequent words."
    ),
    method=_ACCURACY
    + _LOOPS
    + "A greedy sample of 120 characters counts as a loop under 0.5. About 0.65 is 0.63 or more. What the report shows "
    "under softmax(τ x) with τ = 0.5, 1 and 2 is what C2 shows at the temperatures 2, 1 and 0.5.",
    left_out="The report's samples begin with five letters each; here one character begins them all.",
    full=Plan((Sweep("characters", ("lstm-2",), (), 3, {**_ASSIGNMENT, "steps": 5200}),)),
    quick=Plan((Sweep("characters", ("lstm-2",), (), 1, {**_ASSIGNMENT, "steps": 2000}),)),
    cut="2,000 of 5,200 steps, so the accuracy at 5,000 cannot be seen, and one of three seeds.",
    stated=reports.A3,
    measure=f"{_MEASURES}:measure_a3",
    draw=f"{_FIGURES}:draw_training",
)

_RMSPROP = {**_ASSIGNMENT, "optimizer": "rmsprop"}
E2 = Claim(
    id="E2",
    title="character LSTM on Grimm's tales: .556 at step 500, .628 at step 2,000, 0.70 in the end",
    source="report E",
    statement=(
        "A two-layer LSTM's training accuracy at steps 500, 1,000, 1,500 and 2,000 is .556, .596, .615 and .628; after "
        "20 epochs of about 18,000 steps the loss is 0.94 and the accuracy 0.70."
    ),
    method=_ACCURACY
    + "A figure counts as reached where the mean over seeds is shown to be no more than 0.01 below it. "
    "The report's own figures are of one run, so how much of a difference is a seed's luck is known of ours alone.",
    left_out="A sample of 500 characters at τ = 0.5, and the report's table of temperatures: ours have 120 characters.",
    full=Plan((Sweep("characters", ("lstm-2",), (), 10, {**_RMSPROP, "steps": 360_000}),)),
    quick=Plan((Sweep("characters", ("lstm-2",), (), 10, {**_RMSPROP, "steps": 2000}),)),
    cut="2,000 of 360,000 steps, so the end of training cannot be seen.",
    stated=reports.E2,
    measure=f"{_MEASURES}:measure_e2",
    draw=f"{_FIGURES}:draw_training",
)

_BEAUTY = {
    **_ASSIGNMENT,
    "dropout": 0.3,
    "decay": 0.95,
    "decay_every": 10_000,
    "prompt": "The sleeping beauty is",
}
B3 = Claim(
    id="B3",
    title="character LSTM with dropout: 69.6 % on Grimm's tales, and how the sleeping beauty goes on",
    source="report B",
    statement=(
        "With dropout 0.3 and the step size decayed by 0.95 every 10,000 steps, the LSTM predicts 69.6 % of the "
        "characters of Grimm's tales and 65.0 % of a Dutch novel's, with a loss of about 1.02. It continues "
        "'The sleeping beauty is' to 52 and to 142 characters."
    ),
    method=_ACCURACY
    + "The loss counts as about 1.02 up to 1.07 nats. With dropout, accuracy in training is lower than "
    "that of the same weights without. That a text can be continued to 52 and to 142 characters is nothing that could "
    "fail, so it is shown and counts for nothing.",
    left_out="Excerpts of the texts that the report continues, and the novel.",
    full=Plan(
        (
            Sweep(
                "characters",
                ("lstm-2",),
                (),
                3,
                {**_BEAUTY, "steps": 20_000, "prompt": "The sleeping beauty is"},
            ),
        )
    ),
    quick=Plan(
        (
            Sweep(
                "characters",
                ("lstm-2",),
                (),
                1,
                {**_BEAUTY, "steps": 2000, "prompt": "The sleeping beauty is"},
            ),
        )
    ),
    cut="2,000 of 20,000 steps and one of three seeds: how high the accuracy gets cannot be seen.",
    stated=reports.B3,
    measure=f"{_MEASURES}:measure_b3",
    draw=f"{_FIGURES}:draw_training",
)


def _completions(steps: int, seeds: int) -> Plan:
    train = {**_ASSIGNMENT, "steps": steps, "samples": steps // 1000}
    return Plan(
        tuple(
            Sweep("characters", ("lstm-2",), (), seeds, {**train, "prompt": prompt})
            for prompt in ("I have the", "May the")
        )
    )


C2 = Claim(
    id="C2",
    title="samples get wilder as the temperature grows, and complete what they are given",
    source="report C",
    statement=(
        "Samples every 1,000 steps under softmax(x / τ), τ = 0.5, 1, 2, are the more varied the larger τ is; the model "
        "completes 'I have the' and 'May the'."
    ),
    method=_LOOPS
    + "Mean over steps and prompts, texts of 120 characters, a number per seed; that it grows with τ is tested over "
    "seeds. A completion always begins with what is given, so completions are shown and count for nothing.",
    left_out="The prompt 'I am your', the scripts, and samples of 60 and 180 characters.",
    full=_completions(5000, 3),
    quick=_completions(2000, 1),
    cut="2,000 of 5,000 steps, with two of five samples along them, and one of three seeds.",
    stated=reports.C2,
    measure=f"{_MEASURES}:measure_c2",
    draw=f"{_FIGURES}:draw_training",
)

_ONEHOT = {**_ASSIGNMENT, "dropout": 0.05}
D2 = Claim(
    id="D2",
    title="character LSTM with one-hot input: curves, and samples by step, temperature and length",
    source="report D",
    statement=(
        "With one-hot input and dropout 0.05 accuracy rises and the loss falls while the step size decays; samples by "
        "step, temperature (greedy, 0.5, 1, 2) and length (20, 30, 50, 120) show words first, then phrases, and "
        "nonsense at 2."
    ),
    method=_ACCURACY
    + _LOOPS
    + "Greedy texts of 120 characters have to be the least varied and those at 2 the most, over seeds.",
    left_out="That words come first and then phrases is in the samples, and no number here says what a phrase is.",
    full=Plan((Sweep("characters", ("lstm-2-onehot",), (), 3, {**_ONEHOT, "steps": 10_000}),)),
    quick=Plan((Sweep("characters", ("lstm-2-onehot",), (), 1, {**_ONEHOT, "steps": 2000}),)),
    cut="2,000 of 10,000 steps, before the first decay of the step size, and one of three seeds.",
    stated=reports.D2,
    measure=f"{_MEASURES}:measure_d2",
    draw=f"{_FIGURES}:draw_training",
)

_SHARPNESS = Plan(
    compute="experiments.reproductions.measures.sharpness:sharpened",
    options={"sharpness": [0.5, 1.0, 2.0], "characters": 87, "rows": 1000, "scale": 2.0},
)
A4 = Claim(
    id="A4",
    title="softmax(τ x): the larger τ, the greedier",
    source="report A",
    statement="Under softmax(τ x) with τ = 0.5, 1 and 2, a larger τ puts more on the most probable character.",
    method=(
        "Mean share of the most probable of 87 characters, and entropy, over 1,000 rows of normal logits with standard "
        "deviation 2. This is the other convention than softmax(x / τ), of reports B to E: the two are compared."
    ),
    full=_SHARPNESS,
    quick=_SHARPNESS,
    cut="",
    left_out="The report shows text under each τ: see the samples of C2, at the temperatures 2, 1 and 0.5.",
    stated=reports.A4,
    measure=f"{_MEASURES}:measure_a4",
    draw=f"{_FIGURES}:draw_sharpness",
)

CLAIMS = (A3, A4, B3, C2, D2, E2)
