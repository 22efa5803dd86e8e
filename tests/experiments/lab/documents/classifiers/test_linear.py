import numpy as np

from experiments.lab.documents.classifiers.linear import LinearClassifier
from experiments.lab.documents.corpora.corpus import Corpus, Document
from experiments.lab.documents.corpora.splits import draw_split
from experiments.lab.documents.settings import default_settings


def test_many_classes_of_few_documents_are_told_apart_without_a_warning(loop_alone):
    documents = [
        Document(split, f"class {kind}", f"word{kind} other{kind} the")
        for split in ("train", "train", "train", "test")
        for kind in range(23)
    ]
    corpus = Corpus("many", tuple(documents))
    split = draw_split(corpus, 1, seed=0)
    model, train = default_settings("tfidf-lr", {})
    classifier = LinearClassifier(model, 23)
    assert classifier.fit(corpus, split, loop_alone(train, 0)).steps == 10
    predicted = classifier.logits([corpus.words[row] for row in split.test]).argmax(1).numpy()
    assert np.array_equal(predicted, np.array(corpus.classes)[split.test])
