"""
Learning curves: when each model gets there
===========================================

Validation accuracy while models train, a line per run, of the runs of the figure of accuracy against length. A model
that is right in the end may still have needed many more steps than another; one that stays at chance (0.1) cannot see
what is asked for.
"""

import matplotlib.pyplot as plt

from experiments import results

found = results("runs/palindrome")

figure, ax = plt.subplots(figsize=(9, 4.2), layout="constrained")
found.plot_curves(ax)

# %%
# Every report has these curves too, also smoothed and for each length::
#
#     gnnlab report runs/palindrome
