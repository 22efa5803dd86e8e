"""Recurrent cells and layers, and the sequence tasks they are compared on."""

from seq.adding import adding_problem
from seq.baum_sweet import baum_sweet, baum_sweet_is_disjoint
from seq.bidirectional import Bidirectional
from seq.binary_palindromes import (
    binary_palindrome_chance,
    binary_palindromes,
    binary_palindromes_are_disjoint,
)
from seq.cell_gated import CellGatedLSTM
from seq.char_lm import CharLM
from seq.checks import value_checks
from seq.classifier import SequenceClassifier
from seq.copy_memory import copy_memory, copy_memory_baseline
from seq.frequency import TimedSequences, frequency_discrimination
from seq.gates import gate_activations
from seq.generation import generate, generate_stream
from seq.gradients import gradient_norms, jacobian_products, rnn_jacobians, rnn_weight_gradients
from seq.gru import GRU
from seq.layer import RecurrentLayer
from seq.lstm import LSTM
from seq.next_character import (
    NextCharacterModel,
    bits_per_character,
    character_accuracy,
    character_loss,
)
from seq.palindromes import digit_palindromes, palindromes_are_disjoint
from seq.peephole import PeepholeLSTM
from seq.phased import PhasedLSTM
from seq.random_combinations import random_combinations, random_combinations_are_disjoint
from seq.rnn import RNN
from seq.sensitivity import jacobians, sensitivity, step_jacobians
from seq.stacked import Stacked
from seq.temperature import softmax_with_temperature
from seq.text_measures import distinct_ngrams, tail_period
from seq.torch_weights import from_torch, to_torch
from seq.vocabulary import Vocabulary

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "Bidirectional",
    "CellGatedLSTM",
    "CharLM",
    "NextCharacterModel",
    "PeepholeLSTM",
    "PhasedLSTM",
    "RecurrentLayer",
    "SequenceClassifier",
    "Stacked",
    "TimedSequences",
    "Vocabulary",
    "adding_problem",
    "baum_sweet",
    "baum_sweet_is_disjoint",
    "binary_palindrome_chance",
    "binary_palindromes",
    "binary_palindromes_are_disjoint",
    "bits_per_character",
    "character_accuracy",
    "character_loss",
    "copy_memory",
    "copy_memory_baseline",
    "digit_palindromes",
    "distinct_ngrams",
    "frequency_discrimination",
    "from_torch",
    "gate_activations",
    "generate",
    "generate_stream",
    "gradient_norms",
    "jacobian_products",
    "jacobians",
    "palindromes_are_disjoint",
    "random_combinations",
    "random_combinations_are_disjoint",
    "rnn_jacobians",
    "rnn_weight_gradients",
    "sensitivity",
    "softmax_with_temperature",
    "step_jacobians",
    "tail_period",
    "to_torch",
    "value_checks",
]
