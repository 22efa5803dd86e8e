"""Text of users in a figure: words, names, titles."""

from __future__ import annotations

from typing import Any


def check_text(name: str, value: Any) -> None:
    """Raise a ValueError that names the argument unless it is a text.

    >>> check_text("title", 3)
    Traceback (most recent call last):
        ...
    ValueError: title must be a text, but is 3
    """
    if not isinstance(value, str):
        raise ValueError(f"{name} must be a text, but is {value!r:.60}")


def plain_text(text: Any) -> str:
    r"""Return a text that matplotlib writes as it is: between two dollar signs it would read mathematics.

    What is no character, as a byte of a file's name that no encoding knows, becomes a question mark.

    >>> plain_text("from $5 to $9")
    'from \\$5 to \\$9'
    >>> plain_text("caf\udce9")
    'caf?'
    """
    return str(text).encode("utf-8", "replace").decode("utf-8").replace("$", r"\$")
