"""Lists and ranges as a user writes them on the command line."""

from __future__ import annotations

from experiments.model_specs import ModelSpec, parse_model

MOST_VALUES = 10_000  # a typing error such as 5:1000000 should not become a sweep


def parse_models(text: str) -> list[ModelSpec]:
    """Models with commas between.

    Raises:
        ValueError: There are none, or one is not known.

    Example:
        >>> [spec.label for spec in parse_models("lstm, gcn-2-mirrored")]
        ['lstm', 'gcn-2-mirrored']
    """
    names = [name for name in text.split(",") if name.strip()]
    if not names:
        raise ValueError("models: there should be at least one, such as lstm,gcn-4")
    return list(dict.fromkeys(parse_model(name) for name in names))


def parse_lengths(text: str) -> list[int]:
    """Lengths of 2 or more, as a list or as START:STOP:STEP, with STOP included.

    Raises:
        ValueError: It is neither, or a length is under 2.

    Example:
        >>> parse_lengths("5:20:5"), parse_lengths("3,7")
        ([5, 10, 15, 20], [3, 7])
    """
    lengths: list[int] = []
    for part in text.split(","):
        pieces = part.split(":")
        try:
            numbers = [int(piece) for piece in pieces]
        except ValueError:
            raise ValueError(f"lengths: {text!r} should be whole numbers such as 5,10 or 5:25:5") from None
        if len(numbers) == 1:
            lengths += numbers
            continue
        start, stop, step = [*numbers, 1][:3]
        if len(numbers) > 3 or step < 1 or stop < start:
            raise ValueError(
                f"lengths: {part!r} should be START:STOP:STEP with STOP from START on and STEP above 0"
            )
        if (stop - start) // step >= MOST_VALUES:
            raise ValueError(f"lengths: {part!r} is more than {MOST_VALUES} values")
        lengths += range(start, stop + 1, step)
    for length in lengths:
        if length < 2:
            raise ValueError(f"lengths: {length} should be 2 or more")
    return list(dict.fromkeys(lengths))


def parse_seeds(text: str) -> list[int]:
    """A number of seeds, or with a comma the seeds themselves.

    Raises:
        ValueError: It is neither, there are none, or one is negative.

    Example:
        >>> parse_seeds("3"), parse_seeds("7,")
        ([0, 1, 2], [7])
    """
    try:
        numbers = [int(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise ValueError(f"seeds: {text!r} should be a number of seeds, or seeds such as 0,1,5") from None
    if not numbers or ("," not in text and numbers[0] < 1):
        raise ValueError(f"seeds: {text!r} should be 1 or more seeds")
    if "," not in text:
        if numbers[0] > MOST_VALUES:
            raise ValueError(f"seeds: {numbers[0]} should be at most {MOST_VALUES}")
        return list(range(numbers[0]))
    if min(numbers) < 0 or max(numbers) >= 2**31:
        raise ValueError(f"seeds: {text!r} should be 0 or more, and below 2147483648")
    return list(dict.fromkeys(numbers))


def parse_words(text: str, name: str, example: str) -> list[str]:
    """Names with commas between, each once.

    Args:
        text: What the user wrote.
        name: The argument, for the message.
        example: What it could be, for the message.

    Raises:
        ValueError: There are none.

    Example:
        >>> parse_words("gcn, gat,gcn", "models", "gcn,gat")
        ['gcn', 'gat']
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words:
        raise ValueError(f"{name}: there should be at least one, such as {example}")
    return list(dict.fromkeys(words))
