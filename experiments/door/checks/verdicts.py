"""What a check can end with, besides that what it asks for holds."""

from __future__ import annotations


class Fault(AssertionError):  # noqa: N818  (a verdict, and no error of the program)
    """What a check asks for does not hold; the sentence says what to do."""


class Caution(Exception):  # noqa: N818  (a verdict, and no error of the program)
    """What a check asks for does not hold, and a comparison can do without it."""


class NotTried(Exception):  # noqa: N818  (a verdict, and no error of the program)
    """A check that does not apply here, or cannot be carried out; the sentence says why."""
