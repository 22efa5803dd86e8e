"""Building word graphs: against the plain loop, and how time and memory grow with the text.

    python benchmarks/cooccurrence.py                      # all: about ten minutes
    python benchmarks/cooccurrence.py --size 25            # up to 25 MB in place of 200
    python benchmarks/cooccurrence.py --only loop --documents mr.tsv

Every measurement runs in a process of its own, so that peak memory can be read; ratios are of one run.

The plain loop is what Text GCN's published program does, written anew: a list of all windows, a dictionary of
pairs of words with a string for each, two nested loops over each window.

Small texts are movie reviews (`--documents`, a file with the columns split, label, text) and random words of
the size of R8: 7,674 documents, 7,688 words by Zipf's law, 65.7 words per document. The large text repeats the
paragraphs of Python's own documentation (or of `--text FILE`) with another order of the paragraphs each time;
in it, 10 % of the words are replaced by a random one and 5 % get a number behind them, so that the vocabulary
and the pairs grow with the text as in real texts. No word is left out of its graph.
"""

from __future__ import annotations

import argparse
import json
import math
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WINDOW = 20
STEPS = (8, 4, 2, 1)  # shares of --size: an eighth, a quarter, a half, all


def peak() -> float:
    """Peak memory of this process in MB, with that of its largest child process added."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (own + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def movie_reviews(path: str) -> list[str]:
    """Return the texts of a file with the columns split, label, text."""
    return [line.split("\t")[2] for line in Path(path).read_text(encoding="utf-8").splitlines()[1:]]


def like_r8() -> list[str]:
    """Return random texts of the size of R8, half a million words."""
    import numpy as np

    generator = np.random.default_rng(0)
    share = 1 / np.arange(1, 7689)
    length = generator.geometric(1 / 65.7, 7674)
    words = generator.choice(7688, length.sum(), p=share / share.sum())
    return [" ".join(map(str, part)) for part in np.split(words, np.cumsum(length)[:-1])]


def write_text(path: Path, megabytes: float, source: str) -> None:
    """Write a text of that size, a paragraph a line."""
    import pydoc_data.topics

    import numpy as np

    text = Path(source).read_text("utf-8") if source else "\n\n".join(pydoc_data.topics.topics.values())
    paragraphs = [paragraph.split() for paragraph in text.split("\n\n") if paragraph.split()]
    words = np.array([word for paragraph in paragraphs for word in paragraph], dtype=object)
    ends = np.cumsum([len(paragraph) for paragraph in paragraphs])
    generator = np.random.default_rng(0)
    written = 0
    with open(path, "w", encoding="utf-8") as file:
        while written < megabytes * 1e6:
            chance = generator.random(len(words))
            copy = words.copy()
            copy[chance < 0.1] = generator.choice(words, int((chance < 0.1).sum()))
            new = np.flatnonzero(chance > 0.95)
            ends_in = generator.zipf(1.2, len(new)).tolist()
            copy[new] = [f"{word}{number}" for word, number in zip(copy[new], ends_in)]
            lines = [" ".join(part) for part in np.split(copy, ends[:-1])]
            written += file.write(
                "\n".join(lines[place] for place in generator.permutation(len(lines))) + "\n"
            )


def plain_loop(documents: list[str]) -> int:
    """Count pairs as the published program does; return the number of pairs with a positive PMI."""
    windows = []
    for document in documents:
        words = document.split()
        if len(words) <= WINDOW:
            windows.append(words)
        else:
            windows += [words[start : start + WINDOW] for start in range(len(words) - WINDOW + 1)]
    single: dict[str, int] = {}
    for window in windows:
        for word in set(window):
            single[word] = single.get(word, 0) + 1
    number = {word: place for place, word in enumerate(single)}
    pairs: dict[str, int] = {}
    for window in windows:
        for i in range(1, len(window)):
            for j in range(i):
                first, second = number[window[i]], number[window[j]]
                if first != second:
                    for key in (f"{first},{second}", f"{second},{first}"):
                        pairs[key] = pairs.get(key, 0) + 1
    words = list(single)
    positive = 0
    for key, count in pairs.items():
        i, j = (words[int(word)] for word in key.split(","))
        positive += math.log(count * len(windows) / (single[i] * single[j])) > 0
    return positive // 2


def measure(what: str, source: str, counting: str, workers: int) -> dict[str, float]:
    """Build one graph, in this process."""
    import torch

    from gnnlab import cooccurrence_graph

    torch.set_num_threads(1)
    if what == "large":
        start = time.perf_counter()
        with open(source, encoding="utf-8") as lines:
            graph = cooccurrence_graph(lines, WINDOW, counting, workers=workers)
        seconds = time.perf_counter() - start
        tokens = int(graph.word_count.sum())
        return {
            "seconds": seconds, "peak": peak(), "tokens": tokens, "words": graph.num_nodes,
            "pairs": graph.num_edges // 2,
        }  # fmt: skip
    documents = movie_reviews(source) if what == "MR" else like_r8()
    times = []
    for _ in range(3):
        start = time.perf_counter()
        graph = cooccurrence_graph(documents, WINDOW, counting)
        times.append(time.perf_counter() - start)
    found = {"seconds": sorted(times)[1], "tokens": sum(len(text.split()) for text in documents)}
    found |= {"words": graph.num_nodes, "pairs": graph.num_edges // 2, "peak": peak()}
    if counting == "pairs":
        start = time.perf_counter()
        pairs = plain_loop(documents)
        found["loop"] = time.perf_counter() - start
        if pairs != found["pairs"]:
            sys.exit(f"the plain loop finds {pairs} pairs, not {found['pairs']}")
    return found


def run(*arguments: object) -> dict[str, float]:
    """Measure in a process of its own."""
    command = [sys.executable, __file__, "--one", *map(str, arguments)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def compare_with_loop(documents: str) -> None:
    """Print build times of small texts beside the plain loop's."""
    print("| text | counting | tokens | words | pairs, PMI > 0 | seconds | plain loop | faster by |")
    print("|---|---|---|---|---|---|---|---|")
    for what in ("MR", "R8-sized") if documents else ("R8-sized",):
        for counting in ("pairs", "windows"):
            found = run(what, documents, counting, 1)
            loop = (
                f"{found['loop']:.1f} | {found['loop'] / found['seconds']:.0f}" if "loop" in found else " | "
            )
            print(
                f"| {what} | {counting} | {found['tokens']:,} | {found['words']:,} | {found['pairs']:,} | "
                f"{found['seconds']:.2f} | {loop} |",
                flush=True,
            )


