"""Recurrent cells and layers, and the sequence tasks they are compared on."""

from seq.analysis.gates import gate_activations
from seq.analysis.gradients import gradient_norms, jacobian_products, rnn_jacobians, rnn_weight_gradients
from seq.analysis.sensitivity import jacobians, sensitivity, step_jacobians
from seq.attention.classifier import TransformerClassifier
from seq.attention.transformer import Transformer
from seq.cells.cell_gated import CellGatedLSTM
from seq.cells.gru import GRU
from seq.cells.lru import LRU
from seq.cells.lstm import LSTM
from seq.cells.min_gru import MinGRU
from seq.cells.min_lstm import MinLSTM
from seq.cells.peephole import PeepholeLSTM
from seq.cells.phased import PhasedLSTM
from seq.cells.rnn import RNN
from seq.cells.torch_weights import from_torch, to_torch
from seq.checks import value_checks
from seq.layers.bidirectional import Bidirectional
from seq.layers.classifier import SequenceClassifier
from seq.layers.layer import RecurrentLayer
from seq.layers.stacked import Stacked
from seq.tasks.adding import adding_problem
from seq.tasks.baum_sweet import baum_sweet, baum_sweet_is_disjoint
from seq.tasks.binary_palindromes import (
    binary_palindrome_chance,
    binary_palindromes,
    binary_palindromes_are_disjoint,
)
from seq.tasks.copy_memory import copy_memory, copy_memory_baseline
from seq.tasks.frequency import TimedSequences, frequency_discrimination
from seq.tasks.palindromes import digit_palindromes, palindromes_are_disjoint
from seq.tasks.random_combinations import random_combinations, random_combinations_are_disjoint
from seq.tasks.streams.dyck import dyck, is_well_formed
from seq.tasks.streams.nth_symbol import nth_symbol
from seq.tasks.streams.parity import parity
from seq.tasks.streams.recall import associative_recall
from seq.tasks.streams.selective_copying import selective_copying
from seq.text.char_lm import CharLM
from seq.text.generation import generate, generate_stream
from seq.text.measures import distinct_ngrams, tail_period
from seq.text.next_character import (
    NextCharacterModel,
    bits_per_character,
    character_accuracy,
    character_loss,
)
from seq.text.temperature import softmax_with_temperature
from seq.text.vocabulary import Vocabulary

__all__ = [
    "GRU",
    "LRU",
    "LSTM",
    "RNN",
    "Bidirectional",
    "CellGatedLSTM",
    "CharLM",
    "MinGRU",
    "MinLSTM",
    "NextCharacterModel",
    "PeepholeLSTM",
    "PhasedLSTM",
    "RecurrentLayer",
    "SequenceClassifier",
    "Stacked",
    "TimedSequences",
    "Transformer",
    "TransformerClassifier",
    "Vocabulary",
    "adding_problem",
    "associative_recall",
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
    "dyck",
    "frequency_discrimination",
    "from_torch",
    "gate_activations",
    "generate",
    "generate_stream",
    "gradient_norms",
    "is_well_formed",
    "jacobian_products",
    "jacobians",
    "nth_symbol",
    "palindromes_are_disjoint",
    "parity",
    "random_combinations",
    "random_combinations_are_disjoint",
    "rnn_jacobians",
    "rnn_weight_gradients",
    "selective_copying",
    "sensitivity",
    "softmax_with_temperature",
    "step_jacobians",
    "tail_period",
    "to_torch",
    "value_checks",
]
