import csv
import io
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from experiments.lab.documents.corpora.corpus import Corpus, Document, write_table
from experiments.lab.documents.files.reading import read_documents
from experiments.lab.documents.files.tables import Columns

GOOD = (
    "split\tlabel\ttext\ntrain\ta\tone two\ntrain\ta\tthree\ntrain\tb\tfour\ntrain\tb\tfive\ntest\ta\tsix\n"
)


def table(tmp_path, content):
    path = tmp_path / "own.tsv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_rows_become_documents(tmp_path):
    corpus = read_documents(table(tmp_path, GOOD))
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
        assert read_documents(table(tmp_path, content)).digest == read_documents(table(tmp_path, GOOD)).digest


def splits(content):
    return [line.split("\t") for line in content.splitlines()[1:]]


def test_quotes_are_text(tmp_path):
    content = GOOD + 'test\tb\t"seven, he said\n' + "test\tb\t'eight\n"
    documents = read_documents(table(tmp_path, content)).documents
    assert [document.text for document in documents[-2:]] == ['"seven, he said', "'eight"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty; it should begin with the heading split TAB label TAB text"),
        (
            "split\tlabel\n",
            "row 1 lacks the column 'text'. Its columns are split, label; name them with --text-column NAME",
        ),
        (
            "split\tlabel\ttexts\n",
            "row 1 lacks the column 'text', did you mean texts? Its columns are split, label",
        ),
        ("split,label,text\ntrain,a,b\n", "row 1 lacks the columns 'split', 'label', 'text'"),
        ("split,label,text\ntrain,a,b\n", "the name of a CSV file ends with .csv"),
        ("split\tlabel\ttext\tlabel\n", "row 1 has the column 'label' twice"),
        (GOOD + "test\tc\tnew\n", "1 bad row: a label that no training row has in row 7 ('c')"),
        (GOOD + "test\ta\t \n", "no word in row 7"),
        (GOOD + "test\ta\t--\n", "no word in row 7"),
        (GOOD + "test\ta\n", "another number of columns in row 7 (2, not 3)"),
        (GOOD + "\n" + "test\ta\tx\n", "another number of columns in row 7 (1, not 3)"),
        (GOOD + "dev\ta\tx\n", "a split that is neither train nor test in row 7 ('dev')"),
        (GOOD + "test\t\tx\n", "no label in row 7"),
        (GOOD + "split\tlabel\ttext\n", "the heading again in row 7"),
        (GOOD + "train\tc\tlonely\n", "the only training row of its label in row 7 ('c')"),
        (GOOD.encode() + b"test\ta\t\xff\xfe\n", "no UTF-8 in row 7"),
        ("split\tlabel\ttext\ntrain\ta\tx\ntrain\ta\ty\ntest\ta\tz\n", "has one class only ('a')"),
        (
            "split\tlabel\ttext\ntrain\ta\tx\ntrain\tb\ty\n",
            "2 bad rows: the only training row of its label in rows 2 and 3",
        ),
        ("split\tlabel\ttext\ntrain\ta\tx\ntrain\ta\ty\n", "has no row with the split 'test'"),
        ("split\tlabel\ttext\ntest\ta\tx\n", "has no row with the split 'train'"),
    ],
)
def test_bad_tables_are_refused_with_the_row(tmp_path, content, message):
    with pytest.raises(ValueError, match="documents: ") as error:
        read_documents(table(tmp_path, content))
    assert message in str(error.value)
    assert "\n" not in str(error.value)


MANY_BAD = (
    GOOD
    + "".join(f"test\t\tno label {n}\n" for n in range(7))
    + "dev\ta\tx\nval\ta\tx\ntest\tb\n".replace("val", "")
    + "train\tc\tlonely\ntest\tc\tits partner\ntest\tb\t...\n"
)


