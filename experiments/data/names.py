"""Names of the data sets whose nodes have classes, and of palindromes. Imports no torch."""

from __future__ import annotations

from experiments.core.naming import nearest

#: Graphs that networkx brings, and what a class is in each.
SOCIAL = {
    "karate": "the faction a member of the karate club joined when the club split (Zachary 1977)",
    "lesmis": "the community that greedy modularity finds a character of Les Misérables in (no label of the data)",
}
#: Citation graphs with the public split of Yang et al. 2016.
CITATION = ("cora", "citeseer", "pubmed")
DATASETS = (*SOCIAL, *CITATION)


def check_dataset(name: str) -> None:
    """Raise a ValueError unless there is a data set of that name."""
    if name not in DATASETS:
        hint = nearest(name, DATASETS)
        raise ValueError(f"dataset: unknown {name!r}{hint or '.'} Known: {', '.join(DATASETS)}")


def check_palindrome(symbols: str) -> None:
    """Raise a ValueError unless a text is two or more digits or letters that read the same from both ends."""
    if len(symbols) < 2 or not symbols.isalnum():
        raise ValueError(
            f"symbols: {symbols!r:.60} should be two or more digits or letters, such as 12321 or level"
        )
    if symbols != symbols[::-1]:
        raise ValueError(f"symbols: {symbols:.60} is no palindrome: it should read the same from both ends")
