"""Pictures beside the records of a results folder, each with a title and a text, for its report."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from experiments.records.files import read_json, write_beside, write_json

FOLDER, INDEX = "pictures", "index.json"
FORMATS = (".png", ".svg", ".pdf")  # of a picture that a user asks for


@dataclass(frozen=True)
class KeptPicture:
    """A figure that was drawn once.

    Args:
        file: Its name, which ends in ``.svg``.
        title: Above it.
        text: Below the title.
        figure: A matplotlib figure.
    """

    file: str
    title: str
    text: str
    figure: Any


def drawn(figure: Any, file: Any, **options: Any) -> None:
    """Write a figure in which every text stands as it is: names of users may hold a dollar sign, and no formula.

    Args:
        figure: A matplotlib figure.
        file: Of ``savefig``.
        **options: The same.
    """
    from matplotlib.text import Text
    from matplotlib.ticker import FixedFormatter

    for text in figure.findobj(Text):
        text.set_text(_plain(text.get_text()))
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        names = axis.get_major_formatter()
        if isinstance(names, FixedFormatter):
            names.seq = [_plain(name) for name in names.seq]
    figure.savefig(file, **options)


def _plain(text: str) -> str:
    r"""Text of which matplotlib makes no formula. One that has a backslash before a dollar sign is so already; those
    that matplotlib itself writes, as the powers of ten of an axis, are formulas. What is no character, as a byte that
    no encoding knows, becomes a question mark."""
    text = text.encode("utf-8", "replace").decode("utf-8")
    return text if "\\$" in text or "\\math" in text else text.replace("$", r"\$")


def keep_pictures(
    out: Path, pictures: Iterable[KeptPicture], stays: Callable[[dict[str, Any]], bool] = lambda entry: False
) -> None:
    """Write ``pictures/*.svg`` and ``pictures/index.json``, which holds file, title and text of each.

    Args:
        out: Results folder.
        pictures: What was drawn.
        stays: Whether an entry that is there already is kept, as that of other data in the same folder.
    """
    folder = out / FOLDER
    folder.mkdir(exist_ok=True)
    entries = [entry for entry in read_index(out) if stays(entry)]
    for picture in pictures:
        write_beside(folder / picture.file, partial(drawn, picture.figure, format="svg"))
        entries.append({"file": picture.file, "title": picture.title, "text": picture.text})
    write_json(folder / INDEX, entries)


def read_index(out: Path) -> list[dict[str, Any]]:
    """File, title and text of each picture of a results folder; nothing where there are none.

    Raises:
        ValueError: The file that lists them is damaged.
    """
    path = out / FOLDER / INDEX
    if not path.exists():
        return []
    try:
        entries: list[dict[str, Any]] = read_json(path)
        if not all(isinstance(entry[name], str) for entry in entries for name in ("file", "title", "text")):
            raise ValueError("it is no list of pictures")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{path}: cannot be read ({error}); delete the folder {path.parent}") from error
    return entries


def check_format(out: Path) -> None:
    """Raise a ValueError unless a file's ending is one of ``FORMATS``."""
    if out.suffix.lower() not in FORMATS:
        raise ValueError(f"out: {out.name!r} should end in one of {', '.join(FORMATS)}")


def save(figure: Any, out: Path) -> None:
    """Write a figure in the format of the file's ending.

    Raises:
        ValueError: The ending is no format that can be drawn, or the file cannot be written.
    """
    check_format(out)
    try:
        kind = out.suffix.lower().lstrip(".")
        write_beside(out, partial(drawn, figure, format=kind, dpi=150))
    except OSError as error:
        raise ValueError(f"out: {out} cannot be written ({error.strerror})") from error
