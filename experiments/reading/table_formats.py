"""Values and settings as text, and one table of text cells in the formats that people ask for."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from experiments.core.naming import nearest

_WORDS = {"length": "T", "dataset": "data set", "model.name": "model", "share": "labels, %"}
_PARTS = ("train.", "model.", "corpus.", "environment.")
Rows = Sequence[dict[str, str]]

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


def text_columns(rows: Rows) -> list[str]:
    """Headings of the columns that hold words; they begin at the left, numbers end at the right.

    Example:
        >>> text_columns([{"model": "lstm", "cell": "-", "n": "3"}, {"model": "gcn-2", "cell": "gru", "n": "none"}])
        ['model', 'cell']
    """
    cells = {name: [row.get(name, "") for row in rows] for name in (rows[0] if rows else ())}
    filled = {name: [cell for cell in column if cell not in ("", "-")] for name, column in cells.items()}
    return [name for name, column in filled.items() if column and all(cell[0].isalpha() for cell in column)]


def aligned(rows: Rows) -> str:
    """Columns for a terminal, numbers to the right.

    Args:
        rows: Cells by heading; the first row's headings serve all.
    """
    left = text_columns(rows)
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


def latex(rows: Rows) -> str:
    """A ``tabular`` that needs no package: rules by ``hline``, text escaped."""
    columns, left = list(rows[0]), text_columns(rows)

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


def as_json(rows: Rows) -> str:
    """A JSON list with an object per row."""
    return json.dumps(list(rows), indent=2, ensure_ascii=False)


FORMATS: dict[str, Callable[[Rows], str]] = {
    "text": aligned,
    "csv": comma_separated,
    "json": as_json,
    "markdown": markdown,
    "latex": latex,
}

#: Formats for programs: a frame with all digits of its numbers.
UNROUNDED: dict[str, Callable[[pd.DataFrame], str]] = {
    "csv": lambda frame: str(frame.to_csv(index=False)).rstrip("\n"),
    "json": lambda frame: str(frame.to_json(orient="records", indent=2, double_precision=15)),
}


def check_format(name: str) -> None:
    """Raise a ValueError unless there is a format of that name."""
    if name not in FORMATS:
        hint = nearest(name, list(FORMATS))
        raise ValueError(f"format: unknown {name!r}{hint or '.'} Known: {', '.join(FORMATS)}")


def heading(column: str) -> str:
    """What a column of a table is called before people.

    Example:
        >>> heading("train.learning_rate"), heading("length")
        ('learning rate', 'T')
    """
    if column in _WORDS:
        return _WORDS[column]
    for part in _PARTS:
        if column.startswith(part):
            return column.removeprefix(part).replace("_", " ") if column != "corpus.name" else "corpus"
    return column.replace("_", " ")


def shown(value: Any) -> str:
    """A value of a setting as text.

    Example:
        >>> shown(True), shown(0.003), shown(2.0), shown(float("nan")), shown(("a", "b"))
        ('yes', '0.003', '2', '-', 'a, b')
    """
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if pd.isna(value):
        return "-"
    return f"{value:g}" if isinstance(value, float) else str(value)


def digits_needed(values: Any, significant: int) -> int:
    """Digits after the point that show the values to so many significant digits, whatever their unit.

    Args:
        values: Numbers of about one size; their median decides.
        significant: How many digits, leading zeros not counted.

    Example:
        >>> digits_needed([0.0364, 0.0412], 4), digits_needed([120503.6], 4)
        (5, 0)
    """
    sizes = np.abs(np.asarray(values, dtype=float))
    sizes = sizes[np.isfinite(sizes) & (sizes > 0)]
    if not len(sizes):
        return 0
    return max(0, min(12, significant - 1 - int(np.floor(np.log10(np.median(sizes))))))


def number(value: float, form: str) -> str:
    """A number, or a dash for none."""
    return "-" if pd.isna(value) else f"{value:{form}}"


def interval(low: float, high: float, form: str, sign: str = "") -> str:
    """An interval behind a number; nothing where there is none."""
    return "" if pd.isna(low) else f" [{low:{sign}{form}}, {high:{sign}{form}}]"


def listed(values: pd.Series, most: int = 12) -> str:
    """The different values of a column with commas between, the first few of many."""
    found = list(dict.fromkeys(shown(value) for value in values.dropna().unique()))
    more = f", and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more or "-"
