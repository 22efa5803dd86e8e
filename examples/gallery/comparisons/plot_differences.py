"""
Is the difference real? Paired by seed, with an interval
========================================================

Under one seed every model sees the same examples, so differences are taken seed by seed. The bar is Student's interval
of the mean difference. Where it holds zero, these runs cannot tell the two models apart.
"""

import matplotlib.pyplot as plt

from experiments import compare

found = compare(
    "adding",
    ["lstm", "rnn", "gru", "mingru"],
    lengths=8,
    seeds=3,
    steps=100,
    evaluate_every=50,
    budget=3000,
    learning_rate=0.01,
    out="runs/adding",
    engine="serial",
    quiet=True,
)
paired = found.paired("lstm")
print(
    paired[["model.name", "difference", "low", "high", "p_holm", "verdict"]]
    .round(3)
    .to_string(index=False)
)

figure, ax = plt.subplots(figsize=(9, 2.8), layout="constrained")
middle = paired["difference"]
ax.errorbar(
    middle,
    paired["model.name"],
    xerr=[middle - paired["low"], paired["high"] - middle],
    fmt="o",
    capsize=4,
)
ax.axvline(0, color="0.4", lw=1, ls=":")
ax.set(xlabel="difference to the LSTM in R²")
ax.margins(y=0.3)

# %%
# The same as a table, from a shell::
#
#     gnnlab table runs/adding --baseline lstm
