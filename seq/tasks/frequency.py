"""Frequency discrimination: is the period of a sine wave between 5 and 6?"""

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from torch import Tensor

from seq.checks import check_choice, is_number
from seq.tasks.draws import as_generator, check_count
from seq.tasks.residues import fractions_of_split

CHANCE = 0.5
PHASES = 10_000  # so few that waves of two phases differ in float32 too
SAMPLINGS = ("standard", "fine", "asynchronous")


class TimedSequences(NamedTuple):
    """Sequences of different lengths with the time of each sample."""

    x: Tensor
    targets: Tensor
    times: Tensor
    lengths: Tensor


def frequency_discrimination(
    count: int,
    *,
    sampling: str = "standard",
    durations: tuple[float, float] = (15.0, 125.0),
    split: str = "train",
    seed: int = 0,
    generator: torch.Generator | int | None = None,
) -> TimedSequences:
    """Sine waves whose period is in [5, 6] or not (Neil, Pfeiffer & Liu 2016, first experiment).

    A fair coin draws the class. Periods of class 1 are U(5, 6), those of class 0 are U(1, 5) or U(6, 100)
    with probability 1/2 each. Phase, duration and the start within the longest duration are uniform. Guessing
    is right with probability 0.5, and the evidence is spread over the whole wave: the same number of
    periods covers ten times as many steps under fine sampling.

    The splits are disjoint in the phase.

    Args:
        count: number of waves N.
        sampling: ``"standard"`` takes a sample each unit of time, ``"fine"`` ten; ``"asynchronous"`` takes as
            many as standard sampling would of another wave, at uniformly random times.
        durations: shortest and longest duration; the paper's are 15 and 125.
        split: ``"train"``, ``"validation"`` or ``"test"``.
        seed: fixes which phases belong to which split.
        generator: a generator, or an integer for a new one, fixes the draws; ``seed`` does when left out.

    Returns:
        A named tuple (x, targets, times, lengths). A layer that uses no time stamps can read them as a second
        feature: ``torch.cat([x, times.unsqueeze(-1)], dim=-1)``.

    Shapes:
        - **x**: (N, T, 1), zero beyond the length; T is the longest duration in samples
        - **targets**: (N,), 0 or 1
        - **times**: (N, T), not decreasing; beyond the length the last one again
        - **lengths**: (N,)

    Raises:
        ValueError: ``count`` under 1, an unknown ``sampling`` or ``split``, or ``durations`` that are not
            1 <= shortest <= longest.

    Example:
        >>> from seq import LSTM, PhasedLSTM, SequenceClassifier, frequency_discrimination
        >>> x, targets, times, lengths = frequency_discrimination(32, sampling="asynchronous")
        >>> x.shape, times.shape
        (torch.Size([32, 125, 1]), torch.Size([32, 125]))
        >>> model = SequenceClassifier(PhasedLSTM(1, 16), num_classes=2, encoding="values")
        >>> model(x, times=times, lengths=lengths).shape
        torch.Size([32, 2])
    """
    check_choice("sampling", sampling, SAMPLINGS)
    if not isinstance(durations, tuple | list) or len(durations) != 2 or not all(map(is_number, durations)):
        raise ValueError(f"durations must be two numbers (shortest, longest), got {durations!r}")
    shortest, longest = durations
    if not 1.0 <= shortest <= longest < math.inf:
        raise ValueError(
            f"durations must be (shortest, longest), 1 <= shortest <= longest, got {durations!r}"
        )
    check_count(count, int(10 * longest))
    draws = as_generator(generator, seed, split)

    def uniform(low: float | Tensor, high: float | Tensor, *shape: int) -> Tensor:
        return low + (high - low) * torch.rand(*shape, generator=draws, device=draws.device)

    targets = torch.randint(2, (count,), generator=draws, device=draws.device)
    slow = torch.randint(2, (count,), generator=draws, device=draws.device).bool()
    outside = torch.where(slow, uniform(6.0, 100.0, count), uniform(1.0, 5.0, count))
    period = torch.where(targets.bool(), uniform(5.0, 6.0, count), outside)
    phase = fractions_of_split(count, PHASES, split, seed, draws)
    duration = uniform(shortest, longest, count)
    start = uniform(0.0, longest - duration, count)
    if sampling == "asynchronous":
        lengths = uniform(shortest, longest, count).long()
        times = _random_times(uniform(0.0, 1.0, count, int(longest)), lengths, duration)
    else:
        rate = 10 if sampling == "fine" else 1
        lengths = (duration * rate).long()
        times = torch.arange(int(longest * rate), device=draws.device).expand(count, -1) / rate
    valid = torch.arange(times.shape[1], device=draws.device) < lengths.unsqueeze(1)
    times = start.unsqueeze(1) + times
    times = torch.where(valid, times, times.gather(1, lengths.unsqueeze(1) - 1))
    wave = torch.sin(2 * math.pi * (times / period.unsqueeze(1) + phase.unsqueeze(1)))
    return TimedSequences(torch.where(valid, wave, 0.0).unsqueeze(-1), targets, times, lengths)


def _random_times(draws: Tensor, lengths: Tensor, duration: Tensor) -> Tensor:
    """Sorted times in [0, duration], as many in each row as its length, the others behind them."""
    beyond = torch.arange(draws.shape[1], device=draws.device) >= lengths.unsqueeze(1)
    return draws.masked_fill(beyond, 1.0).sort(1).values * duration.unsqueeze(1)
