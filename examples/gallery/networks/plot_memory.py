"""
D(r): how far a recurrent and a graph network can see
=====================================================

D(r) is the norm of the derivative of the answer with respect to the input r steps, or hops, away. A recurrent network
forgets step by step, and its line falls. A graph network of four layers sees nothing at all beyond four hops, and its
line ends there; with mirrored edges it sees both ends and not the middle. Nothing is trained here. Recurrent networks
are warm and solid, graph networks cold and broken.
"""

import matplotlib.pyplot as plt
import torch

from gnnlab import SequenceGraphClassifier, palindrome_graph
from seq import GRU, LSTM, RNN, SequenceClassifier, sensitivity

torch.manual_seed(0)
T = 16
tokens = torch.randint(10, (32, T - 1))


def recurrent(layer):
    return SequenceClassifier(layer, num_classes=10, num_tokens=10)


def graph(layers, **options):
    path = palindrome_graph(T, **options)
    return SequenceGraphClassifier(
        path, num_tokens=10, num_classes=10, hidden_channels=32, num_layers=layers
    )


models = {
    "RNN": (recurrent(RNN(16, 32)), "#b2182b", "o-"),
    "GRU": (recurrent(GRU(16, 32)), "#e08214", "s-"),
    "LSTM, forget bias 3": (recurrent(LSTM(16, 32, forget_bias=3.0)), "#8c510a", "D-"),
    "GCN, 4 layers": (graph(4), "#2166ac", "^--"),
    "GCN, 15 layers": (graph(15), "#762a83", "v--"),
    "GCN, 4 layers, mirrored edges": (graph(4, mirrored=True), "#1b9e77", "P--"),
}

figure, ax = plt.subplots(figsize=(10, 4.8), layout="constrained")
for name, (model, color, style) in models.items():
    model = model.double().eval()
    D = sensitivity(model.read, model.encode(tokens)).mean(0)
    D = D[: T - 1]  # of each of the T - 1 digits, and not of the node that asks
    D = D.where(D > 0, torch.nan)  # 0 is out of reach, and has no place on this axis
    ax.semilogy(torch.arange(T - 1, 0, -1), D, style, color=color, label=name, ms=5)
ax.set(xlabel="r, steps or hops from the answer", ylabel="D(r)")
ax.grid(color="0.9")
ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False)

# %%
# The same of twenty models, before and after training, from a shell::
#
#     gnnlab run memory
#     gnnlab run memory --trained
