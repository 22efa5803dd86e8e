"""
The company that a word keeps
=============================

One word of a text in the middle, its strongest neighbours around it, and the edges among them. The title says how many
were left out.
"""

from pathlib import Path

import matplotlib.pyplot as plt

from gnnlab import cooccurrence_graph, draw_graph, word_neighbourhood, words_of

lines = Path("tale.txt").read_text(encoding="utf-8").splitlines()
words = [[word for word in words_of(line) if word.isalpha()] for line in lines]
view = word_neighbourhood(cooccurrence_graph(words, window=10, min_count=2), "wolf", limit=12)

figure, ax = plt.subplots(figsize=(9, 6.4), layout="constrained")
draw_graph(view, ax=ax, query="wolf", title=view.graph["note"], legend=False)

# %%
# The same from a shell::
#
#     gnnlab draw words tale.txt --word wolf --window 10 --min-count 2 --out wolf.png
