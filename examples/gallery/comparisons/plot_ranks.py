"""
Ranks over several tasks
========================

One task says little about a model. Mean ranks over several tasks stand on a line, the better ones to the left, and a
bar joins models that these runs do not tell apart (Demšar 2006). The three tasks here are three lengths of palindromes.
"""

from pathlib import Path

from experiments.reading.ranking.drawing.diagram import critical_difference_diagram
from experiments.reading.ranking.gathering import gather, read_folders
from experiments.reading.ranking.ranking import rank

ranking = rank(gather(read_folders([Path("runs/palindrome")])))
figure = critical_difference_diagram(ranking)

# %%
# The same from a shell, with tables and three more figures::
#
#     gnnlab rank runs/palindrome --out ranks
