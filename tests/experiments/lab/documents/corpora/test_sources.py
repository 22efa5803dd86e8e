import pytest

from experiments.lab.documents.corpora.corpus import Corpus, Document, write_table
from experiments.lab.documents.corpora.sources import keep_copy, load_corpus, open_corpus, read_movie_reviews
from experiments.lab.documents.settings import CorpusChoice

TRAIN = [Document("train", label, f"word {label}") for label in "aabb"]
ROWS = (*TRAIN, Document("test", "a", "word"))


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.tsv"
    write_table(path, Corpus("own", ROWS))
    return path


def test_a_run_finds_the_copy_or_else_the_source(tmp_path, own):
    corpus = open_corpus("docstrings", own)
    choice = CorpusChoice(corpus_name=corpus.name, source=str(own), digest=corpus.digest)
    assert load_corpus(choice, tmp_path / "out").documents == ROWS
    keep_copy(corpus, tmp_path / "out")
    own.unlink()
    assert load_corpus(choice, tmp_path / "out").documents == ROWS
    with pytest.raises(ValueError, match="cannot be read"):
        load_corpus(choice, tmp_path / "elsewhere")


def test_other_documents_are_refused(tmp_path, own):
    digest = open_corpus("docstrings", own).digest
    write_table(own, Corpus("own", (*ROWS, ROWS[-1])))
    with pytest.raises(ValueError, match="not those of the record"):
        load_corpus(CorpusChoice(corpus_name="own", source=str(own), digest=digest), tmp_path / "out")


@pytest.mark.data
def test_movie_reviews_have_the_papers_sizes(public_data):
    corpus = read_movie_reviews(public_data)
    assert (len(corpus.rows("train")), len(corpus.rows("test"))) == (7108, 3554)
    assert len({word for words in corpus.words for word in words}) == 18764
    assert corpus.class_names == ["negative", "positive"]
