import math

import numpy as np
import pytest
import torch

from experiments.lab.documents.classifiers.classifier import make_classifier
from experiments.lab.documents.classifiers.networks import WordReader
from experiments.lab.documents.classifiers.smoothed_reader import SmoothedReader, SmoothedReaderClassifier
from experiments.lab.documents.corpora.vocabulary import Vocabulary
from experiments.lab.documents.settings import DocumentModel
from seq import LSTM

DOCUMENTS = [["a", "b", "c"], ["b", "c"], ["c", "d", "a"], ["d", "d", "b"], ["e", "a"]]
SPEC = DocumentModel(name="gcn-lstm", embedding=5, hidden=3, window=2, counting="windows")


def classifier():
    torch.manual_seed(0)
    made = make_classifier(SPEC, 2)
    assert isinstance(made, SmoothedReaderClassifier)
    made.vocabulary = Vocabulary.of(DOCUMENTS)
    made.model = made.build(DOCUMENTS).eval()
    return made


def matrix_of_words(words):
    """Â by hand: PMI of neighbours in windows of two words, number 0 for no word."""
    windows = [set(document[i : i + 2]) for document in DOCUMENTS for i in range(max(1, len(document) - 1))]
    weight = np.eye(len(words) + 1)
    for i, one in enumerate(words, 1):
        for j, other in enumerate(words, 1):
            both = sum({one, other} <= window for window in windows)
            if i != j and both:
                each = [sum(word in window for window in windows) for word in (one, other)]
                weight[i, j] = max(0.0, math.log(both * len(windows) / (each[0] * each[1])))
    degree = weight.sum(1)
    return torch.from_numpy(weight / np.sqrt(np.outer(degree, degree))).float()


def test_vectors_are_smoothed_by_the_graph_of_words():
    made = classifier()
    table = made.model.embedding.weight
    expected = table + matrix_of_words(made.words) @ table @ made.model.conv.lin.weight.t()
    torch.testing.assert_close(made.model.word_vectors(), expected)
    assert not made.model.word_vectors()[0].any()  # no word stays no word
    torch.testing.assert_close(made.vectors(), expected[1:])


def test_the_reader_reads_smoothed_vectors():
    made = classifier()
    plain = WordReader(made.model.reader.layer, len(made.vocabulary), 2, pooling="mean", dropout=0.0).eval()
    plain.head = made.model.reader.head
    plain.embedding.weight.data = made.model.word_vectors().detach()
    documents = [["a", "b"], ["unknown"], ["d", "c", "e", "a"]]
    items = [made.vocabulary.encode(words) for words in documents]
    batches = [(item.unsqueeze(0), torch.tensor([len(item)])) for item in items]
    expected = torch.cat([plain(batch) for batch in batches])
    torch.testing.assert_close(made.logits(documents), expected.detach())


def test_a_word_without_a_label_is_moved_by_its_neighbours():
    made = classifier()
    tokens = made.vocabulary.encode(["a"]).unsqueeze(0)
    made.model((tokens, torch.tensor([1])))[0, 0].backward()
    moved = made.model.embedding.weight.grad.abs().sum(1)
    neighbours = matrix_of_words(made.words)[made.words.index("a") + 1] > 0
    assert 1 < int(neighbours.sum()) < len(made.words)
    assert [bool(row) for row in moved > 0] == neighbours.tolist()


def test_what_is_kept_is_enough():
    made = classifier()
    again = SmoothedReaderClassifier(SPEC, 2)
    again.restore(made.words, {name: value.clone() for name, value in made.state().items()})
    again.model.eval()
    assert torch.equal(again.logits(DOCUMENTS), made.logits(DOCUMENTS))
    with pytest.raises(ValueError, match="pairs"):
        again.restore(made.words, {"weights": torch.zeros(1)})


@pytest.mark.parametrize("reader", ["gru-2-bidirectional", "lru", "transformer-2-heads1-full"])
def test_any_layer_can_read(reader):
    spec = DocumentModel(name=f"gcn-{reader}", embedding=5, hidden=3)
    made = make_classifier(spec, 2)
    made.vocabulary = Vocabulary.of(DOCUMENTS)
    model = made.build(DOCUMENTS)
    assert isinstance(model, SmoothedReader)
    assert not isinstance(model.reader.layer, LSTM)
    assert model((torch.tensor([[1, 2]]), torch.tensor([2]))).shape == (1, 2)


@pytest.mark.parametrize("name", ["gcn-", "gcn-lstn", "gcn-gcn-lstm", "gcn-4"])
def test_what_cannot_be_smoothed_is_refused(name):
    with pytest.raises(ValueError, match="models: "):
        DocumentModel(name=name)
