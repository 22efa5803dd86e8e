import numpy as np
import torch

from experiments.lab.characters.models.models import build_character_model
from experiments.lab.characters.samples import take_samples
from experiments.lab.characters.settings import SAMPLE_LENGTHS, SAMPLE_TEMPERATURES, CharacterTraining
from experiments.lab.characters.specs import parse_character_model
from experiments.lab.characters.text.corpus import UNKNOWN, Corpus
from seq import Vocabulary

LETTERS = "abcdefg"
TEXT = Corpus(
    np.arange(70).astype(np.uint8) % 7,
    Vocabulary(LETTERS + UNKNOWN),
    {"train": (0, 50), "validation": (50, 60), "test": (60, 70)},
    {},
)


def samples(seed=0, step=5, **options):
    torch.manual_seed(0)
    train = CharacterTraining(hidden=8)
    model = build_character_model(parse_character_model("lstm-1"), train, 8, 8)
    with torch.no_grad():
        model.head.bias[7] = -1e9  # the symbol that no text holds
    return take_samples(model, TEXT, step=step, seed=seed, **options)


def test_there_is_one_of_every_temperature_and_length():
    rows = samples()
    pairs = {(row["temperature"], row["length"]) for row in rows}
    assert pairs == {(t, n) for t in SAMPLE_TEMPERATURES for n in SAMPLE_LENGTHS}
    for row in rows:
        assert len(row["text"]) == row["length"]
        assert len(row["prompt"]) == 1
        assert set(row["prompt"] + row["text"]) <= set(LETTERS)
    assert len({row["prompt"] for row in rows}) > 1


def test_seed_and_step_fix_what_is_drawn_and_nothing_else_is_touched():
    before = samples()
    assert samples() == before
    assert samples(seed=1) != before
    assert [row["text"] for row in samples(step=6)] != [row["text"] for row in before]
    after = torch.get_rng_state()
    torch.manual_seed(0)
    build_character_model(parse_character_model("lstm-1"), CharacterTraining(hidden=8), 8, 8)
    assert torch.equal(torch.get_rng_state(), after)  # as the model alone leaves it


def test_a_prompt_begins_every_text_and_greedy_texts_agree():
    rows = samples(prompt="bad")
    assert {row["prompt"] for row in rows} == {"bad"}
    greedy = [row["text"] for row in rows if row["temperature"] == 0]
    assert all(greedy[-1].startswith(text) for text in greedy)
