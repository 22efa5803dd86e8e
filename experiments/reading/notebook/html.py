"""A table and reasons as HTML without colours of their own, for a light or dark page; all is escaped."""

from __future__ import annotations

import pandas as pd
from markupsafe import Markup

from experiments.reading.table_formats import text_columns

MOST_REASONS = 5  # of failed runs below a table
_CELL = "padding:0.25em 0.7em;white-space:nowrap;text-align:"


def table(rows: list[dict[str, str]]) -> Markup:
    """Rows of text as a table; numbers stand to the right, and a wide table can be moved within its cell."""
    left = text_columns(rows)

    def line(tag: str, row: dict[str, str]) -> Markup:
        cells = (
            Markup('<{} style="{}{}">{}</{}>').format(
                Markup(tag), _CELL, "left" if name in left else "right", row.get(name, ""), Markup(tag)
            )
            for name in rows[0]
        )
        return Markup("<tr>{}</tr>").format(Markup("").join(cells))

    body = Markup("\n").join(line("td", row) for row in rows)
    head = line("th", {name: name for name in rows[0]})
    return Markup(
        '<div style="overflow-x:auto"><table class="dataframe" style="font-variant-numeric:tabular-nums">\n'
        "<thead>{}</thead>\n<tbody>{}</tbody></table></div>"
    ).format(head, body)


def reasons(frame: pd.DataFrame) -> Markup:
    """A list of the first runs that failed; nothing where none did."""
    failed = frame[frame["status"] == "failed"]
    if failed.empty:
        return Markup("")
    lines = [
        Markup("<li>{}: {}</li>").format(run, reason)
        for run, reason in zip(failed["run"].head(MOST_REASONS), failed["reason"])
    ]
    if len(failed) > MOST_REASONS:
        lines.append(Markup("<li>{} more</li>").format(len(failed) - MOST_REASONS))
    return Markup("<p>Failed runs:</p><ul>{}</ul>").format(Markup("").join(lines))
