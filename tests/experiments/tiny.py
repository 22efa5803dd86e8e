"""Arguments with which each experiment ends in a second or two, for tests that go through all of them."""

import random
from collections.abc import Collection
from pathlib import Path

import pytest

TRAIN = ["--steps", "6", "--evaluate-every", "3"]
SPLITS = ["--validation-size", "20", "--test-size", "20", "--budget", "1500"]
#: By experiment; one stands for all tasks on sequences.
ARGUMENTS = {
    "palindrome": ["--models", "lstm,gcn-2", "--lengths", "4", *TRAIN, *SPLITS],
    "recall": [
        "--models",
        "lstm,gcn-2",
        "--lengths",
        "8",
        "--pairs",
        "2",
        "--vocabulary",
        "8",
        *TRAIN,
        *SPLITS,
    ],
    "shortest-path": ["--models", "lstm,gcn-2", "--lengths", "8", *TRAIN, *SPLITS[:-1], "1600"],
    "own": ["--models", "lstm,gcn-2", "--lengths", "4", *TRAIN, *SPLITS],
    "tree-neighbors": [
        "--models",
        "gcn-2,lstm",
        "--lengths",
        "2",
        "--hidden",
        "4",
        "--batch-size",
        "8",
        *TRAIN,
    ],
    "memory": ["--models", "lstm,gcn-2", "--lengths", "5", "--trained", *TRAIN, *SPLITS],
    "citation": ["--models", "gcn,mlp", "--dataset", "karate", "--epochs", "6"],
    "documents": [
        "--models",
        "lstm,textgcn",
        "--shares",
        "100",
        "--epochs",
        "6",
        "--hidden",
        "8",
        "--embedding",
        "8",
    ],
    "characters": [
        "--models",
        "lstm-1,gcn-2-w3",
        "--window",
        "12",
        "--batch-size",
        "8",
        "--budget",
        "3000",
        *TRAIN,
    ],
    "forecast": ["--models", "lstm,gcn", "--edges", "given", "--window", "4", "--budget", "600", *TRAIN],
}
FORECAST = ["--nodes", "40", "--times", "90", "--batch-size", "2"]
#: Model that the others are compared with.
BASELINE = {name: values[1].split(",")[0] for name, values in ARGUMENTS.items()}
#: Experiments that share all they are trained and told by with palindromes.
LIKE_PALINDROMES = {"recall", "shortest-path"}


def every(*, slow: Collection[str] = LIKE_PALINDROMES, but: Collection[str] = ()) -> list[object]:
    """Experiments for a test that goes through all of them, of which some are slow tests.

    Args:
        slow: Those whose kind another stands for among the fast tests.
        but: Those that it leaves out.
    """
    names = [name for name in ARGUMENTS if name not in but]
    return [pytest.param(name, marks=pytest.mark.slow) if name in slow else name for name in names]


#: How a setting of the step size is called everywhere.
RATE = "learning_rate"


def arguments(experiment: str, folder: Path) -> list[str]:
    """Arguments of ``gnnlab run EXPERIMENT``; texts and documents are written into the folder."""
    own = ARGUMENTS[experiment]
    if experiment == "own":
        return [*own, "--task", f"{write_task(folder)}:Last"]
    if experiment == "documents":
        return [*own, "--documents", str(write_documents(folder))]
    if experiment == "characters":
        return [*own, "--embedding", "8", "--samples", "1", "--text", str(write_text(folder))]
    return [*own, *FORECAST] if experiment == "forecast" else own


def write_documents(folder: Path) -> Path:
    """Two kinds of documents whose words tell them apart."""
    draw = random.Random(3)
    words = {
        "animals": "cat dog horse cow sheep goat hen duck",
        "plants": "oak elm rose fern moss lily wheat",
    }
    rows = ["split\tlabel\ttext"]
    for number in range(36):
        label = ("animals", "plants")[number % 2]
        text = " ".join(draw.choice(words[label].split()) for _ in range(8))
        rows.append(f"{'test' if number % 6 > 3 else 'train'}\t{label}\t{text}")
    path = folder / "pets.tsv"
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def write_text(folder: Path) -> Path:
    """A text of a few words."""
    draw = random.Random(5)
    words = [
        "once",
        "upon",
        "a",
        "time",
        "there",
        "was",
        "a",
        "king",
        "who",
        "had",
        "a",
        "daughter",
        "and",
        "she",
        "was",
        "very",
        "fair",
    ]
    path = folder / "tale.txt"
    path.write_text(" ".join(draw.choice(words) for _ in range(700)), encoding="utf-8")
    return path


def write_task(folder: Path) -> Path:
    """A file with a task of a user's own."""
    file = folder / "own_task.py"
    file.write_text(
        '''import torch

from experiments import Task


class Last(Task):
    """Name the last symbol."""

    num_tokens, num_outputs, chance = 7, 7, 1 / 7

    def examples(self, count, generator):
        symbols = torch.randint(7, (count, self.length), generator=generator)
        return symbols, symbols[:, -1]
''',
        encoding="utf-8",
    )
    return file
