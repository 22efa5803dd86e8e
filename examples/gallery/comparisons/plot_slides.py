"""
The same figure for slides
==========================

Slides are read from the last row. ``restyle`` gives any figure larger text, lines and marks, and
puts the legend below the panel, where it covers nothing; ``"paper"`` fits it into a column.
The runs are those of the figure of accuracy against length.
"""

import matplotlib.pyplot as plt

from experiments import restyle, results

figure, ax = plt.subplots(layout="constrained")
restyle(results("runs/palindrome").plot_accuracy(ax), "slides")

# %%
# The same from a shell, for all figures of a report::
#
#     gnnlab report runs/palindrome --figures pdf --style slides
