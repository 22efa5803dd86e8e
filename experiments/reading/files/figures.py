"""Figures of a report as files of their own, for a paper or a talk."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.reading.looks.sizes import restyle, sizes_of
from experiments.records.files import write_beside
from experiments.records.pictures import drawn
from experiments.records.records import FolderError

FORMATS = ("pdf", "svg", "png")
DPI = 200  # of png, and of what is rasterised in the others
_DATELESS: dict[str, dict[str, Any]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}


def parse_formats(text: str) -> list[str]:
    """Formats from a list with commas between, each once.

    Raises:
        ValueError: One is unknown.

    Example:
        >>> parse_formats("pdf,png,pdf")
        ['pdf', 'png']
    """
    formats = list(dict.fromkeys(word.strip().lower() for word in text.split(",")))
    for kind in formats:
        if kind not in FORMATS:
            raise ValueError(f"figures: {kind!r} should be one of {', '.join(FORMATS)}")
    return formats


class FigureFiles:
    """A folder that gets each figure of a report under its title.

    Args:
        folder: Made with the first figure.
        formats: Some of pdf, svg and png.
        style: ``paper`` or ``slides``; None for figures as large as on the page.

    Raises:
        ValueError: There is no such style.

    Example:
        >>> FigureFiles(Path("figures"), ["pdf"]).name("Remedies at T = 24, initial weights")
        'remedies-at-t-24-initial-weights'
    """

    def __init__(self, folder: Path, formats: Sequence[str], style: str | None = None) -> None:
        if style is not None:
            sizes_of(style)
        self.folder, self.formats, self.style = folder, tuple(formats), style
        self.written: list[Path] = []
        self._names: set[str] = set()

    def name(self, title: str) -> str:
        """The title in small letters and digits, with a number behind it where another figure has it already."""
        base = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") or "figure"
        name, number = base, 1
        while name in self._names:
            number += 1
            name = f"{base}-{number}"
        self._names.add(name)
        return name

    def add(self, figure: Any, title: str) -> None:
        """Write a figure in every format; it has the sizes of the style from then on.

        Raises:
            FolderError: It cannot be written.
        """
        name = self.name(title)
        if self.style is not None:
            restyle(figure, self.style)
        for kind in self.formats:
            path = self.folder / f"{name}.{kind}"
            save = partial(drawn, figure, format=kind, dpi=DPI, metadata=_DATELESS[kind])
            try:
                self.folder.mkdir(parents=True, exist_ok=True)
                write_beside(path, save)
            except OSError as error:
                raise FolderError(f"figures: {path} cannot be written ({error.strerror})") from error
            self.written.append(path)
