"""What papers say of their settings. What is from memory, and was not checked against a text, says so."""

from __future__ import annotations

from experiments.reproductions.claims.claim import Stated

Settings = dict[str, Stated]

FREQUENCY: Settings = {
    "models": Stated("phased, lstm"),
    "hidden": Stated("110"),
    "batch_size": Stated("32"),
    "optimizer": Stated("adam"),
    "learning_rate": Stated("0.001"),
    "steps": Stated("70 epochs of 5,000 waves", "about as many, in batches of 32"),
    "seeds": Stated("5"),
    "length": Stated("125"),
}

TREES: Settings = {
    "models": Stated(
        "GCN, GAT and others with one layer more than hops; the GAT without activation",
        "a ReLU follows every layer of both",
    ),
    "hidden": Stated("32"),
    "steps": Stated(
        "up to 50,000 epochs", "what a day allows; how far a fit had come to rest is a part of the claim"
    ),
}

_ZOOLOGY = "small enough for a processor, and the same budget for every model"
RECALL: Settings = {
    "models": Stated(
        "attention, gated convolutions, state spaces, two layers each", "recurrent mixers stand in for theirs"
    ),
    "budget": Stated("64 to 512 channels", _ZOOLOGY),
    "vocabulary": Stated("8192", _ZOOLOGY),
    "length": Stated("64, 128, 256", _ZOOLOGY),
    "pairs": Stated("4, 8, 16", _ZOOLOGY),
    "steps": Stated("64 epochs of 100,000 examples", "examples are drawn anew at every step"),
    "learning_rate": Stated(
        "the best of four, by the test part", "one for all, and nothing is chosen by the test part"
    ),
}

_FENG = "a task of a size that a processor trains in minutes"
COPYING: Settings = {
    "models": Stated("minGRU and minLSTM of 1, 2 and 3 layers", "and an LSTM and a GRU beside them"),
    "symbols": Stated("16 (from memory)", _FENG),
    "length": Stated("4096 (from memory)", _FENG),
    "budget": Stated("64 channels (from memory)", "the same budget for every model"),
    "batch_size": Stated("64 (from memory)", "as in the other tasks of this lab"),
    "optimizer": Stated("adam"),
    "learning_rate": Stated("0.0003 (from memory)", "for fewer steps"),
    "steps": Stated("400,000 (from memory)", _FENG),
    "dropout": Stated(
        "some (from memory)", "examples are drawn anew at every step, so nothing can be learned by heart"
    ),
}

SQUASHING: Settings = {
    "models": Stated(
        "GCN, GIN, SAGE and GAT, as many layers as hops, one more on the clique", "GCN stands for them"
    ),
    "hidden": Stated("1 to 32", "wider ones too, so that width can be seen to stop helping"),
    "steps": Stated("100 epochs", "examples are drawn anew at every step"),
    "seeds": Stated("3", "too few for what is compared"),
}

TUNED: Settings = {
    "models": Stated(
        "gcn, of three layers, and graph transformers",
        "networks of two layers; none of the transformers is here",
    ),
    "dataset": Stated("cora, a new random split", "the public split"),
    "hidden": Stated("512, after tuning", "what is tuned, and around it"),
    "dropout": Stated("0.7, after tuning", "what is tuned, and around it"),
    "learning_rate": Stated("0.001, after tuning", "that of each network's own paper"),
}