def grow(megabytes: float, source: str, workers: int) -> None:
    """Print time and memory of growing texts."""
    print(
        "| MB | counting | processes | tokens | words | pairs, PMI > 0 | seconds | tokens a second | peak MB |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    rows = [(megabytes / share, "windows", 1) for share in STEPS]
    rows += [(megabytes, "pairs", 1), (megabytes, "windows", workers)]
    with tempfile.TemporaryDirectory(prefix="gnnlab-") as folder:
        written, path = 0.0, Path(folder) / "text"
        for size, counting, processes in rows:
            if size != written:
                write_text(path, size, source)
                written = size
            found = run("large", path, counting, processes)
            print(
                f"| {size:g} | {counting} | {processes} | {found['tokens']:,} | {found['words']:,} | "
                f"{found['pairs']:,} | {found['seconds']:.1f} | {found['tokens'] / found['seconds']:,.0f} | "
                f"{found['peak']:,.0f} |",
                flush=True,
            )


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=float, default=200, help="MB of the largest text (200)")
    parser.add_argument("--text", default="", help="a text to repeat, in place of Python's documentation")
    parser.add_argument("--documents", default="", help="movie reviews, with the columns split, label, text")
    parser.add_argument("--workers", type=int, default=2, help="processes of the last row (2)")
    parser.add_argument("--only", choices=("loop", "growth"), help="one of the two tables")
    parser.add_argument(
        "--one", nargs=4, metavar=("WHAT", "FILE", "COUNTING", "WORKERS"), help=argparse.SUPPRESS
    )
    arguments = parser.parse_args()
    if arguments.one:
        what, source, counting, workers = arguments.one
        print(json.dumps(measure(what, source, counting, int(workers))))
        return
    import numpy
    import scipy

    print(f"NumPy {numpy.__version__}, SciPy {scipy.__version__}, Python {platform.python_version()}\n")
    if arguments.only != "growth":
        compare_with_loop(arguments.documents)
        print()
    if arguments.only != "loop":
        grow(arguments.size, arguments.text, arguments.workers)


if __name__ == "__main__":
    main()
