"""What tuning goes through: one declared space, the same number of trials for every model. Imports no torch."""

from __future__ import annotations

import itertools
import math
import random
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from experiments.core.naming import nearest
from experiments.core.written.lists import parse_choices

#: Where a dimension of a space begins: NAME=, or OF:NAME= for some models alone.
_BEGIN = re.compile(r"(?:^|[,;\s])\s*((?:[^\s,;=]+:)?\w+)\s*=")
_RANGE = re.compile(r"\s*([^\s,]+?)\s*\.\.\s*([^\s,]+)\s*")
MOST_TRIALS = 1000
FIRST_SEED = 1_000_000  # tuning seeds begin far from those that anyone reports
SEEDS = 2
TUNED = "tuned"


@dataclass(frozen=True)
class Dimension:
    """A setting, and what it may be.

    Args:
        name: The setting.
        values: What it may be; of a range, its two ends.
        is_range: Whether values between the ends are drawn, evenly on a logarithmic scale.
        of: Models that have it: a label, or a family (recurrent, graph); empty for all.
    """

    name: str
    values: tuple[Any, ...]
    is_range: bool = False
    of: str = ""

    @property
    def text(self) -> str:
        """As a user writes it."""
        between = ".." if self.is_range else ","
        return f"{self.of + ':' if self.of else ''}{self.name}={between.join(map(_shown, self.values))}"

    def drawn(self, rng: random.Random) -> Any:
        """One value at random."""
        if not self.is_range:
            return rng.choice(self.values)
        low, high = self.values
        value = math.exp(rng.uniform(math.log(low), math.log(high)))
        if isinstance(low, int):
            return min(high, max(low, round(value)))
        return float(f"{value:.3g}")


