"""A task from a CSV file: is the review good or bad? The program writes the file first; any file like it will do."""

import csv
import random
import sys
from pathlib import Path

from experiments import compare

rng = random.Random(0)
words = {"good": ["great", "moving", "funny"], "bad": ["dull", "long", "flat"]}
rows = [("sequence", "label")]
for label in ["good", "bad"] * 600:
    noun, word = rng.choice(["plot", "cast", "film", "score"]), rng.choice(words[label])
    other = rng.choice(words["bad" if label == "good" else "good"])
    rest = [rng.choice(["the", "a", "and", "is", "so", "it"]) for _ in range(rng.randint(2, 6))]
    rows.append((" ".join([*rest, "not", other, noun, "but", word, *rest[:2]]), label))
with Path("reviews.csv").open("w", newline="") as file:
    csv.writer(file).writerows(rows)

models = ["lstm", "gcn-4", "gat-4"]
print(compare("reviews.csv", models, seeds=2, steps=600, smoke="--smoke" in sys.argv))
