"""
Words of a text of your own that stand together
===============================================

Each line of a file is a document. Two words are joined where they share a window more often than chance has it, by a
line as wide as their pointwise mutual information (PMI). No network is needed for this picture.
"""

from pathlib import Path

import matplotlib.pyplot as plt

from gnnlab import cooccurrence_graph, draw_graph, words_of

LITTLE = "a an and the of to in on with at for her his she he him was is were what who"
lines = Path("tale.txt").read_text(encoding="utf-8").splitlines()
words = [
    [word for word in words_of(line) if word.isalpha() and word not in LITTLE.split()]
    for line in lines
]
graph = cooccurrence_graph(words, window=8, min_count=3, min_pmi=0.4)

figure, ax = plt.subplots(figsize=(9, 7), layout="constrained")
draw_graph(
    graph, ax=ax, title=f"{graph.num_nodes} words of a tale, each at least three times in it"
)

# %%
# The same from a shell::
#
#     gnnlab draw words tale.txt --min-count 3 --window 8 --out words.png
