"""A model of your own on palindromes: a GRU that reads backwards, so that the first digit comes last."""

import sys

from torch import nn

from experiments import compare


class Backwards(nn.Module):
    def __init__(self, task, hidden):
        super().__init__()
        self.embedding = nn.Embedding(task.num_tokens, hidden)
        self.gru = nn.GRU(hidden, hidden, batch_first=True)
        self.out = nn.Linear(hidden, task.num_outputs)

    def forward(self, tokens):
        states, _ = self.gru(self.embedding(tokens.flip(1)))
        return self.out(states[:, -1])


smoke = "--smoke" in sys.argv
out = "runs/own_model" + "-smoke" * smoke
print(compare("palindrome", [Backwards, "lstm", "gcn-4-mirrored"], [10, 15], seeds=2, out=out, smoke=smoke))
