import ast
import importlib.util
import itertools
import math
from pathlib import Path

import pytest
import torch
from torch import nn

from seq import (
    GRU,
    LSTM,
    RNN,
    CellGatedLSTM,
    CharLM,
    PeepholeLSTM,
    PhasedLSTM,
    Stacked,
    Transformer,
    Vocabulary,
    character_loss,
    distinct_ngrams,
    generate,
    tail_period,
)
from seq import generate_stream as stream_of

B, T, V, H = 5, 7, 11, 13
LAYERS = {
    "rnn": lambda size: RNN(size, H),
    "gru": lambda size: Stacked([GRU(size, H), GRU(H, H)]),
    "gru1": lambda size: GRU(size, H, variant="cho"),
    "lstm": lambda size: LSTM(size, H),
    "two lstm": lambda size: Stacked([LSTM(size, H), LSTM(H, H)], dropout=0.5),
    "cellgated": lambda size: CellGatedLSTM(size, H),
    "peephole": lambda size: Stacked([PeepholeLSTM(size, H), PeepholeLSTM(H, H)]),
    "phased": lambda size: PhasedLSTM(size, H, r_on=0.5),
    "two phased": lambda size: Stacked([PhasedLSTM(size, H), LSTM(H, H)]),
    "attention": lambda size: Transformer(size, 12, num_heads=2, window=4, dropout=0.5),
    "attention to all": lambda size: Transformer(size, 12, num_heads=3, position="none"),
}


class LastTokens(nn.Module):
    """A model with a window: logits from the last three tokens, whatever came before. State: two tokens."""

    def __init__(self):
        super().__init__()
        self.tables = nn.Parameter(torch.randn(3, V + 1, V))

    def forward(self, tokens, state=None):
        state = (torch.full((len(tokens), 2), V),) if state is None else state
        padded = torch.cat([state[0], tokens], 1)
        windows = padded.unfold(1, 3, 1)
        logits = sum(table[windows[..., k]] for k, table in enumerate(self.tables))
        return logits, (padded[:, -2:],)


@pytest.fixture(autouse=True)
def _float64():
    torch.set_default_dtype(torch.float64)
    torch.manual_seed(0)
    yield
    torch.set_default_dtype(torch.float32)


def make(layer, encoding="embedding"):
    size = V if encoding == "onehot" else 3
    model = (
        LastTokens() if layer == "window" else CharLM(LAYERS[layer](size), V, encoding=encoding, dropout=0.5)
    )
    with torch.no_grad():  # sure predictions, so that a wrong distribution shows
        for parameter in model.parameters():
            parameter.mul_(3)
    return model


def seed(number=0):
    return torch.Generator().manual_seed(number)


def prompts(steps=T, batch=B):
    return torch.randint(V, (batch, steps), generator=seed(1))


def naive(model, prompt, length, weigh, generator):
    """The whole text read anew for every character, without any state; one random number a text and step."""
    model.eval()
    text = prompt
    for _ in range(length):
        with torch.no_grad():
            shares = weigh(model(text)[0][:, -1])
        levels = 1 - torch.rand(len(text), generator=generator)
        drawn = [first_to_reach(level, row) for level, row in zip(levels.tolist(), shares.tolist())]
        text = torch.cat([text, torch.tensor(drawn).unsqueeze(1)], 1)
    return text[:, prompt.shape[1] :]


def first_to_reach(level, shares):
    level *= math.fsum(shares)
    return next(v for v in range(V) if math.fsum(shares[: v + 1]) >= level)


def only_best(logits, k):
    kept = logits.sort(-1, descending=True).values[:, k - 1 : k]
    return torch.where(logits >= kept, logits, torch.tensor(-math.inf))


WEIGHS = {
    "plain": ({}, lambda x: x.softmax(-1)),
    "temperature": ({"temperature": 1.7}, lambda x: (x / 1.7).softmax(-1)),
    "sharpness": ({"sharpness": 0.6}, lambda x: (x * 0.6).softmax(-1)),
    "top k": ({"top_k": 3}, lambda x: only_best(x, 3).softmax(-1)),
    "top k, wild": ({"top_k": 4, "temperature": 3.0}, lambda x: (only_best(x, 4) / 3).softmax(-1)),
    "top k of all": ({"top_k": V + 2}, lambda x: x.softmax(-1)),
    "uniform": ({"temperature": math.inf}, lambda x: torch.ones_like(x) / V),
}


