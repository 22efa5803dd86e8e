"""
The gradient through time vanishes, unless the forget gate is open
==================================================================

How much the loss at the end still depends on the state at each earlier step, before any training. Most cells lose
about half of it with every step back. An LSTM whose forget gate starts open keeps it, and so can learn from what was
long ago.
"""

import matplotlib.pyplot as plt
import torch

from seq import GRU, LSTM, RNN, gradient_norms

torch.manual_seed(0)
x = torch.randn(16, 60, 8)
cells = {
    "RNN": (RNN(8, 32), "h"),
    "GRU": (GRU(8, 32), "h"),
    "LSTM, forget bias 0": (LSTM(8, 32), "c"),
    "LSTM, forget bias 3": (LSTM(8, 32, forget_bias=3.0), "c"),
}

figure, ax = plt.subplots(figsize=(9, 4.6), layout="constrained")
for (name, (cell, part)), style in zip(cells.items(), ("-", "--", "-.", ":")):
    norms = gradient_norms(cell, x, lambda h: h.sum(), of=part).mean(1)
    ax.semilogy(range(59, -1, -1), norms, style, label=name, lw=2)
ax.set(xlabel="steps before the end", ylabel="norm of the gradient")
ax.grid(color="0.9")
ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)
