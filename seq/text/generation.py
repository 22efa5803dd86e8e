"""Text from a model of the next character, one character after the other."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from seq.checks import check_function, check_size, check_tensor
from seq.text.captured import captured_characters
from seq.text.draw import Draw, refuse
from seq.text.next_character import NextCharacterModel
from seq.text.stepper import stepper
from seq.text.temperature import check_temperature


def generate(
    model: NextCharacterModel,
    prompt: Tensor,
    length: int,
    *,
    temperature: float | None = None,
    sharpness: float | None = None,
    top_k: int | None = None,
    never: Sequence[int] = (),
    generator: torch.Generator | None = None,
    state: Any = None,
    stream: Callable[[Tensor], object] | None = None,
) -> Tensor:
    """Continue a batch of texts, each character drawn from the model's prediction and read by it in turn.

    The state is carried on, so a character costs the same time and memory however long the text is. Nothing
    is recorded for gradients; the model is in evaluation mode meanwhile, and as it was before afterwards.

    Args:
        model: any :class:`seq.text.next_character.NextCharacterModel`.
        prompt: what each text begins with.
        length: number of characters to add, 1 or more.
        temperature: each character is drawn from softmax(logits / temperature); 1 when left out, and 0 takes
            the most probable character, the first of equals.
        sharpness: the other convention, softmax(sharpness · logits), in place of a temperature.
        top_k: draw among the k most probable characters only.
        never: tokens that are not drawn, as one that stands for unknown characters.
        generator: where the randomness comes from; torch's global generator when left out.
        state: the model's state before the prompt, which continues an earlier text.
        stream: called with the characters (B,) of every step, as soon as they are there.

    Shapes:
        - **prompt**: (B, T) integers, T >= 1
        - returns (B, length) long integers, without the prompt

    Raises:
        ValueError: an argument out of its range, by name, or a model that predicts NaN or infinity.

    Example:
        >>> import torch
        >>> from seq import LSTM, CharLM, generate
        >>> model = CharLM(LSTM(8, 16), num_tokens=11)
        >>> generator = torch.Generator().manual_seed(0)
        >>> generate(model, torch.tensor([[1, 2, 3]]), 7, temperature=0.5, generator=generator).shape
        torch.Size([1, 7])
    """
    check_size("length", length)
    if stream is not None:
        check_function("stream", stream)
    steps = generate_stream(
        model,
        prompt,
        length,
        temperature=temperature,
        sharpness=sharpness,
        top_k=top_k,
        never=never,
        generator=generator,
        state=state,
    )
    text = torch.empty(prompt.shape[0], length, dtype=torch.long, device=prompt.device)
    with closing(steps):  # so that the model is as it was before, also where ``stream`` raises
        for t, tokens in enumerate(steps):
            text[:, t] = tokens
            if stream is not None:
                stream(tokens)
    return text


def generate_stream(
    model: NextCharacterModel,
    prompt: Tensor,
    length: int | None = None,
    *,
    temperature: float | None = None,
    sharpness: float | None = None,
    top_k: int | None = None,
    never: Sequence[int] = (),
    generator: torch.Generator | None = None,
    state: Any = None,
) -> Generator[Tensor, None, None]:
    """The characters of :func:`generate` as an iterator, for text that is shown while it grows.

    The model is in evaluation mode from the first character until the generator is used up or closed.

    Args:
        prompt: (B, T) integers, what each text begins with.
        model, temperature, sharpness, top_k, never, generator, state: as for :func:`generate`.
        length: number of characters, 1 or more; None never ends.

    Returns:
        A generator of tokens (B,), one step each; its ``close()`` ends it early.

    Raises:
        ValueError: as :func:`generate`, at the call and not at the first step.
    """
    check_function("model", model)
    check_tensor("prompt", prompt)
    if prompt.dim() != 2 or prompt.shape[1] == 0:
        raise ValueError(f"prompt must have shape (B, T) with T >= 1, got {tuple(prompt.shape)}")
    if prompt.is_floating_point() or prompt.is_complex() or prompt.dtype == torch.bool:
        raise ValueError(f"prompt must hold integers, got {prompt.dtype}")
    if length is not None:
        check_size("length", length)
    if top_k is not None:
        check_size("top_k", top_k)
    if generator is not None and not isinstance(generator, torch.Generator):
        raise ValueError(f"generator must be a torch.Generator, got {type(generator).__name__}")
    draw = Draw(check_temperature(temperature, sharpness), top_k, generator, _checked_tokens(never))
    return _steps(model, prompt.long(), length, draw, state)


def _steps(
    model: NextCharacterModel, prompt: Tensor, length: int | None, draw: Draw, state: Any
) -> Generator[Tensor, None, None]:
    with _evaluation(model):
        with torch.no_grad():
            logits, state = model(prompt, state)
        logits = logits[:, -1]  # (B, V), of the character after the prompt
        if logits.is_cuda:
            yield from captured_characters(model, logits, state, length, draw)
            return
        step = stepper(model, state)
        made = 0
        while length is None or made < length:
            if not logits.amax(-1).isfinite().all():  # a NaN is the largest of all
                refuse(made + 1)
            tokens = draw(logits)
            yield tokens
            made += 1
            if made != length:
                logits = step(tokens)


def _checked_tokens(never: Sequence[int]) -> list[int]:
    """The tokens that are never drawn; raise unless they are integers of 0 or more."""
    if isinstance(never, str) or not isinstance(never, Iterable):
        raise ValueError(f"never must be a sequence of tokens, got {never!r}")
    tokens = list(never)
    for token in tokens:
        check_size("never", token, least=0)
    return [int(token) for token in tokens]


@contextmanager
def _evaluation(model: NextCharacterModel) -> Iterator[None]:
    """The model in evaluation mode; afterwards every part of it as it was."""
    parts = list(model.modules()) if isinstance(model, nn.Module) else []
    before = [part.training for part in parts]
    for part in parts:
        part.training = False
    try:
        yield
    finally:
        for part, training in zip(parts, before):
            part.training = training
