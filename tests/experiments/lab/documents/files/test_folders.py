import pytest

from experiments.lab.documents.files.reading import read_documents


def write(folder, texts):
    """Files by name."""
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


SPLIT = {f"train/{label}/{n}.txt": f"{label}\n {n}" for label in ("sea", "sky") for n in range(3)}
SPLIT |= {
    "test/sky/deeper/9": "late star",
    "train/sea/.hidden": "no",
    "train/sea/.git/HEAD": "ref",
    "readme.txt": "not a text of a class",
}


@pytest.mark.parametrize(
    ("train", "test"), [("train", "test"), ("20news-bydate-train", "20news-bydate-test")]
)
def test_splits_stand_above_classes(tmp_path, train, test):
    named = {
        name.replace("train/", f"{train}/").replace("test/", f"{test}/"): text for name, text in SPLIT.items()
    }
    corpus = read_documents(write(tmp_path / "own", named))
    assert corpus.name == "own"
    assert [(d.split, d.label, d.text) for d in corpus.documents] == [
        *(("train", label, f"{label} {n}") for label in ("sea", "sky") for n in range(3)),
        ("test", "sky", "late star"),
    ]


def test_without_splits_a_third_of_each_class_is_for_the_test(tmp_path):
    texts = {
        f"{label}/{n}": f"{label} {n}" for label, count in (("sea", 12), ("sky", 6)) for n in range(count)
    }
    corpus = read_documents(write(tmp_path, texts))
    counts = {label: [d.split for d in corpus.documents if d.label == label] for label in ("sea", "sky")}
    assert {label: (s.count("train"), s.count("test")) for label, s in counts.items()} == {
        "sea": (8, 4),
        "sky": (4, 2),
    }
    assert {d.text for d in corpus.documents} == set(texts.values())
    assert read_documents(tmp_path).digest == corpus.digest
    (tmp_path / "sky" / "1").rename(
        tmp_path / "sky" / "another"
    )  # a class by itself: the other stays as it is
    moved = read_documents(tmp_path)
    assert [d for d in moved.documents if d.label == "sea"] == [
        d for d in corpus.documents if d.label == "sea"
    ]


def test_mistakes_name_folder_files_and_remedy(tmp_path):
    bad = SPLIT | {"train/sky/bytes.txt": b"\xff star", "train/sky/empty.txt": " ", "test/new/1.txt": "word"}
    path = write(tmp_path / "own", bad)
    with pytest.raises(ValueError, match="documents: ") as error:
        read_documents(path)
    assert str(error.value) == (
        f"documents: {path}: 3 bad files: no UTF-8 in file train/sky/bytes.txt; no word in file train/sky/empty.txt; a "
        "label that no training file has in file test/new/1.txt ('new'); mend them, or --skip-bad-rows leaves out what "
        "is bad"
    )
    assert (
        read_documents(path, skip=True).digest
        == read_documents(write(tmp_path / "good" / "own", SPLIT)).digest
    )
    for texts, message in [
        ({"text.txt": "word"}, "has no folder; a folder of texts has a folder for each class"),
        (
            {"train/a/1": "x"},
            "has the folder train; a folder of texts has a folder for each class, or train and test",
        ),
        ({f"a/{n}": "x" for n in range(6)}, r"has one class only \('a'\)"),
    ]:
        with pytest.raises(ValueError, match=message):
            read_documents(write(tmp_path / message[:20].replace(" ", ""), texts))