@pytest.mark.parametrize("options", WEIGHS)
@pytest.mark.parametrize("layer", [*LAYERS, "window"])
def test_equals_reading_the_whole_text_for_every_character(layer, options):
    model = make(layer)
    given, weigh = WEIGHS[options]
    expected = naive(model, prompts(), 17, weigh, seed(2))
    assert torch.equal(generate(model, prompts(), 17, generator=seed(2), **given), expected)


@pytest.mark.parametrize("layer", LAYERS)
def test_onehot_equals_reading_the_whole_text_for_every_character(layer):
    model = make(layer, "onehot")
    expected = naive(model, prompts(), 17, lambda x: x.softmax(-1), seed(2))
    assert torch.equal(generate(model, prompts(), 17, generator=seed(2)), expected)


@pytest.mark.parametrize("layer", [*LAYERS, "window"])
def test_greedy_is_the_most_probable_character_of_each_step(layer):
    model = make(layer)
    expected = naive(model, prompts(), 17, lambda x: (x == x.amax(-1, keepdim=True)).double(), seed())
    for options in (
        {"temperature": 0},
        {"sharpness": math.inf},
        {"top_k": 1},
        {"temperature": 0.0, "top_k": 2},
    ):
        assert torch.equal(generate(model, prompts(), 17, **options), expected)


@pytest.mark.parametrize("layer", [*LAYERS, "window"])
def test_a_batch_is_its_texts_one_by_one(layer):
    model = make(layer)
    together = generate(model, prompts(), 17, temperature=0)
    alone = [generate(model, row.unsqueeze(0), 17, temperature=0) for row in prompts()]
    assert torch.equal(together, torch.cat(alone))


@pytest.mark.parametrize("layer", [*LAYERS, "window"])
def test_a_state_continues_a_text(layer):
    model = make(layer).eval()
    start, rest = prompts().split((4, T - 4), dim=1)
    with torch.no_grad():
        _, state = model(start)
    expected = generate(model, prompts(), 17, generator=seed(3))
    kept = [part.clone() for part in state]
    assert torch.equal(generate(model, rest, 17, generator=seed(3), state=state), expected)
    assert all(torch.equal(a, b) for a, b in zip(state, kept))


def test_draws_follow_the_softmax():
    model = LastTokens()
    prompt = torch.tensor([[1, 2, 3]])
    with torch.no_grad():
        logits = model(prompt)[0][0, -1]
    texts, n = prompt.expand(100_003, -1), 100_003
    for options, shares in (
        ({"temperature": 2.0}, (logits / 2).softmax(-1)),
        ({"sharpness": 1.5}, (logits * 1.5).softmax(-1)),
        ({"top_k": 4}, only_best(logits.unsqueeze(0), 4)[0].softmax(-1)),
    ):
        counts = generate(model, texts, 1, generator=seed(4), **options)[:, 0].bincount(minlength=V)
        possible = shares > 0
        assert not counts[~possible].any()
        expected = n * shares[possible]
        chi_square = ((counts[possible] - expected) ** 2 / expected).sum().item()
        # At most ten degrees of freedom: 29.6 is passed by chance once in a thousand.
        assert chi_square < 29.6


def test_seeds_decide_the_text_and_the_global_generator_is_left_alone():
    model, prompt = make("lstm"), prompts()
    before = torch.get_rng_state()
    first, again, other = (generate(model, prompt, 17, generator=seed(n)) for n in (5, 5, 6))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.equal(torch.get_rng_state(), before)
    torch.manual_seed(5)
    assert torch.equal(generate(model, prompt, 17), first)


def test_streams_character_by_character():
    model = make("two lstm")
    expected = generate(model, prompts(), 17, generator=seed(7))
    shown = []
    generate(model, prompts(), 17, generator=seed(7), stream=lambda tokens: shown.append(tokens.clone()))
    assert torch.equal(torch.stack(shown, 1), expected)
    assert torch.equal(torch.stack(list(stream_of(model, prompts(), 17, generator=seed(7))), 1), expected)
    endless = stream_of(model, prompts(), generator=seed(7))
    assert torch.equal(torch.stack(list(itertools.islice(endless, 17)), 1), expected)
    endless.close()


