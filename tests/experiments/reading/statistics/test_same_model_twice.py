"""One model, trained twice under fresh seeds, in every experiment: the lab says of no difference that it is there."""

import numpy as np
import pytest

from experiments.reading.results import Results
from experiments.reading.statistics.contrast import contrast, resolution
from experiments.reading.statistics.verdicts import BETTER, WORSE, decide
from tests.experiments import tiny
from tests.experiments.test_every_experiment import SERIAL, gnnlab

TRAINED = [name for name in tiny.ARGUMENTS if name != "memory"]  # which measures one network, and judges none
SEEDS, TIMES = 60, 4000


@pytest.mark.slow
@pytest.mark.parametrize("name", TRAINED)
def test_two_sets_of_seeds_of_one_model_are_called_different_at_most_one_time_in_twenty(name, tmp_path):
    words = tiny.arguments(name, tmp_path)
    place = words.index("--models") + 1
    words = [*words[:place], tiny.BASELINE[name], *words[place + 1 :]]
    assert gnnlab("run", name, *words, "--seeds", SEEDS, *SERIAL, "--out", tmp_path / "out") == 0
    results = Results(tmp_path / "out")
    metric = results.metric
    scores, floor = results.frame[metric.key].to_numpy(dtype=float), resolution(results.frame, metric.key)
    rng = np.random.default_rng(0)
    for n in (3, 5, 10):
        called = 0
        for _ in range(TIMES):
            first, second = rng.permutation(SEEDS)[: 2 * n].reshape(2, n)
            row = contrast(scores[first], scores[second], metric, paired=False, floor=floor)
            called += decide([row], metric)[0][0] in (BETTER, WORSE)
        assert called / TIMES <= 0.06
