import pytest

from experiments.lab.documents.files.reading import read_documents
from experiments.lab.documents.files.tables import Columns

SPLITS = ("train", "training", "20news-bydate-train", "train", "test", "20news-bydate-test")
LABELS = ("sea", "sea", "sky", "sky", "sky", "sea")
TEXTS = ("wave 1", "wave 2", "star 3", "star 4", "star 5", "wave 6")


@pytest.fixture
def repository(tmp_path):
    """A function that lays the two files of a data set into a folder ``data``."""

    def repository(name="own", texts=TEXTS, *, clean=True, encoding="utf-8"):
        data = tmp_path / "data"
        (data / "corpus").mkdir(parents=True, exist_ok=True)
        rows = [f"some/{n}\t{split}\t{label}" for n, (split, label) in enumerate(zip(SPLITS, LABELS))]
        (data / f"{name}.txt").write_text("\n".join(rows) + "\n")
        file = data / "corpus" / f"{name}{'.clean' if clean else ''}.txt"
        file.write_text(
            "\n".join(texts), encoding=encoding
        )  # without a last line end, as their program writes it
        return data

    return repository


@pytest.mark.parametrize("clean", [True, False])
@pytest.mark.parametrize("named", ["data/own.txt", "data/own", "data", "."])
def test_an_index_beside_its_corpus(repository, tmp_path, clean, named):
    repository(clean=clean)
    (tmp_path / "data" / "own").mkdir()
    corpus = read_documents(tmp_path / named)
    assert corpus.name == "own"
    assert [(d.split, d.label, d.text) for d in corpus.documents] == [
        (split.replace("20news-bydate-", "").removesuffix("ing"), label, text)
        for split, label, text in zip(SPLITS, LABELS, TEXTS)
    ]


def test_clean_texts_come_first(repository):
    data = repository(clean=False)
    repository(texts=[text.upper() for text in TEXTS])
    assert read_documents(data / "own.txt").documents[0].text == "WAVE 1"


def test_texts_that_are_not_utf_8_are_latin_1(repository):
    data = repository(texts=[*TEXTS[:-1], "café"], encoding="latin-1")
    assert read_documents(data / "own.txt").documents[-1].text == "café"


def test_one_of_several_data_sets_has_to_be_named(repository):
    repository("first")
    data = repository("second")
    with pytest.raises(ValueError, match=r"has several indexes; name one of \S+first.txt, \S+second.txt"):
        read_documents(data)
    assert read_documents(data / "second").name == "second"


def test_mistakes_name_file_row_and_remedy(repository):
    data = repository(texts=TEXTS[:-1])
    with pytest.raises(
        ValueError, match=r"own.txt has 6 rows, but \S+own.clean.txt has 5 lines; line N should be"
    ):
        read_documents(data / "own.txt")
    repository(texts=("wave", "...", *TEXTS[2:]))
    index = data / "own.txt"
    index.write_text(index.read_text().replace("some/3\t", "some/3 ").replace("some/4\ttest", "some/4\tdev"))
    with pytest.raises(ValueError, match="documents: ") as error:
        read_documents(index)
    assert str(error.value) == (
        f"documents: {index}: 5 bad rows: no word in row 2; another number of columns in row 4 (2, not 3); a split "
        "that is neither train nor test in row 5 ('dev'); the only training row of its label in rows 1 and 3 (row 1: "
        "'sea'); mend them, or --skip-bad-rows leaves out what is bad"
    )
    (data / "corpus" / "own.clean.txt").unlink()
    with pytest.raises(
        ValueError, match=r"is an index of documents without its texts; they should be in \S+clean.txt"
    ):
        read_documents(index)


def test_it_has_no_columns_to_name(repository):
    with pytest.raises(ValueError, match=r"own.txt is no table, so it has no columns to name"):
        read_documents(repository() / "own.txt", columns=Columns(text="review"))
