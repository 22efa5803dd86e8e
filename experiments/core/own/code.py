"""Code of a user's own: tasks, models and layers by where they stand, loaded when they are needed. Imports no torch.

A piece of code is named as ``FILE.py:NAME`` or ``package.module:NAME``. A record holds file, name and SHA-256 of the
file, so that a worker, a later command or a repetition finds it, and can tell whether it has changed. A class of a
notebook cell or of ``python -c`` has no file: it lives in the process that defined it, and runs there alone.
"""

from __future__ import annotations

import dataclasses
import hashlib
import inspect
import os
import re
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from experiments.core.naming import nearest
from experiments.core.own import files
from experiments.core.settings import Settings, plain

TASK, MODEL, CONVOLUTION, DATA, EXPERIMENT = "task", "model", "convolution", "data", "experiment"
_REFERENCE = re.compile(r"(?P<where>[^:]+):(?P<name>[^\W\d]\w*)")

#: Pieces that this process knows, by what they are and by name.
_known: dict[tuple[str, str], Code] = {}
#: Those of them that have no file, likewise.
_live: dict[tuple[str, str], Any] = {}
#: The program that this process runs, by its file: it is not loaded again.
_programs: dict[str, Any] = {}


@dataclass(frozen=True, kw_only=True)
class Code(Settings):
    """Where a piece of a user's code, or a file of a user's data, stands.

    Args:
        kind: ``task``, ``model``, ``convolution``, ``data`` or ``experiment``.
        name: What it is called there, and in tables.
        file: The file; empty where it lives in one process alone.
        module: Name of the module where it can be imported by one.
        sha256: Of the file, or of the source of what has none; empty where that is not known either.
        features: What a convolution has besides, as ``heads``.
    """

    kind: str = plain()
    name: str = plain()
    file: str = plain("")
    module: str = plain("")
    sha256: str = plain("")
    features: tuple[str, ...] = plain(())

    @property
    def lives_here(self) -> bool:
        """Whether no other process can load it."""
        return not self.file

    @property
    def place(self) -> str:
        """The file, for people."""
        return self.file or "a notebook or a prompt"

    @property
    def where(self) -> str:
        """File and name, for people."""
        return f"{self.place}:{self.name}"

    @property
    def changed(self) -> bool:
        """Whether the file holds something else than when the run was recorded, or is not there."""
        try:
            return bool(self.file) and files.digest(Path(self.file)) != self.sha256
        except OSError:
            return True


def is_reference(text: str) -> bool:
    """Whether a text names a piece of code as FILE.py:NAME or package.module:NAME.

    Example:
        >>> is_reference("my_lab.py:Parity"), is_reference("pyg:SAGEConv"), is_reference("lstm-2")
        (True, False, False)
    """
    return ":" in text and not text.startswith("pyg:")


def find(text: str, kind: str, argument: str) -> Code:
    """The piece of code that a reference names; known from then on.

    Args:
        text: FILE.py:NAME or package.module:NAME.
        kind: What it is to be.
        argument: What the user gave it as, for messages.

    Raises:
        ValueError: There is no such file or name, or the file cannot be loaded; the message says where.
    """
    found = _REFERENCE.fullmatch(text.strip())
    if found is None:
        raise ValueError(f"{argument}: {text!r} should be FILE.py:NAME, such as my_lab.py:MyModule")
    where, name = found["where"], found["name"]
    if where.endswith(".py") or os.sep in where:
        path = Path(where).resolve()
        if not path.is_file():
            raise ValueError(f"{argument}: {where}: no such file")
        module = ""
    else:
        path, module = files.file_of_module(where, argument), where
    code = Code(kind=kind, name=name, file=str(path), module=module, sha256=files.digest_said(path, argument))
    thing = load(code, argument)
    return remember(_with_features(code, thing), argument)


