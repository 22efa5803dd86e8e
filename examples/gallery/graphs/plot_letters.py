"""
Letters are as good as digits
=============================

The graph of a word that reads the same both ways. Each arc joins two equal letters; the network is asked for the last.
"""

import matplotlib.pyplot as plt

from gnnlab import draw_graph, palindrome_graph

graph = palindrome_graph(len("racecar"), mirrored=True)
figure, ax = plt.subplots(figsize=(9, 3), layout="constrained")
draw_graph(graph, ax=ax, labels=[*"raceca", "?"], title="racecar, without its last letter")

# %%
# The same from a shell::
#
#     gnnlab draw palindrome racecar --mirrored --out letters.png
