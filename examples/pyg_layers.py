"""Layers of PyTorch Geometric as they are, against an LSTM, on palindromes: four layers hear five digits, not eight."""

import sys

from experiments import compare

models = ["pyg:SAGEConv-4", "pyg:GINConv-4", "lstm"]
smoke = "--smoke" in sys.argv
out = "runs/pyg_layers" + "-smoke" * smoke
found = compare("palindrome", models, lengths=[5, 8], seeds=2, steps=600, out=out, smoke=smoke)
print(found)
print(found.paired("lstm")[["model.name", "length", "n", "difference", "low", "high"]].to_string(index=False))
