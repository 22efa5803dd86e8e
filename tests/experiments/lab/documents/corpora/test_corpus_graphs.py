import math

import pytest
import torch

from experiments.lab.documents.corpora.corpus import Corpus, Document
from experiments.lab.documents.corpora.corpus_graphs import (
    CorpusGraph,
    attach,
    graph_of_all,
    graph_of_training,
)
from experiments.lab.documents.settings import DocumentModel

SPEC = DocumentModel(name="textgcn", window=20, counting="pairs")
TEXTS = ["good film fun", "good plot", "bad film", "bad dull plot", "film new"]


@pytest.fixture
def corpus():
    rows = [Document("train", "ab"[i // 2], text) for i, text in enumerate(TEXTS[:4])]
    return Corpus("made", (Document("test", "a", TEXTS[4]), *rows))


def entries(index, weight):
    return {tuple(pair): value for pair, value in zip(index.T.tolist(), weight.tolist())}


def test_training_graph_knows_nothing_of_test_documents(corpus):
    everything, training = graph_of_all(corpus, SPEC, 0), graph_of_training(corpus, SPEC, 0)
    assert (everything.num_documents, training.num_documents) == (5, 4)
    assert "new" in everything.words
    assert "new" not in training.words
    assert training.idf[training.words.index("film")] == pytest.approx(math.log(4 / 2))
    assert everything.idf[everything.words.index("film")] == pytest.approx(math.log(5 / 3))
    assert training.sizes() == {"nodes": 4 + 6, "edges": training.edge_index.size(1) // 2}


def test_kept_tensors_make_the_same_graph(corpus):
    graph = graph_of_training(corpus, SPEC, 0)
    again = CorpusGraph.restore(graph.words, graph.state())
    assert again.num_documents == graph.num_documents
    assert entries(again.edge_index, again.edge_weight) == entries(graph.edge_index, graph.edge_weight)
    assert torch.equal(again.idf, graph.idf)


@pytest.mark.parametrize(
    ("part", "value", "message"),
    [
        ("idf", torch.ones(3), "different sizes"),
        ("weights", torch.ones(1), "different sizes"),
        ("pairs", None, "ends at no node"),
    ],
)
def test_parts_that_do_not_fit_are_refused(corpus, part, value, message):
    graph = graph_of_training(corpus, SPEC, 0)
    state = graph.state()
    state[part] = state[part] + 99 if value is None else value
    with pytest.raises(ValueError, match=message):
        CorpusGraph.restore(graph.words, state)


def test_attached_documents_hear_known_words_and_nobody_hears_them(corpus):
    graph = graph_of_training(corpus, SPEC, 0)
    index, weight = attach(graph, [["film", "film", "unheard"], []])
    new = {
        pair: value
        for pair, value in entries(index, weight).items()
        if 4 <= min(pair) < 6 or 4 <= max(pair) < 6
    }
    film = 4 + 2 + graph.words.index("film")
    assert new == {(film, 4): pytest.approx(2 * math.log(4 / 2))}
    moved = [[node + 2 * (node >= 4) for node in pair] for pair in graph.edge_index.T.tolist()]
    rest = {pair: value for pair, value in entries(index, weight).items() if pair not in new}
    assert rest == entries(torch.tensor(moved).T, graph.edge_weight)
