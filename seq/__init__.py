"""Recurrent cells and layers, and the sequence tasks they are compared on."""

from seq.bidirectional import Bidirectional
from seq.cell_gated import CellGatedLSTM
from seq.checks import value_checks
from seq.classifier import SequenceClassifier
from seq.gru import GRU
from seq.layer import RecurrentLayer
from seq.lstm import LSTM
from seq.palindromes import digit_palindromes, palindromes_are_disjoint
from seq.peephole import PeepholeLSTM
from seq.phased import PhasedLSTM
from seq.rnn import RNN
from seq.stacked import Stacked
from seq.torch_weights import from_torch, to_torch

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Bidirectional",
    "CellGatedLSTM",
    "PeepholeLSTM",
    "PhasedLSTM",
    "RecurrentLayer",
    "SequenceClassifier",
    "Stacked",
    "digit_palindromes",
    "from_torch",
    "palindromes_are_disjoint",
    "to_torch",
    "value_checks",
]
