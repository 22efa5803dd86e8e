"""One model, trained twice under fresh seeds, in every experiment: the lab says of no difference that it is there."""

import numpy as np
import pytest

from experiments.core import own
from experiments.reading.results import Results
from experiments.reading.statistics.contrast import contrast, resolution
from experiments.reading.statistics.verdicts import BETTER, WORSE, decide
from tests.experiments import tiny
from tests.experiments.test_every_experiment import SERIAL, gnnlab

TRAINED = [name for name in tiny.ARGUMENTS if name != "memory"]  # which measures one network, and judges none
SEEDS, TIMES = 60, 4000


def called_different(name, folder):
    """Share of pairs of disjoint sets of seeds of one model that are called different, by number of seeds."""
    own.forget()  # a file of the same name, in another folder
    words = tiny.arguments(name, folder)
    place = words.index("--models") + 1
    words = [*words[:place], tiny.BASELINE[name], *words[place + 1 :]]
    assert gnnlab("run", name, *words, "--seeds", SEEDS, *SERIAL, "--out", folder / "out") == 0
    results = Results(folder / "out")
    metric = results.metric
    scores, floor = results.frame[metric.key].to_numpy(dtype=float), resolution(results.frame, metric.key)
    rng = np.random.default_rng(0)
    shares = {}
    for n in (3, 5, 10):
        called = 0
        for _ in range(TIMES):
            first, second = rng.permutation(SEEDS)[: 2 * n].reshape(2, n)
            row = contrast(scores[first], scores[second], metric, paired=False, floor=floor)
            called += decide([row], metric)[0][0] in (BETTER, WORSE)
        shares[n] = called / TIMES
    return shares


@pytest.mark.slow
def test_of_a_hundred_comparisons_of_a_model_with_itself_ninety_five_say_nothing(tmp_path):
    found = {}
    for name in TRAINED:
        (tmp_path / name).mkdir()
        found[name] = called_different(name, tmp_path / name)
    # Of the documents, all runs of so small a size answer alike, and nothing can be called different.
    shares = [share for by_seeds in found.values() for share in by_seeds.values() if share > 0]
    assert len(shares) >= 15
    assert np.mean(shares) <= 0.05
    # Of one experiment the sixty seeds are themselves a draw.
    assert max(shares) <= 0.06
