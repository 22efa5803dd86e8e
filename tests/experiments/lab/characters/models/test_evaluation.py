import math

import numpy as np
import pytest
import torch

from experiments.lab.characters.models.evaluation import CONTEXT, Evaluator, loss_by_context
from experiments.lab.characters.models.models import build_character_model
from experiments.lab.characters.settings import CharacterTraining
from experiments.lab.characters.specs import parse_character_model

V = 13


def model(label="lstm-2"):
    torch.manual_seed(2)
    return build_character_model(parse_character_model(label), CharacterTraining(hidden=8, dropout=0.5), V, 8)


def text(count=211):
    return np.random.default_rng(1).integers(0, V, count).astype(np.uint8)


def scores(net, tokens, context):
    """Loss and hit of each prediction by reading its own context alone, in evaluation mode."""
    net.eval()
    losses, hits = [], []
    with torch.no_grad():
        for place, begin in context:
            read = torch.from_numpy(tokens[begin:place].astype(np.int64)).unsqueeze(0)
            shares = net(read)[0][0, -1].double().softmax(0)
            losses.append(-math.log(shares[tokens[place]]))
            hits.append(int(shares.argmax()) == tokens[place])
    return np.mean(losses), np.mean(hits)


def test_windows_have_an_empty_state_each():
    net, tokens = model(), text()
    score = Evaluator(tokens, "test", CharacterTraining(window=7, batch_size=5), "cpu").measure(net.train())
    expected = scores(net, tokens, [(p, (p - 1) // 7 * 7) for p in range(1, 211)])
    assert (score.loss, score.accuracy) == pytest.approx(expected, rel=1e-5)
    assert score.bits == pytest.approx(expected[0] / math.log(2), rel=1e-5)


def test_streams_carry_their_state_from_an_empty_one_at_the_border():
    net, tokens = model(), text()
    train = CharacterTraining(window=7, batch_size=5, stream=True)
    score = Evaluator(tokens, "test", train, "cpu").measure(net)
    # 210 predictions in five streams of 42, which is six windows.
    expected = scores(net, tokens, [(p, (p - 1) // 42 * 42) for p in range(1, 211)])
    assert (score.loss, score.accuracy) == pytest.approx(expected, rel=1e-5)
    score = Evaluator(tokens[:30], "test", train, "cpu").measure(net)  # too short for five: one stream
    assert (score.loss, score.accuracy) == pytest.approx(
        scores(net, tokens, [(p, 0) for p in range(1, 29)]), rel=1e-5
    )


def test_measuring_leaves_the_mode_and_the_random_state_alone():
    net, before = model().train(), torch.get_rng_state()
    Evaluator(text(), "test", CharacterTraining(window=7), "cpu").measure(net)
    loss_by_context(net, text(), "cpu")
    assert net.training
    assert torch.equal(torch.get_rng_state(), before)


def test_worth_of_context_is_the_loss_at_each_place():
    net, tokens = model("gcn-1-w3"), text(16 * 5 + CONTEXT + 1)
    found = loss_by_context(net, tokens, "cpu")
    assert len(found) == CONTEXT
    for context in (1, 2, 5, 40, CONTEXT):
        places = [(start + context, start) for start in range(0, 16 * 5 + 1, 16)]
        assert found[context - 1] == pytest.approx(scores(net, tokens, places)[0] / math.log(2), rel=1e-5)
    assert len(loss_by_context(net, tokens[:20], "cpu")) == 19


def test_a_short_part_is_refused():
    with pytest.raises(ValueError, match="its test part has 7 characters"):
        Evaluator(text(7), "test", CharacterTraining(window=7), "cpu")
