import itertools

import numpy as np
import pytest

from experiments.lab.forecasts.series.epidemic import ARRIVAL, ILL, IMMUNE, SPREAD, simulate_epidemic


def spells(days):
    """First day and length of each illness of one person that begins and ends inside the series."""
    found, start = [], None
    for day, ill in enumerate(days):
        if ill and start is None:
            start = day
        if not ill and start is not None:
            found.append((start, day - start))
            start = None
    return [spell for spell in found if spell[0] > 0]


def test_illness_lasts_its_days_and_is_followed_by_immunity():
    epidemic = simulate_epidemic(61, 300, seed=5)
    everyone = [spells(epidemic.ill[:, person]) for person in range(61)]
    assert sum(map(len, everyone)) > 100
    for found in everyone:
        assert {length for _, length in found} <= {ILL}
        assert all(later[0] - earlier[0] >= ILL + IMMUNE for earlier, later in itertools.pairwise(found))


def test_probabilities_follow_from_what_can_be_seen():
    """A person's state follows from the days on which the person was ill; the probability from the ill neighbours."""
    epidemic = simulate_epidemic(37, 80, seed=2)
    for day in range(ILL + IMMUNE, 80):
        for person in range(37):
            past = epidemic.ill[:day, person][::-1]  # yesterday first
            if past[0]:
                expected = 0.0 if past[:ILL].all() else 1.0
            elif past[:IMMUNE].any():
                expected = 0.0
            else:
                healthy = 1 - ARRIVAL
                for other in epidemic.graph[person]:
                    if epidemic.ill[day - 1, other]:
                        healthy *= 1 - SPREAD
                expected = 1 - healthy
            assert epidemic.chance[day, person] == pytest.approx(expected, abs=1e-12)


def test_what_happens_agrees_with_its_probability():
    epidemic = simulate_epidemic(101, 400, seed=0)
    off = epidemic.ill - epidemic.chance
    spread = np.sqrt((epidemic.chance * (1 - epidemic.chance)).sum())
    assert abs(off.sum()) < 4 * spread
    assert off[epidemic.chance == 0].sum() == 0
    assert off[epidemic.chance == 1].sum() == 0


def test_the_seed_fixes_graph_and_epidemic():
    first, again, other = (simulate_epidemic(23, 40, seed) for seed in (1, 1, 2))
    assert np.array_equal(first.ill, again.ill)
    assert set(first.graph.edges) == set(again.graph.edges)
    assert not np.array_equal(first.ill, other.ill)


@pytest.mark.parametrize(("people", "times", "name"), [(6, 10, "nodes"), (20, 0, "times")])
def test_too_small_an_epidemic_is_refused(people, times, name):
    with pytest.raises(ValueError, match=name):
        simulate_epidemic(people, times, 0)