def test_the_model_is_left_as_it_was():
    model = make("two lstm").train()
    model.layer.layers[0].eval()
    before = [part.training for part in model.modules()]
    generate(model, prompts(), 3)
    assert [part.training for part in model.modules()] == before

    steps = stream_of(model, prompts())
    next(steps)
    assert torch.is_grad_enabled()
    assert not torch.is_inference_mode_enabled()
    assert not model.training
    steps.close()
    assert [part.training for part in model.modules()] == before

    with pytest.raises(KeyboardInterrupt):
        generate(model, prompts(), 3, stream=interrupted)
    assert [part.training for part in model.modules()] == before
    # What comes out can be read by a model that trains.
    model(generate(model, prompts(), 3))[0].sum().backward()
    assert all(p.grad is not None for p in model.parameters())


def interrupted(tokens):
    raise KeyboardInterrupt


def test_length_and_batch_are_free():
    model = make("lstm")
    assert generate(model, prompts(1, 1), 1).shape == (1, 1)
    assert generate(model, prompts(2, 3), 501).shape == (3, 501)
    assert generate(model, prompts(2, 3).int(), 2).dtype == torch.long


def test_bad_arguments_are_named():
    model = make("lstm")
    for wrong in (0, -1, 2.0, True):
        with pytest.raises(ValueError, match="length must be an integer of at least 1"):
            generate(model, prompts(), wrong)
        with pytest.raises(ValueError, match="length must be an integer of at least 1"):
            stream_of(model, prompts(), wrong)
        with pytest.raises(ValueError, match="top_k must be an integer of at least 1"):
            generate(model, prompts(), 3, top_k=wrong)
    for wrong in (-0.5, math.nan):
        with pytest.raises(ValueError, match="temperature must be a number of 0 or more"):
            generate(model, prompts(), 3, temperature=wrong)
        with pytest.raises(ValueError, match="sharpness must be a number of 0 or more"):
            generate(model, prompts(), 3, sharpness=wrong)
    with pytest.raises(ValueError, match="temperature and sharpness must not both"):
        generate(model, prompts(), 3, temperature=1.0, sharpness=1.0)
    for wrong in (torch.zeros(B, 0, dtype=torch.long), torch.zeros(3, dtype=torch.long)):
        with pytest.raises(ValueError, match=r"prompt must have shape \(B, T\) with T >= 1"):
            generate(model, wrong, 3)
    with pytest.raises(ValueError, match="prompt must hold integers"):
        generate(model, torch.zeros(B, T), 3)
    with pytest.raises(ValueError, match="prompt must be a tensor, got str"):
        generate(model, "The", 3)
    with pytest.raises(ValueError, match="tokens must lie in"):
        generate(model, torch.full((B, T), V), 3)


@pytest.mark.parametrize("temperature", [0.0, 1.0])
@pytest.mark.parametrize("layer", ["rnn", "lstm", "window"])
def test_a_model_that_predicts_nan_is_named(layer, temperature):
    model = make(layer)
    with torch.no_grad():
        list(model.parameters())[-1].fill_(math.nan)
    with pytest.raises(ValueError, match="model must predict numbers, its logits of character 1 hold NaN"):
        generate(model, prompts(), 3, temperature=temperature)


def test_nan_that_one_character_brings_is_named_where_it_comes():
    model = LastTokens()
    with torch.no_grad():
        model.tables[2, :, :] = -100.0
        for follower in ((0, 3), (3, 7), (7, 4)):  # 0, 3, 7, 4 follow each other
            model.tables[2][follower] = 100.0
        model.tables[2, 4] = math.nan
    steps = stream_of(model, torch.tensor([[0]]), temperature=0)
    assert [next(steps).item() for _ in range(3)] == [3, 7, 4]
    with pytest.raises(ValueError, match="logits of character 4 hold NaN"):
        next(steps)


class FixedLogits(nn.Module):
    def __init__(self, logits):
        super().__init__()
        self.logits = logits

    def forward(self, tokens, state=None):
        return self.logits.expand(*tokens.shape, -1), ()


def test_a_character_of_probability_zero_is_never_drawn():
    inf = math.inf
    model = FixedLogits(torch.tensor([-inf, 0.0, -inf, -800.0, 0.0, -inf]))
    tokens = generate(model, torch.zeros(1009, 1, dtype=torch.long), 101, generator=seed(8))
    assert set(tokens.unique().tolist()) == {1, 4}


def manual():
    """Python's manual of its language, read as text from the module that holds it."""
    path = importlib.util.find_spec("pydoc_data.topics").origin
    tree = ast.parse(Path(path).read_text(encoding="utf-8"))
    return "\n".join(ast.literal_eval(tree.body[-1].value).values())


