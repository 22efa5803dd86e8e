"""What a page is made of: sections of texts, tables and figures, as plain data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from experiments.reading.table_formats import text_columns

SHORT = 14  # rows of a table that is not folded


@dataclass(frozen=True)
class Text:
    """A paragraph.

    Args:
        text: Plain text, or markup.
        soft: In the colour of an explanation.
    """

    text: str | Markup
    soft: bool = False
    kind: str = field(default="text", init=False)


@dataclass(frozen=True)
class Sentences:
    """A list of sentences."""

    items: Sequence[str]
    kind: str = field(default="sentences", init=False)


@dataclass(frozen=True)
class Table:
    """A table of text.

    Args:
        rows: Cells by heading; the first row's headings serve all.
        note: Below it.
        texts: Headings of columns of free text, which begin at the left as words do, whatever they look like.
        open: It stands open however long it is; others are folded behind the number of their rows.
        runs: Of each row, which runs it is of, as places among those of the page; empty for no links.
    """

    rows: Sequence[dict[str, str]]
    note: str = ""
    texts: Sequence[str] = ()
    open: bool = False
    runs: Sequence[Sequence[int]] = ()
    kind: str = field(default="table", init=False)

    @property
    def folded(self) -> bool:
        """Whether a reader opens it."""
        return len(self.rows) > SHORT and not self.open

    @property
    def headings(self) -> list[str]:
        """Of the columns."""
        return list(self.rows[0])

    @property
    def words(self) -> list[str]:
        """Headings of the columns that begin at the left."""
        return [*self.texts, *text_columns(self.rows)]


@dataclass(frozen=True)
class Picture:
    """A figure with a title and a text.

    Args:
        title: Above it; its file is named so where figures are kept as files.
        text: What it shows.
        figure: A matplotlib figure, or an SVG element.
    """

    title: str
    text: str
    figure: Any
    kind: str = field(default="picture", init=False)


@dataclass(frozen=True)
class Facts:
    """Names and values."""

    values: dict[str, str]
    title: str = ""
    kind: str = field(default="facts", init=False)


@dataclass(frozen=True)
class Fold:
    """Blocks that a reader opens.

    Args:
        title: What it is.
        blocks: What is in it; a text stands as it is, with its line breaks.
    """

    title: str
    blocks: Sequence[Any]
    kind: str = field(default="fold", init=False)


@dataclass(frozen=True)
class Pre:
    """Text as it is, with its line breaks."""

    text: str
    kind: str = field(default="pre", init=False)


@dataclass(frozen=True)
class Section:
    """A heading, and what stands below it.

    Args:
        key: The anchor of the heading.
        heading: The heading.
        blocks: Some of the classes above.
        judged: It holds verdicts, which a page of tiny sizes does not print.
    """

    key: str
    heading: str
    blocks: Sequence[Any]
    judged: bool = False
