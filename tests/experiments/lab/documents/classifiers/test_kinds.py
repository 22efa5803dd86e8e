"""What every kind of classifier promises."""

import random

import pytest
import torch

from experiments.lab.documents.classifiers.classifier import make_classifier
from experiments.lab.documents.corpora.corpus import Corpus, Document
from experiments.lab.documents.corpora.splits import draw_split
from experiments.lab.documents.settings import DocumentModel, DocumentTraining

KINDS = ("textgcn", "textgat", "docgcn", "docgat", "lstm", "gru-bidirectional", "tfidf-lr", "bow-mlp")
KINDS += ("transformer-1-full-rotary", "widemlp", "textgcn-random", "textgcn-nopmi")
TOPICS = {
    "food": "bread butter cheese soup apple salt oven",
    "sea": "ship wave sail storm harbour anchor tide",
    "sky": "star moon cloud comet orbit planet dawn",
}
COMMON = ("the", "a", "of", "and", "in", "was", "with", "it", "on")


def make_corpus(each=40):
    """Documents with a few words of their class among common ones."""
    draw = random.Random(0)
    documents = []
    for label, words in TOPICS.items():
        for number in range(each):
            text = draw.choices(words.split(), k=4) + draw.choices(COMMON, k=5)
            draw.shuffle(text)
            documents.append(Document("test" if number % 4 == 0 else "train", label, " ".join(text)))
    draw.shuffle(documents)
    return Corpus("made", tuple(documents))


def trained(kind, corpus, session, seed=0):
    spec = DocumentModel(
        name=kind, embedding=12, hidden=16, heads=2 if kind.endswith("gat") else 1, dropout=0.2
    )
    train = DocumentTraining(epochs=60, learning_rate=0.02, batch_size=8, patience=10)
    torch.manual_seed(seed)
    classifier = make_classifier(spec, len(corpus.class_names))
    found = classifier.fit(corpus, draw_split(corpus, 100, seed), session(train, seed))
    return classifier, found, found.rows


@pytest.fixture(scope="module", params=KINDS)
def case(request, loop_alone):
    corpus = make_corpus()
    return request.param, corpus, *trained(request.param, corpus, loop_alone)


def test_it_learns_what_words_tell(case):
    _, corpus, classifier, found, rows = case
    test = corpus.rows("test")
    logits = classifier.logits([corpus.words[row] for row in test])
    assert logits.shape == (len(test), 3)
    truth = torch.tensor([corpus.classes[row] for row in test])
    # Four of nine words name the class; always naming one class is right for a third.
    assert (logits.argmax(1) == truth).double().mean() >= 0.9
    assert found.steps == len(rows)
    assert rows[found.row["step"] - 1] == found.row


def test_an_answer_depends_on_no_other_document(case):
    _, corpus, classifier, *_ = case
    documents = [corpus.words[row] for row in corpus.rows("test")] + [[], ["unheard"], ["star"] * 700]
    together = classifier.logits(documents)
    assert together.isfinite().all()
    order = list(range(len(documents)))
    random.Random(1).shuffle(order)
    torch.testing.assert_close(
        classifier.logits([documents[i] for i in order]), together[order], rtol=1e-4, atol=1e-5
    )
    for i in (0, len(documents) - 3, len(documents) - 1):
        torch.testing.assert_close(classifier.logits([documents[i]])[0], together[i], rtol=1e-4, atol=1e-5)
    assert classifier.logits([]).shape == (0, 3)


def test_unknown_words_are_passed_over(case):
    kind, corpus, classifier, *_ = case
    words = corpus.words[corpus.rows("test")[0]]
    if kind == "tfidf-lr":  # pairs of words are terms too, so an unknown word between two counts
        mixed = ["unheard", *words, "unseen"]
    else:
        mixed = [word for known in words for word in (known, "unheard")]
    torch.testing.assert_close(classifier.logits([mixed]), classifier.logits([words]), rtol=1e-4, atol=1e-5)


def test_kept_arrays_give_the_same_answers(case):
    _, corpus, classifier, *_ = case
    state = {name: value.clone() for name, value in classifier.state().items()}
    again = make_classifier(classifier.spec, 3)
    again.restore(list(classifier.words), state)
    documents = [corpus.words[row] for row in corpus.rows("test")]
    torch.testing.assert_close(again.logits(documents), classifier.logits(documents), rtol=1e-5, atol=1e-6)
    assert again.parameters == classifier.parameters > 0
    broken = dict(list(state.items())[1:])
    with pytest.raises((ValueError, KeyError)):
        make_classifier(classifier.spec, 3).restore(list(classifier.words), broken)


def test_a_vector_a_word(case):
    kind, _, classifier, *_ = case
    vectors = classifier.vectors()
    if kind == "tfidf-lr":
        assert vectors is None
    else:
        assert len(vectors) == len(classifier.words)


@pytest.mark.parametrize("kind", KINDS)
def test_test_documents_and_their_labels_change_nothing(kind, loop_alone):
    corpus = make_corpus(12)
    other = Corpus(
        "made",
        tuple(
            Document("test", "sky", "anchor of soup") if d.split == "test" else d for d in corpus.documents
        ),
    )
    first, second = (trained(kind, c, loop_alone) for c in (corpus, other))
    assert first[2] == second[2]
    document = [["bread", "the", "tide"]]
    assert torch.equal(first[0].logits(document), second[0].logits(document))