@dataclass(frozen=True)
class Tuning:
    """How models are tuned.

    Args:
        space: What is gone through.
        trials: Of every model; None for all combinations of the space.
        seeds: Of the trials; never among those that are reported.
        halving: Trials begin with a quarter of the steps; the better half goes on with twice as many, twice.
    """

    space: tuple[Dimension, ...]
    trials: int | None = None
    seeds: tuple[int, ...] = tuple(range(FIRST_SEED, FIRST_SEED + SEEDS))
    halving: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The settings that are tuned."""
        return tuple(dict.fromkeys(dimension.name for dimension in self.space))

    @property
    def text(self) -> str:
        """All of it in one line; a run that was tuned records it."""
        parts = [" ".join(dimension.text for dimension in self.space)]
        parts += [f"{self.trials} trials"] if self.trials is not None else []
        parts += [f"seeds {','.join(map(str, self.seeds))}"]
        return "; ".join([*parts, *(["halving"] if self.halving else [])])

    def trials_of(self, label: str, family: str) -> list[dict[str, Any]]:
        """The settings to try for a model: all combinations, or as many as are asked for, drawn at random.

        Models with the same dimensions try the same settings.
        """
        own = list(self._of(label, family))
        if not own:
            return [{}]
        grid = not any(dimension.is_range for dimension in own)
        size = math.prod(len(dimension.values) for dimension in own) if grid else None
        if size is not None and self.trials is not None and size < self.trials:
            raise ValueError(f"trials: {self.trials} are asked for, and the space of {label} has {size}")
        if size is not None and self.trials in (None, size):
            return [
                dict(zip((d.name for d in own), values))
                for values in itertools.product(*(d.values for d in own))
            ]
        rng = random.Random(f"{self.text}")
        found: dict[tuple[Any, ...], dict[str, Any]] = {}
        for _ in range(100 * MOST_TRIALS):
            values = {dimension.name: dimension.drawn(rng) for dimension in own}
            found.setdefault(tuple(values.values()), values)
            if len(found) == self.trials:
                return list(found.values())
        raise ValueError(f"trials: {self.trials} are asked for, and the space of {label} has {len(found)}")

    def _of(self, label: str, family: str) -> Iterable[Dimension]:
        """The dimensions of a model: of two with one name that of its label, or else of its family."""
        found: dict[str, Dimension] = {}
        for of in ("", family, label):
            found |= {dimension.name: dimension for dimension in self.space if dimension.of == of}
        return found.values()

    def check(self, seeds: Sequence[int], given: Mapping[str, Sequence[Any]]) -> None:
        """Raise a ValueError unless the seeds are apart, and no tuned setting is gone through by the sweep too.

        Args:
            seeds: Those that are reported.
            given: Values that the user gave, by setting.
        """
        both = sorted(set(seeds) & set(self.seeds))
        if both:
            raise ValueError(
                f"tuning_seeds: {both[0]} is among the seeds that are reported; tuning needs seeds of its own"
            )
        for name in self.names:
            if len(given.get(name, ())) > 1:
                raise ValueError(f"{name}: it is tuned, so it takes one value here, to compare with")

    def check_models(self, models: Sequence[tuple[str, str]]) -> None:
        """Raise a ValueError unless every model gets the same number of trials.

        Args:
            models: Label and family of each.
        """
        for dimension in self.space:
            if dimension.of and not any(dimension.of in model for model in models):
                known = dict.fromkeys(itertools.chain(*models))
                hint = nearest(dimension.of, list(known))
                raise ValueError(
                    f"tune: no model is {dimension.of!r}{hint or '.'} A label or a family: {', '.join(known)}"
                )
        counts = {label: len(self.trials_of(label, family)) for label, family in models}
        wanted = max(counts.values())
        for label, count in counts.items():
            if count != wanted:
                fewest = min(counts.values())
                help_ = (
                    f"--trials {fewest} gives every model as many"
                    if fewest > 1
                    else "name settings to try of every model"
                )
                raise ValueError(
                    f"tune: {label} would get {count} trials and another model {wanted}; {help_}"
                )


def tuned_names(text: str, label: str, family: str) -> list[str]:
    """The settings that a run's record says were tuned, of a model.

    Example:
        >>> text = "learning_rate=0.001,0.003 graph:dropout=0,0.5; seeds 1000000,1000001"
        >>> tuned_names(text, "gcn-4", "graph"), tuned_names(text, "lstm", "recurrent")
        (['learning_rate', 'dropout'], ['learning_rate'])
    """
    parts = (name.rpartition(":") for name in _BEGIN.findall(text.partition(";")[0]))
    return list(dict.fromkeys(name for of, _, name in parts if of in ("", label, family)))


def parse_tuning(
    text: str,
    kinds: Mapping[str, type],
    tunable: Sequence[str],
    *,
    trials: int | None = None,
    seeds: Sequence[int] | None = None,
    halving: bool = False,
) -> Tuning:
    """What a user wrote, as ``learning_rate=1e-3,3e-3``, ``learning_rate=1e-4..1e-2`` or ``graph:dropout=0,0.5``.

    Args:
        text: The dimensions, with commas or spaces between.
        kinds: What each setting holds.
        tunable: Settings that may be tuned.
        trials, seeds, halving: Of ``Tuning``.

    Raises:
        ValueError: It makes no sense; the message says what would.
    """
    if not tunable:
        raise ValueError("tune: nothing is trained here, so there is nothing to tune")
    begins = list(_BEGIN.finditer(text))
    if not begins or text[: begins[0].start()].strip():
        raise ValueError(
            f"tune: {text!r} should be settings with their values, such as learning_rate=1e-3,3e-3"
        )
    space: list[Dimension] = []
    for place, begin in enumerate(begins):
        end = begins[place + 1].start() if place + 1 < len(begins) else len(text)
        of, _, name = begin[1].rpartition(":")
        if name not in tunable:
            hint = nearest(name, list(tunable))
            raise ValueError(f"tune: {name!r} is not tuned{hint or '.'} What is: {', '.join(tunable)}")
        if any((dimension.name, dimension.of) == (name, of) for dimension in space):
            raise ValueError(f"tune: {begin[1]} stands twice")
        space.append(_dimension(name, of, text[begin.end() : end].strip(" ,;"), kinds[name]))
    if trials is not None and (not isinstance(trials, int) or not 2 <= trials <= MOST_TRIALS):
        raise ValueError(f"trials: {trials} should be a whole number, 2 to {MOST_TRIALS}")
    if trials is None and any(dimension.is_range for dimension in space):
        raise ValueError("trials: a range has no end of values; say how many to draw, as in --trials 10")
    found = Tuning(
        tuple(space), trials, tuple(dict.fromkeys(Tuning.seeds if seeds is None else seeds)), halving
    )
    count = math.prod(len(dimension.values) for dimension in space)
    if trials is None and count > MOST_TRIALS:
        raise ValueError(f"tune: {count} combinations; --trials draws some of them, at most {MOST_TRIALS}")
    return found


def _dimension(name: str, of: str, text: str, kind: type) -> Dimension:
    ends = _RANGE.fullmatch(text)
    if ends and kind in (int, float):
        low, high = (parse_choices(f"tune: {name}", end, kind)[0] for end in ends.groups())
        if not 0 < low < high:
            raise ValueError(f"tune: {name}={text} should go from a number above 0 to a larger one")
        return Dimension(name, (low, high), True, of)
    values = tuple(parse_choices(f"tune: {name}", text, kind))
    if len(values) < 2:
        raise ValueError(f"tune: {name}={text} has one value; a space needs two or more to choose from")
    return Dimension(name, values, False, of)


def _shown(value: Any) -> str:
    return f"{value:.15g}" if isinstance(value, float) else str(value)
