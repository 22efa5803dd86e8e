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
#: Graphs that join unlike nodes, with ten splits each (Platonov et al. 2023, https://arxiv.org/abs/2302.11640).
HETEROPHILOUS = ("roman-empire", "amazon-ratings", "minesweeper", "tolokers", "questions")
#: Co-purchases and co-authors, without a split (Shchur et al. 2018, https://arxiv.org/abs/1811.05868).
SHOPS_AND_AUTHORS = ("amazon-computers", "amazon-photo", "coauthor-cs", "coauthor-physics")
DATASETS = (*SOCIAL, *CITATION, *HETEROPHILOUS, *SHOPS_AND_AUTHORS)
#: Endings of files that hold a graph whose nodes have classes; a table of nodes has its edges in a second file.
TABLE = ".csv"
GRAPH_ENDINGS = (TABLE, ".npz", ".graphml", ".pt")


def is_graph_file(name: str) -> bool:
    """Whether a data set is a file of the user's own: its name ends as one."""
    return name.lower().endswith(GRAPH_ENDINGS)


def check_dataset(name: str) -> None:
    """Raise a ValueError unless there is a data set of that name, or it is a file."""
    if name not in DATASETS and not is_graph_file(name):
        hint = nearest(name, DATASETS)
        known = f"{', '.join(DATASETS)}; or a file that ends in {', '.join(GRAPH_ENDINGS)}"
        raise ValueError(f"dataset: unknown {name!r:.200}{hint or '.'} Known: {known}")


def check_palindrome(symbols: str) -> None:
    """Raise a ValueError unless a text is two or more digits or letters that read the same from both ends."""
    if len(symbols) < 2 or not symbols.isalnum():
        raise ValueError(
            f"symbols: {symbols!r:.60} should be two or more digits or letters, such as 12321 or level"
        )
    if symbols != symbols[::-1]:
        raise ValueError(f"symbols: {symbols:.60} is no palindrome: it should read the same from both ends")