@pytest.fixture(scope="module")
def trained():
    """A small model after some seconds with Python's manual, its vocabulary, and the text's tokens."""
    torch.set_default_dtype(torch.float32)
    torch.manual_seed(0)
    text = manual()
    vocabulary = Vocabulary(text)
    tokens = vocabulary.encode(text)
    model = CharLM(LSTM(32, 128), len(vocabulary))
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    places = seed(0)
    for _ in range(600):
        starts = torch.randint(len(tokens) - 30, (32, 1), generator=places)
        windows = tokens[starts + torch.arange(31)]
        optimizer.zero_grad()
        character_loss(model(windows[:, :-1])[0], windows[:, 1:]).backward()
        nn.utils.clip_grad_norm_(model.parameters(), 5.0)
        optimizer.step()
    return model, vocabulary, tokens


@pytest.mark.slow
def test_a_higher_temperature_gives_more_distinct_ngrams(trained):
    model, vocabulary, _ = trained
    prompt = vocabulary.encode("The statement ").expand(16, -1)
    for n in (2, 3, 4):
        shares = []
        for temperature in (0.5, 1.0, 2.0):
            texts = generate(model, prompt, 400, temperature=temperature, generator=seed(1))
            shares.append(sum(distinct_ngrams(text, n) for text in texts) / len(texts))
        assert shares[0] < shares[1] < shares[2]


@pytest.mark.slow
def test_greedy_text_runs_into_a_loop_and_drawn_text_does_not(trained):
    model, _, tokens = trained
    prompts = torch.stack([tokens[k * 9001 : k * 9001 + 20] for k in range(16)])
    greedy = generate(model, prompts, 1000, temperature=0)
    assert sum(tail_period(text) is not None for text in greedy) >= 12
    drawn = generate(model, prompts, 1000, temperature=1, generator=seed(2))
    assert sum(distinct_ngrams(text, 8) for text in greedy) < 0.5 * sum(
        distinct_ngrams(text, 8) for text in drawn
    )


@pytest.mark.parametrize(
    "logits", [[math.inf, 0.0, 1.0], [-math.inf] * 3, [math.inf, -math.inf, 0.0], [0.0, math.nan, 1.0]]
)
@pytest.mark.parametrize("options", [{}, {"temperature": 0}, {"temperature": math.inf}, {"top_k": 2}])
def test_logits_that_are_no_distribution_make_no_text(logits, options):
    with pytest.raises(ValueError, match="logits of character 1 hold NaN or infinity"):
        generate(
            lambda tokens, state: (torch.tensor(logits).expand(1, 2, 3), state),
            torch.zeros(1, 2).long(),
            5,
            **options,
        )


def test_logits_near_the_largest_number_make_a_text():
    logits = torch.tensor([3e38, 3e38, -math.inf])  # their sum is infinite, or no number
    text = generate(
        lambda tokens, state: (logits.expand(*tokens.shape, 3), state), torch.zeros(1, 2).long(), 53
    )
    assert set(text.flatten().tolist()) <= {0, 1}


def test_a_prompt_may_be_of_any_type_of_integers():
    torch.manual_seed(3)
    model, prompt = CharLM(LSTM(5, H), num_tokens=V), torch.randint(V, (3, 7))
    expected = generate(model, prompt, 13, temperature=0)
    for kind in (torch.uint8, torch.int16, torch.int32):
        assert torch.equal(generate(model, prompt.to(kind), 13, temperature=0), expected)


@pytest.mark.parametrize(
    "options", [{"temperature": 0}, {"temperature": 5.0}, {"top_k": 3}, {"sharpness": 0.1}]
)
def test_a_token_that_is_never_drawn_leaves_the_others_their_shares(options):
    """The same as a model whose prediction of that token is minus infinity."""
    model, banned = LastTokens(), [2, 7]
    prompt = torch.randint(V, (B, 4))

    def masked(tokens, state=None):
        logits, state = model(tokens, state)
        return logits.index_fill(-1, torch.tensor(banned), -math.inf), state

    found, expected = (
        generate(each, prompt, 40, never=never, generator=torch.Generator().manual_seed(3), **options)
        for each, never in ((model, banned), (masked, ()))
    )
    assert torch.equal(found, expected)
    assert not set(found.flatten().tolist()) & set(banned)


@pytest.mark.parametrize("never", [[-1], [0.5], "ab", 3, [V], [True]])
def test_tokens_that_are_never_drawn_are_tokens(never):
    with pytest.raises(ValueError, match="never must"):
        generate(LastTokens(), torch.zeros(1, 2, dtype=torch.long), 3, never=never)
