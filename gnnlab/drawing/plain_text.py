"""Text of users in a figure: words, names, titles."""

from __future__ import annotations

from typing import Any


def plain_text(text: Any) -> str:
    r"""Return a text that matplotlib writes as it is: between two dollar signs it would read mathematics.

    >>> plain_text("from $5 to $9")
    'from \\$5 to \\$9'
    """
    return str(text).replace("$", r"\$")
