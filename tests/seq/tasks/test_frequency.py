import itertools
import math

import pytest
import torch

from seq import frequency_discrimination

SAMPLINGS = ("standard", "fine", "asynchronous")


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_samples_are_those_of_one_sine_wave(sampling):
    """A sine with the right period satisfies x = a cos(wt) + b sin(wt); find the period by least squares."""
    x, targets, times, lengths = frequency_discrimination(7, sampling=sampling)
    periods = torch.cat([torch.linspace(1, 7, 2401), torch.linspace(7, 100, 3000)]).double()
    for n in range(7):
        t, wave = times[n, : lengths[n]].double(), x[n, : lengths[n], 0].double()
        angle = 2 * math.pi * t / periods.unsqueeze(1)
        basis = torch.stack([angle.cos(), angle.sin()], dim=2)
        solution = torch.linalg.lstsq(basis, wave.expand(len(periods), -1).unsqueeze(2)).solution
        error = (basis @ solution - wave.unsqueeze(1)).square().mean((1, 2))
        best = periods[error.argmin()].item()
        # Times a unit apart cannot tell periods under 2 from longer ones; and two grid steps of slack.
        if sampling != "standard" or best > 2:
            inside = 5 - 0.02 < best < 6 + 0.02
            assert inside == bool(targets[n]) or min(abs(best - 5), abs(best - 6)) < 0.02


@pytest.mark.parametrize(("sampling", "steps", "samples"), [("standard", 1.0, 125), ("fine", 0.1, 1250)])
def test_regular_times(sampling, steps, samples):
    x, _, times, lengths = frequency_discrimination(50, sampling=sampling)
    assert x.shape == (50, samples, 1)
    assert times.shape == (50, samples)
    for t, n in zip(times, lengths.tolist()):
        assert 15 / steps - 1 <= n <= samples
        # float32 times of up to 125
        torch.testing.assert_close(t[:n].diff(), torch.full((n - 1,), steps), rtol=0, atol=1e-4)


def test_asynchronous_times_are_sorted_and_irregular():
    _, _, times, lengths = frequency_discrimination(50, sampling="asynchronous")
    for t, n in zip(times, lengths.tolist()):
        assert 15 <= n <= 125
        assert (t.diff() >= 0).all()
        assert t[:n].diff().std() > 0.05
        assert t[0] >= 0
        assert t[-1] <= 125.001


@pytest.mark.parametrize("sampling", SAMPLINGS)
def test_beyond_the_length_the_wave_is_zero_and_time_stands_still(sampling):
    x, _, times, lengths = frequency_discrimination(20, sampling=sampling, durations=(3.0, 29.0))
    for wave, t, n in zip(x, times, lengths.tolist()):
        assert (wave[n:] == 0).all()
        assert (t[n:] == t[n - 1]).all()


def test_classes_are_balanced():
    targets = frequency_discrimination(10_000, durations=(2.0, 3.0)).targets
    assert targets.double().mean().item() == pytest.approx(0.5, abs=0.025)  # five standard errors


def test_splits_are_disjoint():
    # All from one state of a generator: without the split the waves would be the same.
    found = [
        {
            tuple(row)
            for row in frequency_discrimination(200, split=split, generator=torch.Generator())
            .x[..., 0]
            .tolist()
        }
        for split in ("train", "validation", "test")
    ]
    for one, other in itertools.combinations(found, 2):
        assert not one & other


def test_generator_is_honoured_and_global_state_is_not_touched():
    before = torch.get_rng_state()
    first, again, other = (frequency_discrimination(13, generator=g) for g in (5, 5, 6))
    assert all(torch.equal(a, b) for a, b in zip(first, again))
    assert not torch.equal(first.x, other.x)
    assert torch.equal(torch.get_rng_state(), before)


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="count must be an integer"):
        frequency_discrimination(0)
    with pytest.raises(ValueError, match="sampling must be one of standard, fine, asynchronous; got 'slow'"):
        frequency_discrimination(5, sampling="slow")
    with pytest.raises(ValueError, match="durations must"):
        frequency_discrimination(5, durations=(20.0, 10.0))
    with pytest.raises(ValueError, match="split must be one of"):
        frequency_discrimination(5, split="dev")
