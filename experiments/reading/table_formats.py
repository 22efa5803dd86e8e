"""One table of text cells in the formats that people ask for: aligned text, CSV, Markdown, LaTeX."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence

from experiments.core.naming import nearest

Rows = Sequence[dict[str, str]]
WORDS = ("model", "data set", "runs", "verdict")  # headings of columns that begin at the left

_LATEX = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    "<": r"$<$",
    ">": r"$>$",
    "|": r"$|$",
    "±": r"$\pm$",
    "−": r"$-$",
    "≥": r"$\geq$",
    "≤": r"$\leq$",
    # A bracket that begins a row would be read as the optional argument of the line break before it.
    "[": r"{[}",
    "]": r"{]}",
    "\n": " ",
}


def escape_latex(text: str) -> str:
    r"""Text that LaTeX prints as it stands.

    Example:
        >>> escape_latex("50 % of a_b")
        '50 \\% of a\\_b'
    """
    return "".join(_LATEX.get(character, character) for character in text)


def aligned(rows: Rows, *, left: Sequence[str] = WORDS) -> str:
    """Columns for a terminal, numbers to the right.

    Args:
        rows: Cells by heading; the first row's headings serve all.
        left: Headings of columns that begin at the left.
    """
    widths = {c: max(len(c), *(len(row.get(c, "")) for row in rows)) for c in rows[0]}

    def line(row: dict[str, str]) -> str:
        cells = (row.get(c, "").ljust(w) if c in left else row.get(c, "").rjust(w) for c, w in widths.items())
        return "  ".join(cells).rstrip()

    head = line({c: c for c in widths})
    return "\n".join([head, "-" * len(head), *(line(row) for row in rows)])


def markdown(rows: Rows) -> str:
    """A Markdown table; a bar inside a cell is escaped."""
    columns = list(rows[0])

    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"

    body = (line([row.get(c, "") for c in columns]) for row in rows)
    return "\n".join([line(columns), "|" + " --- |" * len(columns), *body])


def latex(rows: Rows, *, left: Sequence[str] = WORDS) -> str:
    """A ``tabular`` that needs no package: rules by ``hline``, text escaped."""
    columns = list(rows[0])

    def line(cells: Sequence[str]) -> str:
        return " & ".join(escape_latex(cell) for cell in cells) + r" \\"

    return "\n".join(
        [
            rf"\begin{{tabular}}{{{''.join('l' if c in left else 'r' for c in columns)}}}",
            r"\hline",
            line(columns),
            r"\hline",
            *(line([row.get(c, "") for c in columns]) for row in rows),
            r"\hline",
            r"\end{tabular}",
        ]
    )


def comma_separated(rows: Rows) -> str:
    """CSV with a line of headings."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, list(rows[0]), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return buffer.getvalue().rstrip("\n")


FORMATS: dict[str, Callable[[Rows], str]] = {
    "text": aligned,
    "csv": comma_separated,
    "markdown": markdown,
    "latex": latex,
}


def check_format(name: str) -> None:
    """Raise a ValueError unless there is a format of that name."""
    if name not in FORMATS:
        hint = nearest(name, list(FORMATS))
        raise ValueError(f"format: unknown {name!r}{hint or '.'} Known: {', '.join(FORMATS)}")
