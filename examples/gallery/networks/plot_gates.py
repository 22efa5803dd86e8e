"""
What the gates of an LSTM do while it reads
===========================================

An LSTM that has learned palindromes of six digits reads one: a column is a step, a row is a unit. The forget gates have
opened (yellow) almost everywhere, so that what the first digit left in the memory is still there when it is asked for.
Some input gates shut after the first step: these units let nothing else in.
"""

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import cross_entropy

from seq import LSTM, SequenceClassifier, digit_palindromes, gate_activations

torch.manual_seed(0)
model = SequenceClassifier(LSTM(16, 24, forget_bias=1.0), num_classes=10, num_tokens=10)
optimizer = torch.optim.Adam(model.parameters(), lr=0.02)
for step in range(300):
    tokens, targets = digit_palindromes(6, 128, generator=step)
    loss = cross_entropy(model(tokens), targets)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

tokens, targets = digit_palindromes(6, 500, split="test", generator=0)
with torch.no_grad():
    right = (model(tokens).argmax(1) == targets).float().mean()
    read = torch.tensor([[7, 1, 4, 4, 1]])
    seen = gate_activations(model.layer, model.encode(read))
order = seen["f"][0].mean(0).argsort(descending=True)

names = {
    "i": "input gate",
    "f": "forget gate",
    "o": "output gate",
    "g": "candidate",
    "c": "memory",
    "h": "output",
}
figure, axes = plt.subplots(
    2, 3, figsize=(10, 5.6), layout="constrained", sharex=True, sharey=True
)
for ax, (name, title) in zip(axes.flat, names.items()):
    gate = name in "ifo"
    size = 1.0 if gate else seen[name].abs().max().item()
    look = {"cmap": "viridis", "vmin": 0} if gate else {"cmap": "RdBu_r", "vmin": -size}
    image = ax.imshow(
        seen[name][0][:, order].T, aspect="auto", interpolation="nearest", vmax=size, **look
    )
    ax.set_title(f"{name}: {title}")
    ax.set_xticks(range(5), [str(digit) for digit in read[0].tolist()])
    ax.set_yticks([])
    figure.colorbar(image, ax=ax)
figure.supxlabel("what is read, step by step")
figure.supylabel("unit, by its mean forget gate")
figure.suptitle(
    f"after 300 steps of training: {right:.0%} of all test palindromes are answered"
)

# %%
# The same of a recorded run, from a shell::
#
#     gnnlab draw gates runs/palindrome/T10_lstm_seed0_HASH --input 123454321 --out gates.png
