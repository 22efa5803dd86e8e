"""``gnnlab sample``: text from trained character models."""

from __future__ import annotations

import itertools
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from experiments.core.written.lists import parse_choices

if TYPE_CHECKING:
    from torch import Tensor

    from seq import Vocabulary

MOST_SEEDS = 2**63  # what torch's generators take
EXIT_INTERRUPTED = 130


def sample(
    run_folder: Path,
    /,
    *others: Path,
    prompt: Annotated[list[str], Parameter(allow_leading_hyphen=True, consume_multiple=False, negative="")],
    length: str = "142",
    temperature: str | None = None,
    sharpness: str | None = None,
    top_k: int | None = None,
    seed: int = 0,
    count: int = 1,
    unknown: str = "refuse",
) -> int:
    """Continue a text with trained character models, one character after the other.

    A text appears while it is written where the output is a terminal. The same command gives the same text. Several
    prompts, lengths, temperatures or runs are gone through, each combination below a line that names it.

      gnnlab sample runs/characters/RUN --prompt "The sleeping beauty is" --temperature 0.5,1

    Parameters
    ----------
    run_folder
        Folder of one run of `gnnlab run characters`. An unfinished run gives its best weights so far.
    others
        Further ones, whose texts stand below it.
    prompt
        What the text begins with. Give the option again for another one.
    length
        Characters to add to the prompt; several with commas between.
    temperature
        Draw from softmax(logits / temperature): under 1 safer, above 1 wilder, 0 the most probable character always
        (which soon repeats itself) [1]. Several with commas between.
    sharpness
        Draw from softmax(sharpness * logits), the other convention, in place of a temperature.
    top_k
        Draw among the K most probable characters only.
    seed
        What fixes the draws.
    count
        Texts to write, drawn together; more than one are numbered.
    unknown
        What to do with characters of the prompt that the model has never seen: refuse, skip, or one character to put
        in their place.
    """
    for each in prompt:
        _check_prompt(each)
    if count < 1:
        raise ValueError(f"count: {count} should be 1 or more")
    if not 0 <= seed < MOST_SEEDS:
        raise ValueError(f"seed: {seed} should be 0 or more, and under 2^63")
    varied: dict[str, list[Any]] = {
        "prompt": list(dict.fromkeys(prompt)),
        "length": parse_choices("length", length, int),
        "temperature": [None] if temperature is None else parse_choices("temperature", temperature, float),
        "sharpness": [None] if sharpness is None else parse_choices("sharpness", sharpness, float),
    }
    runs = list(dict.fromkeys([run_folder, *others]))
    for run in runs:
        _check_folder(run)

    import torch

    from experiments.lab.characters.loading import load_character_model
    from experiments.lab.characters.samples import never_drawn
    from seq import generate_stream

    models = {run: load_character_model(run)[:2] for run in runs}
    begins = {
        (run, text): _read_prompt(text, vocabulary, unknown)
        for run, (_, vocabulary) in models.items()
        for text in varied["prompt"]
    }
    texts = []
    for text, steps, warmth, sharp, run in itertools.product(*varied.values(), runs):
        model, vocabulary = models[run]
        tokens = begins[run, text]
        drawn = generate_stream(
            model,
            tokens.expand(count, -1),
            steps,
            temperature=warmth,
            sharpness=sharp,
            top_k=top_k,
            never=never_drawn(vocabulary),
            generator=torch.Generator().manual_seed(seed),
        )
        settings = {
            "prompt": text,
            "length": steps,
            "temperature": warmth,
            "sharpness": sharp,
            "run": run.name,
        }
        texts.append((settings, tokens[0], drawn, vocabulary, steps))
    named = [name for name, values in varied.items() if len(values) > 1] + ["run"] * (len(runs) > 1)
    for place, (settings, begin, drawn, vocabulary, steps) in enumerate(texts):
        if named:
            head = ", ".join(f"{name} {settings[name]}" for name in named if name != "prompt")
            print("\n" * (place > 0) + f"== {head or settings['prompt']} ==")
        code = _write(vocabulary.decode(begin), drawn, vocabulary, count, steps)
        if code:
            return code
    return 0


def _write(begin: str, steps: Iterator[Tensor], vocabulary: Vocabulary, count: int, length: int) -> int:
    """Write one text as it comes, or several when all are there. Returns the exit code."""
    if count == 1:
        return _write_live(begin, steps, vocabulary)

    import torch
    from tqdm import tqdm

    progress = tqdm(steps, total=length, unit="characters", disable=not sys.stderr.isatty())
    for number, text in enumerate(torch.stack(list(progress), dim=1), start=1):
        print(f"[{number}] {begin}{vocabulary.decode(text)}")
    return 0


def _write_live(begin: str, steps: Iterator[Tensor], vocabulary: Vocabulary) -> int:
    """Write one text as it comes; Ctrl-C ends it where it is. Returns the exit code."""
    live = sys.stdout.isatty()
    print(begin, end="", flush=live)
    code = 0
    try:
        for character in steps:
            print(vocabulary.decode(character), end="", flush=live)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    print()
    return code


def _check_prompt(prompt: str) -> None:
    if not prompt:
        raise ValueError("prompt: it should have at least one character")
    if re.fullmatch(r"--\w[\w-]*(=.*)?", prompt):
        raise ValueError(
            f"prompt: {prompt} looks like an option; a text in quotes is expected, as --prompt 'Once'"
        )


def _check_folder(run_folder: Path) -> None:
    """Raise for a folder of results, naming a run in it; other wrong folders are named when they are read."""
    runs = sorted(config.parent for config in run_folder.glob("*/config.json"))
    if runs and not (run_folder / "config.json").exists():
        raise ValueError(f"run_folder: {run_folder} holds runs; it should be one of them, such as {runs[0]}")
    if not (run_folder / "config.json").exists():
        raise ValueError(f"run_folder: {run_folder} is not the folder of a run; config.json is missing")


def _read_prompt(prompt: str, vocabulary: Vocabulary, unknown: str) -> Tensor:
    """The tokens (1, T) of a prompt; on stderr, which of its characters the model does not know."""
    try:
        tokens = vocabulary.encode(prompt, unknown=unknown)
    except ValueError as error:
        missing = vocabulary.unknown(prompt)
        if unknown != "refuse" or not missing:
            raise
        named = ", ".join(repr(character) for character in missing)
        raise ValueError(
            f"prompt: the model has never seen {named}; --unknown skip leaves them out, --unknown ' ' puts a space "
            "for each"
        ) from error
    if not len(tokens):
        raise ValueError("prompt: the model has seen none of its characters, so that nothing is left of it")
    if missing := vocabulary.unknown(prompt):
        done = "left out" if unknown == "skip" else f"replaced by {unknown!r}"
        named = ", ".join(f"{character!r} ({times})" for character, times in missing.items())
        print(f"prompt: characters that the model has never seen are {done}: {named}", file=sys.stderr)
    return tokens.unsqueeze(0)
