"""Characters with a captured step, which on a CPU is carried out again: the same texts as without."""

import pytest
import torch
from torch import nn

from seq import GRU, LSTM, CharLM, generate
from seq.text.captured import captured_characters
from seq.text.draw import Draw
from tests.recorder import Recorder


class Growing(nn.Module):
    """Its state is all that it read, up to five characters."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(7, 7)

    def forward(self, tokens, state=None):
        read = tokens if state is None else torch.cat([state, tokens], 1)
        read = read[:, -5:]
        return self.embedding(read).sum(1, keepdim=True), read


def recorded(model, prompt, length, draw, capture):
    with torch.no_grad():
        logits, state = model(prompt)
    return torch.stack(list(captured_characters(model, logits[:, -1], state, length, draw, capture)), 1)


@pytest.mark.parametrize(
    "model",
    [
        lambda: CharLM(LSTM(4, 6), 7),
        lambda: CharLM(GRU(7, 6), 7),
        lambda: Growing(),
    ],
)
@pytest.mark.parametrize(
    ("temperature", "top_k", "never"), [(1.0, None, ()), (0.7, 3, (2,)), (0.0, None, (1, 5))]
)
def test_the_texts_are_those_of_the_plain_way(model, temperature, top_k, never):
    torch.manual_seed(0)
    model = model().eval()
    prompt = torch.tensor([[1, 2, 3], [4, 0, 6]])
    options = {"temperature": temperature, "top_k": top_k, "never": never}
    plain = generate(model, prompt, 150, **options, generator=torch.Generator().manual_seed(1))
    recorder = Recorder()
    draw = Draw(temperature, top_k, torch.Generator().manual_seed(1), never)
    assert torch.equal(recorded(model, prompt, 150, draw, recorder), plain)
    assert recorder.captures == 1
    assert recorder.replays >= 150 - 10


def test_what_cannot_be_captured_goes_on_without():
    def refuses(body, device):
        raise RuntimeError("operation not permitted when stream is capturing")

    torch.manual_seed(0)
    model, prompt = CharLM(LSTM(4, 6), 7).eval(), torch.tensor([[1]])
    plain = generate(model, prompt, 30, generator=torch.Generator().manual_seed(1))
    assert torch.equal(
        recorded(model, prompt, 30, Draw(1.0, None, torch.Generator().manual_seed(1)), refuses), plain
    )


class Bad(nn.Module):
    """Predicts NaN from its fifth character on."""

    def forward(self, tokens, state=None):
        state = torch.zeros(1) if state is None else state + 1
        return torch.where(state >= 5, torch.nan, torch.ones(len(tokens), 1, 3)), state


def test_the_character_whose_prediction_is_no_number_is_named():
    prompt, model = torch.tensor([[0]]), Bad()
    with pytest.raises(ValueError, match="logits of character 6 hold NaN"):
        generate(model, prompt, 20)
    with pytest.raises(ValueError, match="logits of character 6 hold NaN"):
        recorded(model, prompt, 20, Draw(1.0, None, None), Recorder())