def of(thing: Any, kind: str, argument: str, name: str = "") -> Code:
    """The piece of code that a class or function is; known from then on.

    Args:
        thing: The class or function, or an object of the user's program.
        kind: What it is to be.
        argument: What the user gave it as, for messages.
        name: Its name; by default its own, and that of an object in the program.

    Raises:
        ValueError: It has no name of its own, or another piece of that name is known.
    """
    at = getattr(thing, "__module__", "") or ""
    if not hasattr(thing, "__name__"):
        at = "__main__"  # an object is known by its variable there
        name = next((n for n, v in vars(sys.modules[at]).items() if v is thing), name)
    name = getattr(thing, "__name__", name)
    if not name.isidentifier():
        raise ValueError(f"{argument}: {name} has no name for tables; use a class or a function made by def")
    module = sys.modules.get(at)
    file = getattr(module, "__file__", None)
    if file is None or not Path(file).is_file() or getattr(module, name, None) is not thing:
        _live[kind, name] = thing
        code = Code(kind=kind, name=name, sha256=_digest_of_source(thing))
    else:
        assert module is not None
        path = Path(file).resolve()
        own = module.__name__ == "__main__" or module.__name__.startswith(files.PREFIX)
        code = Code(
            kind=kind,
            name=name,
            file=str(path),
            module="" if own else module.__name__,
            sha256=files.digest_said(path, argument),
        )
        if module.__name__ == "__main__":
            _programs[str(path)] = module
    return remember(_with_features(code, thing), argument)


def remember(code: Code, argument: str = "") -> Code:
    """Let a name stand for this piece of code.

    Args:
        code: The piece.
        argument: Where the user named it, for a message when the name is taken; empty replaces what is known, as where
            a record is read.

    Raises:
        ValueError: Another piece of that kind has the name.
    """
    there = _known.get((code.kind, code.name))
    if argument and there is not None and (there.file, there.module) != (code.file, code.module):
        raise ValueError(
            f"{argument}: two things are called {code.name}, in {there.place} and in {code.place}; rename one, because "
            "tables tell them by name"
        )
    _known[code.kind, code.name] = code
    return code


def drop(code: Code) -> None:
    """Forget one piece: it is something else than was thought."""
    _known.pop((code.kind, code.name), None)


def forget() -> None:
    """Forget every piece of code, as a new process has none."""
    for known in (_known, _live, _programs):
        known.clear()
    files.forget()


def known(kind: str, name: str) -> Code | None:
    """The piece of code of that kind and name; None where there is none."""
    return _known.get((kind, name))


def names(kind: str) -> list[str]:
    """Names of the pieces of a kind that are known."""
    return [name for found, name in _known if found == kind]


def load(code: Code, argument: str = "code") -> Any:
    """The class or function itself.

    Raises:
        ValueError: Its file is missing or cannot be loaded, or has no such name.
    """
    if code.lives_here:
        if (code.kind, code.name) not in _live:
            raise ValueError(
                f"{argument}: {code.name} was defined in a notebook or at a prompt of another process; "
                "write it into a file, and name it as FILE.py:NAME"
            )
        return _live[code.kind, code.name]
    module = _programs.get(code.file)
    if module is None:
        module = files.imported(code.module, Path(code.file), argument)
    if not hasattr(module, code.name):
        there = [n for n, v in vars(module).items() if getattr(v, "__module__", "") == module.__name__]
        hint = nearest(code.name, there)
        cut = "; it has to stand above the first compare(...) of the file" if files.was_cut(module) else ""
        raise ValueError(f"{argument}: {code.file} has no {code.name}{hint or ''}{cut}")
    return getattr(module, code.name)


def where_it_failed(error: BaseException, codes: tuple[Code, ...]) -> str:
    """File and line of a user's code that an error came through, as `` (my_lab.py, line 14)``; empty for none.

    Args:
        error: The error.
        codes: The pieces of code that were at work.
    """
    files = {code.file for code in codes if code.file}
    for frame in reversed(traceback.extract_tb(error.__traceback__)):
        if str(Path(frame.filename).resolve()) in files:
            return f" ({Path(frame.filename).name}, line {frame.lineno})"
        if "ipykernel_" in frame.filename or frame.filename.startswith(("<stdin", "<string", "<ipython")):
            return f" (line {frame.lineno} of the cell or command, in {frame.name})"
    return ""


def _with_features(code: Code, thing: Any) -> Code:
    if code.kind != CONVOLUTION:
        return code
    try:
        parameters = inspect.signature(thing).parameters
    except (TypeError, ValueError):
        return code
    return dataclasses.replace(code, features=("heads",) if "heads" in parameters else ())


def _digest_of_source(thing: Any) -> str:
    try:
        return hashlib.sha256(inspect.getsource(thing).encode()).hexdigest()
    except (OSError, TypeError):
        return ""
