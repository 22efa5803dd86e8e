import os
import subprocess
import sys
from pathlib import Path

import pytest

from experiments.lab.documents.corpora.docstring_corpus import (
    FEWEST_WORDS,
    MOST_PER_MODULE,
    docstrings_of,
    installed_folder,
    read_docstrings,
)

LONG = "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu"


@pytest.fixture
def packages(tmp_path):
    """Two packages of 30 modules, each with a text of its own, and much that is not to be read."""
    for package in ("numpy", "torch"):
        for number in range(30):
            folder = tmp_path / package / ("sub" if number % 2 else "")
            folder.mkdir(parents=True, exist_ok=True)
            docstrings = "".join(
                f"def f{i}():\n    '''{LONG} {package} Py{package}s a_{package}_b {package[::-1]} {number} {i}.'''\n"
                for i in range(MOST_PER_MODULE + 3)
            )
            (folder / f"module{number}.py").write_text(docstrings)
        (tmp_path / package / "tests").mkdir()
        (tmp_path / package / "tests" / "module.py").write_text(f"'''{LONG} secret'''")
        (tmp_path / package / "test_me.py").write_text(f"'''{LONG} secret'''")
        (tmp_path / package / "short.py").write_text("'''too short'''")
        (tmp_path / package / "broken.py").write_text("def (")
        (tmp_path / package / "bytes.py").write_bytes(b"'''\xff\xfe'''")
        (tmp_path / package / "twice.py").write_text(f"'''{LONG} the same in both'''")
        (tmp_path / package / "boom.py").write_text("raise SystemExit('imported')")
    return {name: tmp_path / name for name in ("numpy", "torch")}


def read(packages, **options):
    return read_docstrings(("numpy", "torch"), folders=packages, **options)


def test_docstrings_of_a_file(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(
        '"""Module."""\nclass A:\n    """Class."""\n    def f(self):\n        """Method."""\n'
        'async def g():\n    """Coroutine."""\nx = """no docstring"""\n'
    )
    assert set(docstrings_of(path)) == {"Module.", "Class.", "Method.", "Coroutine."}
    assert list(docstrings_of(tmp_path / "absent.py")) == []


def test_names_of_packages_are_gone_and_texts_are_cut(packages):
    corpus = read(packages, most_words=15)
    texts = [document.text for document in corpus.documents]
    assert all(name not in text for text in texts for name in ("numpy", "torch", "secret", "imported"))
    assert all(FEWEST_WORDS <= len(words) <= 15 for words in corpus.words)
    assert {document.label for document in corpus.documents} == {"numpy", "torch"}


def test_texts_are_different_and_modules_on_one_side(packages):
    corpus = read(packages)
    texts = [document.text for document in corpus.documents]
    assert len(set(texts)) == len(texts)
    assert sum("same in both" in text for text in texts) == 1
    sides = {split: {d.source for d in corpus.documents if d.split == split} for split in ("train", "test")}
    assert sides["train"]
    assert sides["test"]
    assert not sides["train"] & sides["test"]


def test_sizes_are_bounded(packages):
    corpus = read(packages, most=40)
    for label in ("numpy", "torch"):
        sources = [document.source for document in corpus.documents if document.label == label]
        assert len(sources) == 40
        assert max(sources.count(source) for source in sources) <= MOST_PER_MODULE


def test_packages_that_say_too_little_are_left_out(packages, tmp_path):
    (tmp_path / "sympy").mkdir()
    (tmp_path / "sympy" / "one.py").write_text(f"'''{LONG} one'''")
    folders = {**packages, "sympy": tmp_path / "sympy", "pandas": None}
    assert read_docstrings(tuple(folders), folders=folders).class_names == ["numpy", "torch"]
    with pytest.raises(ValueError, match="fewer than two packages"):
        read_docstrings(("numpy", "sympy"), folders=folders)


def test_installed_packages_are_found_without_import():
    code = (
        "import sys; from experiments.lab.documents.corpora.docstring_corpus import installed_folder;"
        "print(installed_folder('sympy'), 'sympy' in sys.modules)"
    )
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    folder, imported = answer.stdout.split()
    assert (Path(folder) / "__init__.py").exists()
    assert imported == "False"
    assert (installed_folder("python") / "ast.py").exists()
    assert installed_folder("no_such_package") is None


def test_every_process_reads_the_same(packages):
    code = (
        "import sys; from pathlib import Path;"
        "from experiments.lab.documents.corpora.docstring_corpus import read_docstrings;"
        "folders = {name: Path(sys.argv[1]) / name for name in ('numpy', 'torch')};"
        "print(read_docstrings(('torch', 'numpy'), folders=folders).digest)"
    )
    root = str(packages["numpy"].parent)
    digests = {
        subprocess.run(
            [sys.executable, "-c", code, root],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout.strip()
        for seed in ("1", "2")
    }
    assert digests == {read(packages).digest}
