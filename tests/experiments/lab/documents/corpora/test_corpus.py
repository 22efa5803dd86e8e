from experiments.lab.documents.corpora.corpus import Corpus, Document


def test_the_digest_sees_every_change():
    base = (Document("train", "a", "x"), Document("test", "b", "y"))
    digests = {Corpus("n", base).digest, Corpus("other name", base).digest}
    assert len(digests) == 1
    for changed in (Document("test", "a", "x"), Document("train", "b", "x"), Document("train", "a", "z")):
        digests.add(Corpus("n", (changed, base[1])).digest)
    assert len(digests) == 4
