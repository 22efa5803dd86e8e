import pytest

from experiments.lab.documents.corpora.corpus import Corpus, Document, write_table
from experiments.lab.documents.corpora.sources import choose, keep_copy, load_corpus, open_corpus, read_public
from experiments.lab.documents.settings import PUBLIC, CorpusChoice

TRAIN = [Document("train", label, f"word {label}") for label in "aabb"]
ROWS = (*TRAIN, Document("test", "a", "word"))


@pytest.fixture
def own(tmp_path):
    path = tmp_path / "own.tsv"
    write_table(path, Corpus("own", ROWS))
    return path


def test_a_run_finds_the_copy_or_else_the_source(tmp_path, own):
    corpus = open_corpus(CorpusChoice(source=str(own)))
    choice = CorpusChoice(corpus_name=corpus.name, source=str(own), digest=corpus.digest)
    assert load_corpus(choice, tmp_path / "out").documents == ROWS
    keep_copy(corpus, tmp_path / "out")
    own.unlink()
    assert load_corpus(choice, tmp_path / "out").documents == ROWS
    with pytest.raises(ValueError, match="cannot be read"):
        load_corpus(choice, tmp_path / "elsewhere")


def test_other_documents_are_refused(tmp_path, own):
    digest = open_corpus(CorpusChoice(source=str(own))).digest
    write_table(own, Corpus("own", (*ROWS, ROWS[-1])))
    with pytest.raises(ValueError, match="not those of the record"):
        load_corpus(CorpusChoice(corpus_name="own", source=str(own), digest=digest), tmp_path / "out")


@pytest.mark.parametrize("name", PUBLIC)
def test_public_corpora_are_read_from_the_folder_of_data(tmp_path, monkeypatch, name):
    monkeypatch.setenv("GNNLAB_DATA", str(tmp_path))
    written = CorpusChoice(corpus_name=name.upper())
    place = tmp_path / "documents"
    with pytest.raises(ValueError, match=f"corpus: {name} is not here: put data/{name}.txt and") as error:
        open_corpus(written)
    for file in (f"{name}.tsv", f"{name}.txt", f"corpus/{name}.clean.txt"):
        assert str(place / file) in str(error.value)
    (place / "corpus").mkdir(parents=True)
    (place / f"{name}.txt").write_text("".join(f"{n}\t{d.split}\t{d.label}\n" for n, d in enumerate(ROWS)))
    (place / "corpus" / f"{name}.clean.txt").write_text("\n".join(d.text for d in ROWS))
    corpus = open_corpus(written)
    assert (corpus.name, written.name) == (name, name)
    write_table(place / f"{name}.tsv", Corpus(name, ROWS))
    assert open_corpus(written).digest == corpus.digest == Corpus(name, ROWS).digest


def test_a_file_of_the_user_keeps_its_name(tmp_path):
    write_table(tmp_path / "r8.tsv", Corpus("r8", ROWS))
    choice = choose(CorpusChoice(source=str(tmp_path / "r8.tsv")))
    assert choice.name == "r8"


@pytest.mark.data
def test_movie_reviews_have_the_papers_sizes(public_data):
    corpus = read_public("mr", public_data)
    assert (len(corpus.rows("train")), len(corpus.rows("test"))) == (7108, 3554)
    assert len({word for words in corpus.words for word in words}) == 18764
    assert corpus.class_names == ["negative", "positive"]
