"""Files of a user's code, loaded as modules. Imports no torch."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import sys
import traceback
from pathlib import Path
from typing import Any

PREFIX = "gnnlab_own_"  # of the modules that files are loaded as
_loading: list[Path] = []
_cut: set[str] = set()  # modules whose loading ended where they began to compare


class LoadedSoFar(BaseException):
    """``compare`` was reached while a file is loaded for its classes: what stands above is all that is needed."""


def stop_if_loading() -> None:
    """End the loading of a file here, where one is being loaded: its comparison is not to be carried out."""
    if _loading:
        raise LoadedSoFar


def was_cut(module: Any) -> bool:
    """Whether the loading of a module ended where it began to compare."""
    return getattr(module, "__name__", "") in _cut


def digest(path: Path) -> str:
    """SHA-256 of what a file holds, in hexadecimal digits.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_said(path: Path, argument: str) -> str:
    """The same, with an error that names the argument.

    Raises:
        ValueError: It cannot be read.
    """
    try:
        return digest(path)
    except OSError as error:
        raise ValueError(f"{argument}: {path} cannot be read ({error.strerror})") from error


def forget() -> None:
    """Unload every file."""
    for name in [name for name in sys.modules if name.startswith(PREFIX)]:
        del sys.modules[name]


def file_of_module(name: str, argument: str) -> Path:
    """The file of a module that can be imported.

    Raises:
        ValueError: There is no such module.
    """
    try:
        spec = importlib.util.find_spec(name)
    except (ImportError, ValueError):
        spec = None
    if spec is None or not spec.origin or not Path(spec.origin).is_file():
        raise ValueError(f"{argument}: {name}: no such file, and no such module (a file ends in .py)")
    return Path(spec.origin).resolve()


def imported(module: str, path: Path, argument: str) -> Any:
    """The module of that name where it can be imported, and otherwise the one that its file is.

    Raises:
        ValueError: The file is missing, or cannot be loaded.
    """
    try:
        return importlib.import_module(module) if module else of_file(path, argument)
    except ImportError:
        return of_file(path, argument)


def of_file(path: Path, argument: str) -> Any:
    """The module that a file is, loaded once in a process while it holds the same.

    Raises:
        ValueError: It is missing, or cannot be loaded; the message says in which line.
    """
    if not path.is_file():
        raise ValueError(f"{argument}: {path}: no such file")
    which = f"{path} {digest_said(path, argument)}"  # a file that has changed is another module
    name = f"{PREFIX}{path.stem}_{hashlib.sha256(which.encode()).hexdigest()[:12]}"
    if name in sys.modules:
        return sys.modules[name]
    if str(path.parent) not in sys.path:
        sys.path.append(
            str(path.parent)
        )  # what stands beside it can be imported, after everything that is installed
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ValueError(f"{argument}: {path} should be a file of Python, whose name ends in .py")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    _loading.append(path)
    try:
        spec.loader.exec_module(module)
    except LoadedSoFar:
        _cut.add(name)
    except BaseException as error:
        del sys.modules[name]
        if not isinstance(error, Exception | SystemExit):
            raise
        raise ValueError(f"{argument}: {_said_of(path, error)}") from error
    finally:
        _loading.pop()
    return module


def _said_of(path: Path, error: BaseException) -> str:
    if isinstance(error, SyntaxError):
        return f"{error.filename or path}, line {error.lineno}: not Python: {error.msg}"
    lines = [f for f in traceback.extract_tb(error.__traceback__) if Path(f.filename).resolve() == path]
    place = f", line {lines[-1].lineno}" if lines else ""
    return f"{path}{place}: {type(error).__name__}: {error}"
