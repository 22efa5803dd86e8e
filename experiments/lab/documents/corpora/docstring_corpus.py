"""Documents that need no download: docstrings of installed packages, read from their source files, never imported."""

from __future__ import annotations

import ast
import hashlib
import re
import sysconfig
import warnings
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

from tqdm import tqdm

from experiments.lab.documents.corpora.corpus import Corpus, Document
from gnnlab.text.words import words_of

STANDARD_LIBRARY = "python"
#: Import names of packages that come with this one (``python`` is the standard library).
PACKAGES = ("matplotlib", "networkx", "numpy", "pandas", "python", "scipy", "sklearn", "sympy", "torch")
FEWEST_WORDS = 12  # a docstring of fewer words says little about its package
MOST_WORDS = 50  # the beginning of a docstring; what follows is parameters and examples
MOST_PER_MODULE = 6
MOST_PER_PACKAGE = 200
FEWEST_PER_PACKAGE = 30
TEST_SHARE = 1 / 3
#: Other names by which a package would give itself away.
ALIASES = {
    "matplotlib": ("mpl", "pyplot", "plt"),
    "networkx": ("nx",),
    "numpy": ("np", "ndarray"),
    "pandas": ("pd",),
    "python": ("stdlib",),
    "sklearn": ("scikit", "scikit-learn", "scikits"),
    "torch": ("pytorch", "aten"),
}
_SKIPPED = {"tests", "test", "testing", "_vendor", "site-packages", "dist-packages", "idlelib", "lib2to3"}


def read_docstrings(
    packages: tuple[str, ...] = PACKAGES,
    *,
    folders: dict[str, Path] | None = None,
    most: int = MOST_PER_PACKAGE,
    most_words: int = MOST_WORDS,
) -> Corpus:
    """Docstrings as documents; the class is the package. The same installed files give the same corpus.

    A package's modules are taken in the order of a hash of their names, and another hash puts a third of them into the
    test split, so no module is in both. Names of the packages are taken out of the text, also where they are part of a
    word; a text that occurs twice is left out the second time. Packages that are not installed, or have too few
    docstrings, are left out.

    Args:
        packages: Import names.
        folders: Where the source of each package is, in place of where it is installed.
        most: Documents of a package.
        most_words: Words of a document.

    Raises:
        ValueError: Fewer than two packages have docstrings.
    """
    found = folders if folders is not None else {name: installed_folder(name) for name in packages}
    names = _names_in_words([name for name in packages if found.get(name)])
    seen: set[str] = set()
    documents: list[Document] = []
    bar = tqdm(sorted(packages), desc="reading docstrings", unit="package", leave=False, disable=None)
    for package in bar:
        folder = found.get(package)
        if folder is None:
            continue
        own = _of_package(package, folder, names, seen, most, most_words)
        if len(own) >= min(FEWEST_PER_PACKAGE, most):
            documents += own
    if len({document.label for document in documents}) < 2:
        raise ValueError(
            "corpus: docstrings of fewer than two packages are installed; give texts of your own with --documents"
        )
    return Corpus("docstrings", tuple(documents))


def installed_folder(package: str) -> Path | None:
    """Where the source files of a package lie, found without importing it; None where it is not installed."""
    if package == STANDARD_LIBRARY:
        return Path(sysconfig.get_path("stdlib"))
    for place in dict.fromkeys((sysconfig.get_path("purelib"), sysconfig.get_path("platlib"))):
        if (Path(place) / package).is_dir():
            return Path(place) / package
    for name in metadata.packages_distributions().get(package, []):  # an editable or user install
        folder = Path(str(metadata.distribution(name).locate_file(package)))
        if folder.is_dir():
            return folder
    return None


def _of_package(
    package: str, folder: Path, names: re.Pattern[str], seen: set[str], most: int, most_words: int
) -> list[Document]:
    documents: list[Document] = []
    for path in _modules(folder):
        if len(documents) >= most:
            break
        module = path.relative_to(folder).as_posix()
        split = "test" if _number(f"split {package}/{module}") < TEST_SHARE else "train"
        taken = 0
        for docstring in docstrings_of(path):
            words = words_of(names.sub(" ", docstring.replace("`", " ")))[:most_words]
            text = " ".join(words)
            if len(words) < FEWEST_WORDS or text in seen:
                continue
            seen.add(text)
            documents.append(Document(split, package, text, f"{package}/{module}"))
            taken += 1
            if taken == MOST_PER_MODULE or len(documents) >= most:
                break
    return documents


def _modules(folder: Path) -> list[Path]:
    """Source files of a package without its tests, in the order of a hash of their names."""
    paths = []
    pending = [folder]
    while pending:
        for entry in pending.pop().iterdir():
            if entry.is_dir() and not entry.is_symlink():
                if entry.name not in _SKIPPED and not entry.name.startswith("."):
                    pending.append(entry)
            elif entry.suffix == ".py" and not entry.name.startswith(("test_", "_test")):
                paths.append(entry)
    return sorted(paths, key=lambda path: (_number(path.relative_to(folder).as_posix()), str(path)))


def docstrings_of(path: Path) -> Iterator[str]:
    """Docstrings of a source file's module, classes and functions, in the order in which they stand.

    A file that cannot be parsed has none. Nothing in it is run.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of escapes in somebody else's strings
            tree = ast.parse(path.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            docstring = ast.get_docstring(node)
            if docstring:
                yield docstring


def _names_in_words(packages: list[str]) -> re.Pattern[str]:
    """Every word of which a package's name is part; a short alias only where it is the whole word."""
    names = {name for package in packages for name in (package, *ALIASES.get(package, ()))}
    long = "|".join(re.escape(name) for name in sorted(names) if len(name) > 3)
    short = "|".join(re.escape(name) for name in sorted(names) if len(name) <= 3)
    parts = ([rf"\w*(?:{long})\w*"] if long else []) + ([rf"\b(?:{short})\b"] if short else [])
    return re.compile("|".join(parts), re.IGNORECASE)


def _number(name: str) -> float:
    """A number in [0, 1) that depends on the name alone, the same in every process."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") / 2**48
