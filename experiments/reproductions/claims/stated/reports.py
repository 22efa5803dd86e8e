"""What the five student reports say of their settings; what they leave to the assignment is the assignment's."""

from __future__ import annotations

from experiments.reproductions.claims.claim import Stated

Settings = dict[str, Stated]

_2020: Settings = {
    "length": Stated("10, 20"),
    "seeds": Stated("3", "three seeds show nothing of most runs"),
    "steps": Stated("3000"),
    "batch_size": Stated("256"),
    "hidden": Stated("256"),
    "optimizer": Stated("adam"),
    "learning_rate": Stated("0.0001"),
    "clip_norm": Stated("10"),
    "init": Stated("kaiming"),
    "encoding": Stated("embedding"),
}
A1 = A2 = _2020

_2019: Settings = {
    "steps": Stated("10000"),
    "batch_size": Stated("128"),
    "hidden": Stated("128"),
    "optimizer": Stated("rmsprop"),
    "learning_rate": Stated("0.001"),
    "clip_norm": Stated("10"),
    "encoding": Stated("scalar"),
}
B1: Settings = {
    **_2019,
    "learning_rate": Stated(
        "0.1, and less from somewhere between T = 17 and 20 on", "how much less is not stated"
    ),
}
C1: Settings = {
    **_2019,
    "init": Stated("xavier"),
    "learning_rate": Stated(
        "one step size, lowered for the LSTM from T = 20 on", "how far it is lowered is not stated"
    ),
}
D1: Settings = {
    **_2019,
    "init": Stated("kaiming"),
    "forget_bias": Stated("0"),
    "seeds": Stated("10"),
    "length": Stated("5 to 40; 5, 7, ..., 23 over ten seeds", "odd lengths, all of them with ten seeds"),
}
E1: Settings = {
    **_2019,
    "length": Stated("5, 10, ..., 50"),
    "tolerance": Stated("1e-06"),
}

_CHARACTERS: Settings = {
    "models": Stated("lstm-2"),
    "text": Stated("grimm"),
    "batch_size": Stated("64"),
    "window": Stated("30"),
    "hidden": Stated("128"),
    "learning_rate": Stated("0.002"),
    "decay": Stated("0.96"),
    "decay_every": Stated("5000"),
    "clip_norm": Stated("5"),
}
_A_DAY = "500,000 steps take one processor most of a day for each seed"
A3: Settings = {
    **_CHARACTERS,
    "embedding": Stated("64"),
    "steps": Stated("5,000 and more; 1,500 in its figure", "just beyond the last figure that it names"),
}
E2: Settings = {
    **_CHARACTERS,
    "optimizer": Stated("rmsprop"),
    "steps": Stated("20 epochs of about 18,000", "their product"),
}
B3: Settings = {
    **_CHARACTERS,
    "text": Stated("grimm, and a Dutch novel", "the novel is not here"),
    "dropout": Stated("0.3"),
    "decay": Stated("0.95"),
    "decay_every": Stated("10000"),
    "steps": Stated("about 500,000", _A_DAY),
    "prompt": Stated("The sleeping beauty is"),
}
C2: Settings = {
    **_CHARACTERS,
    "text": Stated("scripts of films", "they are not here"),
    "steps": Stated("30 epochs", "how many steps that is, of another text, is not stated"),
    "samples": Stated("every 1,000 steps", "five times in 5,000 steps"),
    "prompt": Stated("I have the, May the, I am your", "two show what three do"),
}
D2: Settings = {
    **_CHARACTERS,
    "models": Stated("lstm-2-onehot"),
    "dropout": Stated("0.05"),
    "steps": Stated("about 500,000", _A_DAY),
}
A4: Settings = {
    "sharpness": Stated("0.5, 1, 2"),
    "characters": Stated("those of its text", "logits are drawn, so that nothing has to be trained"),
}
