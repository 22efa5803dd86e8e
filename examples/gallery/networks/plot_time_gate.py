"""
The time gate of a phased LSTM
==============================

A unit of a phased LSTM updates only while its time gate is open, for a small part of its own period. Between two
openings its memory does not change, so it neither forgets nor sees. Time stamps may stand at any distance.
"""

import matplotlib.pyplot as plt
import torch

from seq import PhasedLSTM

torch.manual_seed(3)
layer = PhasedLSTM(input_size=1, hidden_size=4, r_on=0.2, log_period=(1.5, 3.5)).eval()
times = torch.linspace(0, 60, 2000)
with torch.no_grad():
    k = layer.k(times)  # (2000, 4)
order = layer.tau.argsort().tolist()

figure, axes = plt.subplots(
    4, 1, figsize=(9, 4.8), layout="constrained", sharex=True, sharey=True
)
for ax, unit in zip(axes, order):
    ax.fill_between(times, k[:, unit], color="#4575b4", alpha=0.35, lw=0)
    ax.plot(times, k[:, unit], color="#4575b4", lw=1.2)
    ax.set_ylabel(f"τ = {layer.tau[unit].item():.1f}", rotation=0, ha="right", va="center")
    ax.set_yticks([0, 1])
    ax.spines[["top", "right"]].set_visible(False)
axes[-1].set_xlabel("time t")
figure.suptitle("openness k(t) of four units, by their period τ")
