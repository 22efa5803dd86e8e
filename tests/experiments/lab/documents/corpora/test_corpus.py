import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.documents.corpora.corpus import Corpus, Document, read_table, write_table

GOOD = (
    "split\tlabel\ttext\ntrain\ta\tone two\ntrain\ta\tthree\ntrain\tb\tfour\ntrain\tb\tfive\ntest\ta\tsix\n"
)


def table(tmp_path, content):
    path = tmp_path / "own.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_rows_become_documents(tmp_path):
    corpus = read_table(table(tmp_path, GOOD))
    assert corpus.name == "own"
    assert corpus.class_names == ["a", "b"]
    assert corpus.classes == [0, 0, 1, 1, 0]
    assert corpus.rows("train") == [0, 1, 2, 3]
    assert corpus.rows("test") == [4]
    assert corpus.words[0] == ["one", "two"]


def test_columns_may_stand_in_any_order_among_others_and_lines_end_in_any_way(tmp_path):
    rows = ["Text\tid\tLABEL\tsplit", *(f"{t}\t9\t{kind}\t{s}" for s, kind, t in splits(GOOD))]
    for ending in ("\n", "\r\n", "\r"):
        content = (
            b"\xef\xbb\xbf" + ending.join(rows).encode()
        )  # with a mark of UTF-8, without a last line break
        assert read_table(table(tmp_path, content)).digest == read_table(table(tmp_path, GOOD)).digest


def splits(content):
    return [line.split("\t") for line in content.splitlines()[1:]]


def test_quotes_are_text(tmp_path):
    content = GOOD + 'test\tb\t"seven, he said\n' + "test\tb\t'eight\n"
    documents = read_table(table(tmp_path, content)).documents
    assert [document.text for document in documents[-2:]] == ['"seven, he said', "'eight"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty; it should begin with the heading split TAB label TAB text"),
        ("split\tlabel\n", "row 1 lacks the column 'text'"),
        ("split,label,text\ntrain,a,b\n", "row 1 lacks the column 'split'"),
        ("split\tlabel\ttext\tlabel\n", "row 1 has the column 'label' twice"),
        (GOOD + "test\tc\tnew\n", "row 7 has the label 'c', which no training row has"),
        (GOOD + "test\ta\t \n", "row 7 has an empty document"),
        (GOOD + "test\ta\t--\n", "row 7 has an empty document"),
        (GOOD + "test\ta\n", "row 7 has 2 columns instead of 3"),
        (GOOD + "\n" + "test\ta\tx\n", "row 7 has 1 columns instead of 3"),
        (GOOD + "dev\ta\tx\n", "row 7 has the split 'dev'; it should be train or test"),
        (GOOD + "test\t\tx\n", "row 7 has no label"),
        (GOOD + "split\tlabel\ttext\n", "row 7 repeats the heading"),
        (GOOD + "train\tc\tlonely\n", "row 7 is the only training row with the label 'c'"),
        (GOOD.encode() + b"test\ta\t\xff\xfe\n", "row 7 should be UTF-8 text"),
        ("split\tlabel\ttext\ntrain\ta\tx\ntrain\ta\ty\ntest\ta\tz\n", "has one class only ('a')"),
        ("split\tlabel\ttext\ntrain\ta\tx\ntrain\tb\ty\n", "has no row with the split 'test'"),
        ("split\tlabel\ttext\ntest\ta\tx\n", "has no row with the split 'train'"),
    ],
)
def test_bad_tables_are_refused_with_the_row(tmp_path, content, message):
    with pytest.raises(ValueError, match="documents: ") as error:
        read_table(table(tmp_path, content))
    assert message in str(error.value)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.tsv cannot be read"):
        read_table(tmp_path / "nowhere.tsv")
    with pytest.raises(ValueError, match="cannot be read"):
        read_table(tmp_path)


texts = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1).map(
    lambda t: f"w {t}"
)


@given(st.lists(st.tuples(st.sampled_from("ab"), texts), max_size=5))
def test_what_is_written_is_read(tmp_path_factory, rows):
    base = [
        Document("train", label, " ".join(text.split()))
        for label, text in [*rows, *(("a", "x"), ("b", "y")) * 2]
    ]
    corpus = Corpus("own", (*base, Document("test", "a", "z")))
    path = tmp_path_factory.mktemp("written") / "own.tsv"
    write_table(path, corpus)
    again = read_table(path)
    assert again.documents == corpus.documents
    assert again.digest == corpus.digest


def test_the_digest_sees_every_change():
    base = (Document("train", "a", "x"), Document("test", "b", "y"))
    digests = {Corpus("n", base).digest, Corpus("other name", base).digest}
    assert len(digests) == 1
    for changed in (Document("test", "a", "x"), Document("train", "b", "x"), Document("train", "a", "z")):
        digests.add(Corpus("n", (changed, base[1])).digest)
    assert len(digests) == 4


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_table_with_the_mark_of_another_encoding(encoding, tmp_path):
    content = GOOD.replace("one", "één")
    there = read_table(table(tmp_path, content)).digest
    assert read_table(table(tmp_path, content.encode(encoding))).digest == there
