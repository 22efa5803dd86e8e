"""Times of a series: numbers or dates, which rise from row to row without a gap."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

MONTH = re.compile(r"(\d{4})-?(\d{2})")
DATE = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")
#: Orders of year (0), month (1) and day (2) in a date that is not written as in ISO 8601.
ORDERS = ((1, 2, 0), (2, 1, 0), (0, 1, 2))


def check_times(stamps: list[tuple[int, str]], where: str) -> bool:
    """Raise a ValueError where a time does not come after the one before, or comes after a gap.

    Dates such as 03/04/2024 may be of March or of April. They are in order if they are so in one of the two readings,
    the same for all.

    Args:
        stamps: Row and text of each time.
        where: Before each message.

    Returns:
        Whether they were understood; the order of others is nobody's to check.
    """
    readings = _readings(stamps, where)
    refused = [error for times in readings if (error := _out_of_order(times, stamps, where)) is not None]
    if readings and len(refused) == len(readings):
        raise refused[0]
    return bool(readings)


def _out_of_order(times: Sequence[Any], stamps: list[tuple[int, str]], where: str) -> ValueError | None:
    steps = [later - earlier for earlier, later in itertools.pairwise(times)]
    for step, (_, before), (number, text) in zip(steps, stamps, stamps[1:]):
        if step <= step * 0:  # zero of a number, or of a span of time
            return ValueError(f"{where} row {number}: time {text!r} should come after {before!r}")
    usual: Any = sorted(steps)[(len(steps) - 1) // 2] if steps else None
    for step, (_, before), (number, text) in zip(steps, stamps, stamps[1:]):
        if step > 1.5 * usual:  # months and years are not all of one length
            return ValueError(
                f"{where} row {number}: there is a gap between the times {before!r} and {text!r}; fill it first, or "
                "leave the column time out if all steps count alike"
            )
    return None


def _readings(stamps: list[tuple[int, str]], where: str) -> list[Sequence[Any]]:
    """What the times may be: numbers or dates; nothing where most are neither, whose order nobody knows."""
    texts = [text for _, text in stamps]
    # Dates first where all could be: 20200131 and 20200201 are a day apart.
    dates = [_date(text) for text in texts]
    readings: list[Sequence[Any]] = (
        [dates] if None not in dates else [[finite(text) for text in texts], dates]
    )
    readings += [[_written(text, order) for text in texts] for order in ORDERS]
    most = max(map(_known, readings))
    if 2 * most <= len(texts):
        return []
    best = [times for times in readings if _known(times) == most]
    for (number, text), time in zip(stamps, best[0]):
        if time is None:
            kind = "numbers" if isinstance(next(filter(None, best[0]), 0.0), float) else "dates"
            what = f"time {text!r}" if text else "an empty time"
            raise ValueError(
                f"{where} row {number}: {what} among {kind}; write all times alike, or leave the column time out if "
                "all steps count alike"
            )
    if best[0] is dates and len({date.tzinfo is None for date in dates if date is not None}) > 1:
        return []
    return best[:1] if best[0] is dates else best


def _known(times: Sequence[Any]) -> int:
    return sum(time is not None for time in times)


def finite(text: str) -> float | None:
    """The number that a text says; None where it is none, or no finite one."""
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _date(text: str) -> datetime | None:
    month = MONTH.fullmatch(text)
    if month:
        text = f"{month[1]}-{month[2]}-01"
    if text.isdigit() and len(text) != len("20200131"):
        return None  # a count of seconds can look like a day and an hour
    return _made(lambda: datetime.fromisoformat(text))


def _written(text: str, order: tuple[int, int, int]) -> datetime | None:
    """A date such as 31.12.2024 or 12/31/2024 18:00, whose parts stand in an order."""
    found = DATE.fullmatch(text)
    if found is None:
        return None
    parts = dict(zip(order, (found[1], found[3], found[4])))
    year = parts[0] if len(parts[0]) == 4 else f"20{parts[0]:0>2}"
    hour, minute, second = (int(part) for part in f"{found[5] or '0:00'}:0".split(":")[:3])
    return _made(lambda: datetime(int(year), int(parts[1]), int(parts[2]), hour, minute, second))


def _made(make: Callable[[], datetime]) -> datetime | None:
    try:
        return make()
    except ValueError:
        return None
