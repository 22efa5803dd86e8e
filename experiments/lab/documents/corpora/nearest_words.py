"""Words that tell the classes apart, and words whose vectors lie near."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np

from experiments.lab.documents.corpora.corpus import Corpus

FEWEST_DOCUMENTS = 5  # a rarer word's vector says little
MOST_CLASSES = 6
SMOOTHING = 1.0


def telling_words(corpus: Corpus, each: int = 1, most_classes: int = MOST_CLASSES) -> dict[str, list[str]]:
    """For each class the words that speak most for it in the training documents.

    They have the largest n log(p / q), where n counts the documents of the class that hold the word, and p and q are
    its share among those and among all others (with one more document on each side).

    Args:
        corpus: The documents.
        each: Words a class.
        most_classes: Classes, in alphabetical order.
    """
    counts: dict[str, Counter[str]] = {name: Counter() for name in corpus.class_names}
    sizes: Counter[str] = Counter()
    for row in corpus.rows("train"):
        label = corpus.documents[row].label
        counts[label].update(word for word in set(corpus.words[row]) if word[0].isalpha() and len(word) > 2)
        sizes[label] += 1
    total = sum(counts.values(), Counter())
    chosen: dict[str, list[str]] = {}
    taken: set[str] = set()
    for label in corpus.class_names[:most_classes]:
        rest = sum(sizes.values()) - sizes[label]

        def weight(word: str, label: str = label, rest: int = rest) -> float:
            n = counts[label][word]
            p, q = (
                (n + SMOOTHING) / (sizes[label] + SMOOTHING),
                (total[word] - n + SMOOTHING) / (rest + SMOOTHING),
            )
            return float(n * np.log(p / q))

        words = [w for w in counts[label] if total[w] >= FEWEST_DOCUMENTS and w not in taken]
        chosen[label] = sorted(words, key=lambda word: (-weight(word), word))[:each]
        taken.update(chosen[label])
    return chosen


def frequent_words(corpus: Corpus) -> set[str]:
    """Words of at least ``FEWEST_DOCUMENTS`` training documents."""
    counts = Counter(word for row in corpus.rows("train") for word in set(corpus.words[row]))
    return {word for word, count in counts.items() if count >= FEWEST_DOCUMENTS}


def nearest_words(
    words: Sequence[str],
    vectors: np.ndarray,
    chosen: Sequence[str],
    *,
    among: set[str] | None = None,
    most: int = 8,
) -> dict[str, list[list[object]]]:
    """The words whose vectors make the smallest angle with those of chosen words, each with its cosine.

    Args:
        words: V words.
        vectors: (V, F) their vectors.
        chosen: Words to look around; those that are not among ``words`` are left out.
        among: Words that may be neighbours. Default: all.
        most: Neighbours of a word.
    """
    places = {word: place for place, word in enumerate(words)}
    barred = [place for place, word in enumerate(words) if among is not None and word not in among]
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    unit = vectors / np.where(length > 0, length, 1.0)
    found: dict[str, list[list[object]]] = {}
    for word in chosen:
        if word in places:
            cosines = unit @ unit[places[word]]
            cosines[[places[word], *barred]] = -np.inf
            near = [
                place for place in np.argsort(-cosines, kind="stable")[:most] if np.isfinite(cosines[place])
            ]
            found[word] = [[words[place], float(cosines[place])] for place in near]
    return found
