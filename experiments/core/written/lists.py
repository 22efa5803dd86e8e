"""Lists and ranges as a user writes them on the command line."""

from __future__ import annotations

from typing import Any

from experiments.core.run import MOST_SEED

MOST_VALUES = 10_000  # a typing error such as 5:1000000 should not become a sweep


def parse_seeds(text: str, name: str = "seeds", first: int = 0) -> list[int]:
    """A number of seeds, or with a comma, or as a range, the seeds themselves.

    Args:
        text: What the user wrote.
        name: The option, for messages.
        first: Of a number of seeds.

    Raises:
        ValueError: It is neither, there are none, or one is negative.

    Example:
        >>> parse_seeds("3"), parse_seeds("7,"), parse_seeds("2:4")
        ([0, 1, 2], [7], [2, 3, 4])
    """
    numbers: list[int] = []
    for part in filter(None, (part.strip() for part in text.split(","))):
        try:
            numbers += _range(name, part) if ":" in part else [int(part)]
        except ValueError as error:
            if str(error).startswith(f"{name}: "):
                raise
            raise ValueError(
                f"{name}: {text!r} should be a number of seeds, or seeds such as 0,1,5 or 0:4"
            ) from None
    named = "," in text or ":" in text
    if not numbers or (not named and numbers[0] < 1):
        raise ValueError(f"{name}: {text!r} should be 1 or more seeds")
    if not named:
        if numbers[0] > MOST_VALUES:
            raise ValueError(f"{name}: {numbers[0]} should be at most {MOST_VALUES}")
        return list(range(first, first + numbers[0]))
    if min(numbers) < 0 or max(numbers) > MOST_SEED:
        raise ValueError(f"{name}: {text!r} should be 0 or more, and at most {MOST_SEED}")
    return list(dict.fromkeys(numbers))


def parse_choices(name: str, text: str, kind: type[Any]) -> list[Any]:
    """The values of a setting that a sweep goes through.

    Args:
        name: The setting, for messages.
        text: One value, or several with commas between; whole numbers also as START:STOP:STEP with STOP included.
        kind: ``int``, ``float`` or ``str``.

    Raises:
        ValueError: There is none, or one is not of that kind.

    Example:
        >>> parse_choices("learning_rate", "0.001, 0.003", float), parse_choices("hidden", "16:48:16", int)
        ([0.001, 0.003], [16, 32, 48])
    """
    values: list[Any] = []
    for part in text.split(","):
        word = part.strip()
        if not word:
            raise ValueError(f"{name}: {text!r} should be values with single commas between")
        try:
            values += _range(name, word) if kind is int and ":" in word else [kind(word)]
        except ValueError as error:
            if str(error).startswith(f"{name}: "):
                raise
            what = {int: "a whole number, or a range such as 5:25:5", float: "a number"}[kind]
            raise ValueError(f"{name}: {word!r} should be {what}") from None
    if len(values) > MOST_VALUES:
        raise ValueError(f"{name}: {len(values)} values are more than {MOST_VALUES}")
    return list(dict.fromkeys(values))


def _range(name: str, text: str) -> range:
    """START:STOP:STEP or START:STOP as numbers, STOP included."""
    pieces = [int(piece) for piece in text.split(":")]
    start, stop, step = [*pieces, 1][:3]
    if len(pieces) > 3 or step < 1 or stop < start:
        raise ValueError(
            f"{name}: {text!r} should be START:STOP:STEP with STOP from START on and STEP above 0"
        )
    if (stop - start) // step >= MOST_VALUES:
        raise ValueError(f"{name}: {text!r} is more than {MOST_VALUES} values")
    return range(start, stop + 1, step)
