"""Recurrent cells and layers, and the sequence tasks they are compared on."""

from seq.checks import value_checks
from seq.classifier import SequenceClassifier
from seq.layer import RecurrentLayer
from seq.lstm import LSTM
from seq.palindromes import digit_palindromes, palindromes_are_disjoint
from seq.rnn import RNN

__all__ = [
    "LSTM",
    "RNN",
    "RecurrentLayer",
    "SequenceClassifier",
    "digit_palindromes",
    "palindromes_are_disjoint",
    "value_checks",
]
