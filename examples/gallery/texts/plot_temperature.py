"""
Temperature: how bold a text is written
=======================================

A character model gives every next character a probability. Dividing its logits by a temperature below 1 makes the
likely ones likelier, above 1 the others too. The model here reads one tale for a few seconds, so it can spell and no
more.
"""

from pathlib import Path

import matplotlib.pyplot as plt
import torch
from torch.nn.functional import cross_entropy

from seq import LSTM, CharLM, Vocabulary, generate, softmax_with_temperature

torch.manual_seed(0)
text = Path("tale.txt").read_text(encoding="utf-8").lower().replace("\n", " ")
vocabulary = Vocabulary(text)
tokens = vocabulary.encode(text)
model = CharLM(LSTM(24, 96, forget_bias=1.0), len(vocabulary))
optimizer = torch.optim.Adam(model.parameters(), lr=0.01)

for _ in range(150):
    starts = torch.randint(len(tokens) - 41, (32,))
    batch = torch.stack([tokens[start : start + 41] for start in starts])
    logits, _ = model(batch[:, :-1])
    loss = cross_entropy(logits.flatten(0, 1), batch[:, 1:].flatten())
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()

prompt = vocabulary.encode("the wol").unsqueeze(0)
with torch.no_grad():
    logits = model(vocabulary.encode("the w").unsqueeze(0))[0][0, -1]
likely = logits.argsort(descending=True)[:8]

figure, axes = plt.subplots(1, 3, figsize=(11, 3.4), layout="constrained", sharey=True)
for ax, temperature in zip(axes, (0.3, 1.0, 3.0)):
    shares = softmax_with_temperature(logits, temperature)[likely]
    ax.bar(
        [repr(vocabulary.characters[token]) for token in likely.tolist()],
        shares.numpy(),
        color="#4575b4",
    )
    ax.set_title(f"temperature {temperature:g}")
    ax.set_ylim(0, 1)
axes[0].set_ylabel("probability after 'the w'")

for temperature in (0.3, 1.0, 3.0):
    generator = torch.Generator().manual_seed(1)
    written = generate(model, prompt, 60, temperature=temperature, generator=generator)
    print(f"{temperature:3}: the wol{vocabulary.decode(written[0])}")

# %%
# The same with a trained run, from a shell::
#
#     gnnlab run characters --text tale.txt
#     gnnlab sample runs/characters/RUN --prompt "the wolf" --temperature 0.3
