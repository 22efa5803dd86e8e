"""Times of a series: numbers or dates, which rise from step to step, and the steps that are missing between them."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from experiments.data.csv_rows import finite
from experiments.lab.forecasts.series.table import Faults

Stamps = list[tuple[int, str]]  # row and text of each time
MONTH = re.compile(r"(\d{4})-?(\d{2})")
DATE = re.compile(r"(\d{1,4})([/.-])(\d{1,2})\2(\d{1,4})(?:[ T]+(\d{1,2}:\d{2}(?::\d{2})?))?")
#: Orders of year (0), month (1) and day (2) in a date that is not written as in ISO 8601.
MOST_MISSING = 1e9  # time steps between two that are there
ORDERS = ((1, 2, 0), (2, 1, 0), (0, 1, 2))
RULES = "fill it first, choose a rule with --gaps last or --gaps linear"


@dataclass(frozen=True)
class Steps:
    """Times that rise.

    Args:
        order: Places of the stamps, so that times rise along them.
        missing: How many time steps are missing before each of them.
        understood: Whether they are numbers or dates; the order of others is nobody's to check.
    """

    order: list[int]
    missing: list[int]
    understood: bool = True


def steps_in_order(stamps: Stamps, faults: Faults, *, gaps: bool = False) -> Steps:
    """Time steps that stand in their order, one a row.

    Dates such as 03/04/2024 may be of March or of April. They are in order if they are so in one of the two readings,
    the same for all.

    Args:
        stamps: Row and text of each time.
        faults: Takes what is wrong: a time that does not come after the one before, or comes after a gap.
        gaps: Whether time steps may be missing.
    """
    readings = read_times(stamps, faults)
    if not readings:
        return Steps(list(range(len(stamps))), [0] * len(stamps), understood=False)
    tried = []
    for times in readings:
        back = [place for place in range(1, len(times)) if not times[place] > times[place - 1]]
        missing = _missing(times) if not back else [0] * len(times)
        tried.append((back, [] if gaps else [place for place, count in enumerate(missing) if count], missing))
    back, after_gap, missing = min(tried, key=lambda found: (len(found[0]), sum(found[2])))
    for place in back:
        faults.add(stamps[place][0], f"time {stamps[place][1]!r} should come after {stamps[place - 1][1]!r}")
    for place in after_gap:
        faults.add(
            stamps[place][0],
            f"there is a gap between the times {stamps[place - 1][1]!r} and {stamps[place][1]!r}; {RULES}, or leave "
            "the column time out if all steps count alike",
        )
    return Steps(list(range(len(stamps))), missing)


def steps_of_any_order(stamps: Stamps, faults: Faults) -> tuple[list[int], Steps]:
    """Time steps of rows in any order, several of which may have one time.

    Args:
        stamps: Row and text of each time.
        faults: Takes what is wrong: dates that can be read in two ways.

    Returns:
        The time step of each stamp, and the steps, whose order names the first stamp of each.

    Raises:
        ValueError: Nobody can put the times in order; with all faults so far.
    """
    first_of: dict[str, int] = {}
    for place, (_, text) in enumerate(stamps):
        first_of.setdefault(text, place)
    once = [stamps[place] for place in first_of.values()]  # a time is read once, however many nodes have it
    readings = read_times(once, faults)
    if not readings:
        if not faults.found:
            faults.add_other(
                f"its times, as {stamps[0][1]!r}, are neither numbers nor dates that are known, so its rows cannot be "
                "put in order; write them as numbers or as 2024-03-30, and name their column first in --columns"
            )
        faults.check()
    ranked = []
    for times in readings:
        distinct = sorted(set(times))
        ranked.append((sum(_missing(distinct)), times, distinct))
    ranked.sort(key=lambda found: found[0])
    least, times, distinct = ranked[0]
    steps = _places(times, distinct)
    for missing, other, of_other in ranked[1:]:
        if missing == least and _places(other, of_other) != steps:
            faults.add_other(
                f"its dates, as {stamps[0][1]!r}, may begin with the day or with the month; write them as 2024-03-30"
            )
            break
    step_of = dict(zip(first_of, steps))
    first: dict[int, int] = {}
    for text, place in first_of.items():
        first.setdefault(step_of[text], place)
    numbers = [step_of[text] for _, text in stamps]
    return numbers, Steps([first[step] for step in range(len(distinct))], _missing(distinct))


def _places(times: Sequence[Any], distinct: list[Any]) -> list[int]:
    places = {time: place for place, time in enumerate(distinct)}
    return [places[time] for time in times]


def _missing(times: Sequence[Any]) -> list[int]:
    """How many time steps are missing before each of some times that rise."""
    steps = [later - earlier for earlier, later in itertools.pairwise(times)]
    if not steps:
        return [0] * len(times)
    usual: Any = sorted(steps)[(len(steps) - 1) // 2]
    ordinary = [step for step in steps if step <= 1.5 * usual]  # months and years are not all of one length
    mean = sum(ordinary[1:], ordinary[0]) / len(ordinary)
    return [0] + [
        0 if step <= 1.5 * usual else max(1, round(min(step / mean, MOST_MISSING)) - 1) for step in steps
    ]


def read_times(stamps: Stamps, faults: Faults) -> list[Sequence[Any]]:
    """What the times may be: numbers or dates; nothing where most are neither, or where some among them are not.

    Args:
        stamps: Row and text of each time.
        faults: Takes the times that are no numbers or dates among others that are.
    """
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
            faults.add(
                number,
                f"{what} among {kind}; write all times alike, or leave the column time out if all steps count alike",
            )
    if most < len(texts):
        return []
    if best[0] is dates and len({date.tzinfo is None for date in dates if date is not None}) > 1:
        return []
    return best[:1] if best[0] is dates else best


def _known(times: Sequence[Any]) -> int:
    return sum(time is not None for time in times)


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