def test_all_bad_rows_are_said_at_once(tmp_path):
    path = table(tmp_path, MANY_BAD)
    with pytest.raises(ValueError, match="documents: ") as error:
        read_documents(path)
    assert str(error.value) == (
        f"documents: {path}: 13 bad rows: no label in rows 7, 8, 9 and 4 more; a split that is neither train nor test "
        "in rows 14 and 15 (row 14: 'dev'); another number of columns in row 16 (2, not 3); no word in row 19; the "
        "only training row of its label in row 17 ('c'); a label that no training row has in row 18 ('c'); mend them, "
        "or --skip-bad-rows leaves out what is bad"
    )


def test_bad_rows_are_left_out_where_that_is_asked_for(tmp_path):
    corpus = read_documents(table(tmp_path, MANY_BAD), skip=True)
    assert corpus.digest == read_documents(table(tmp_path, GOOD)).digest
    assert corpus.left_out.startswith("13 bad rows of 18: no label in rows 7, ")
    assert read_documents(table(tmp_path, GOOD), skip=True).left_out == ""


def test_what_is_left_has_to_be_a_corpus(tmp_path):
    content = "split\tlabel\ttext\ntrain\ta\tx\ntrain\ta\ty\ntrain\tb\tx\ntrain\tb\ty\ntest\t\tz\n"
    with pytest.raises(
        ValueError, match="has no row with the split 'test'; left out: 1 bad row of 5: no label in row 6"
    ):
        read_documents(table(tmp_path, content), skip=True)


CSV = (
    'id,Review,sentiment,part\n1,"good, ""really""",pos,train\n2,"two\nlines",pos,training\n\n3,bad,neg,train\n'
    "4,dull,neg,train\n5,fine,pos,test\n"
)
NAMES = Columns("PART", "sentiment", "review")


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_csv_with_columns_of_other_names(tmp_path, separator):
    path = tmp_path / "reviews.csv"
    rows = [row for row in csv.reader(io.StringIO(CSV, newline=""))]
    with path.open("w", newline="") as file:
        csv.writer(file, delimiter=separator).writerows(rows)
    corpus = read_documents(path, columns=NAMES)
    assert [(d.split, d.label, d.text) for d in corpus.documents] == [
        ("train", "pos", 'good, "really"'),
        ("train", "pos", "two lines"),
        ("train", "neg", "bad"),
        ("train", "neg", "dull"),
        ("test", "pos", "fine"),
    ]


def test_mistakes_in_csv(tmp_path):
    path = tmp_path / "reviews.csv"
    path.write_text(CSV)
    message = (
        r"lacks the columns 'split', 'label'. Its columns are id, review, sentiment, part; name them with "
        r"--split-column NAME, --label-column NAME$"
    )
    with pytest.raises(ValueError, match=message):
        read_documents(path, columns=Columns(text="review"))
    with pytest.raises(ValueError, match="lacks the column 'sentimnt', did you mean sentiment"):
        read_documents(path, columns=NAMES._replace(label="sentimnt"))
    path.write_text(CSV + "6,short,pos\n7,,neg,test\n")
    with pytest.raises(
        ValueError, match=r"another number of columns in row 8 \(3, not 4\); no word in row 9"
    ):
        read_documents(path, columns=NAMES)
    path.write_text(CSV + '6,"open,pos,test\n')
    with pytest.raises(ValueError, match=r"reviews.csv line 9: unexpected end of data; a text with commas"):
        read_documents(path, columns=NAMES)


def test_a_missing_file_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"nowhere.tsv cannot be read"):
        read_documents(tmp_path / "nowhere.tsv")
    with pytest.raises(ValueError, match=r"documents: \S+ cannot be read \(File name too long\)"):
        read_documents(tmp_path / ("x" * 300))
    os.mkfifo(tmp_path / "pipe.txt")
    with pytest.raises(ValueError, match=r"pipe\.txt"):
        read_documents(tmp_path / "pipe.txt")


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
    again = read_documents(path)
    assert again.documents == corpus.documents
    assert again.digest == corpus.digest


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32", "utf-8-sig"])
def test_a_table_with_the_mark_of_another_encoding(encoding, tmp_path):
    content = GOOD.replace("one", "één")
    there = read_documents(table(tmp_path, content)).digest
    assert read_documents(table(tmp_path, content.encode(encoding))).digest == there
