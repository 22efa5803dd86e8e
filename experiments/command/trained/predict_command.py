"""``gnnlab predict``: the classes of new texts, from the folder of a run."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from experiments.records.files import check_ordinary, decode, read_bytes, row_of

if TYPE_CHECKING:
    from experiments.lab.documents.prediction import DocumentPredictor, Prediction

STDIN = "-"
MOST_NAMED = 8  # unknown words that a note names


Hyphened = Parameter(allow_leading_hyphen=True)  # for - alone, and for texts that begin with one


def predict(
    run: Path,
    text: Annotated[str | None, Hyphened] = None,
    /,
    *,
    file: Annotated[Path | None, Hyphened] = None,
) -> int:
    """Say the class of new texts, with probabilities, as a trained model sees it.

    One text is answered by a table of all classes. Several are answered by tab-separated values with a heading, one row
    a text; an empty line, or one of unknown words alone, gets a row without a class. Words that the model has never
    seen are passed over, and said on stderr. A model over the graph of its corpus attaches the new text to the words it
    knows, with their old inverse document frequencies; nothing is trained again.

    Parameters
    ----------
    run
        Folder of a run, below the folder that `gnnlab run documents` wrote.
    text
        The text, or - to read texts from stdin, one per line.
    file
        A file of texts, one per line; - for stdin.
    """
    if (text is None) == (file is None):
        raise ValueError('text: give either a text in quotes or --file FILE: gnnlab predict RUN "some text"')
    if text is not None and re.fullmatch(r"--\w[\w-]*(=.*)?", text):
        raise ValueError(f"text: {text} is no option of predict; a text in quotes or --file FILE is expected")
    single = text is not None and text != STDIN
    if single and not text.strip():  # type: ignore[union-attr]
        raise ValueError("text: is empty; there should be at least one word")
    texts = [text] if single else _read_lines(None if text == STDIN or str(file) == STDIN else file)
    if not texts:
        raise ValueError(f"file: {'stdin' if file is None or str(file) == STDIN else file} has no text in it")

    from experiments.lab.documents.prediction import DocumentPredictor

    predictor = DocumentPredictor(run)
    answers = predictor.predict(texts)  # type: ignore[arg-type]
    if single and answers[0].probabilities is None:
        why = "has no word in it" if not answers[0].words else f"has no class: {_unknown(answers[0])}"
        raise ValueError(f"text: {text!r:.80} {why}")
    if single:
        _print_one(predictor, answers[0])
    else:
        _print_table(predictor, answers)
    return 0


def _read_lines(path: Path | None) -> list[str]:
    try:
        if path is not None:
            check_ordinary("file", path)
        decoded = decode(sys.stdin.buffer.read() if path is None else read_bytes(path))
    except OSError as error:
        raise ValueError(f"file: {path} cannot be read ({error.strerror})") from error
    except UnicodeDecodeError as error:
        raise ValueError(
            f"file: {path or 'stdin'} row {row_of(error)} should be UTF-8 text ({error.reason})"
        ) from error
    return decoded.removesuffix("\n").split("\n") if decoded else []


def _print_one(predictor: DocumentPredictor, answer: Prediction) -> None:
    assert answer.probabilities is not None
    pairs = sorted(zip(predictor.class_names, answer.probabilities), key=lambda pair: -pair[1])
    width = max(len(name) for name in predictor.class_names)
    for name, probability in pairs:
        print(f"{name.ljust(width)}  {probability:.4f}")
    for note in _notes(answer):
        print(f"gnnlab: {note}", file=sys.stderr)


def _print_table(predictor: DocumentPredictor, answers: list[Prediction]) -> None:
    names = predictor.class_names
    print("\t".join(["row", "class", *(f"p({name})" for name in names), "words", "unknown"]))
    for row, answer in enumerate(answers, 1):
        if answer.probabilities is None:
            cells = ["", *[""] * len(names)]
        else:
            best = names[int(answer.probabilities.argmax())]
            cells = [best, *(f"{probability:.6f}" for probability in answer.probabilities)]
        print("\t".join([str(row), *cells, str(answer.words), str(len(answer.unknown))]))
        for note in _notes(answer):
            print(f"gnnlab: row {row}: {note}", file=sys.stderr)


def _notes(answer: Prediction) -> list[str]:
    if not answer.words:
        return ["no word in it, so no class"]
    if answer.probabilities is None:
        return [f"no class: {_unknown(answer)}"]
    notes = []
    if answer.unknown:
        notes.append(f"unknown words, passed over: {_named(answer.unknown)}")
    if answer.cut is not None:
        notes.append(f"{answer.words} words; the model reads the first {answer.cut} that it knows")
    return notes


def _unknown(answer: Prediction) -> str:
    return f"the model knows none of its words ({_named(answer.unknown)})"


def _named(words: list[str]) -> str:
    more = len(words) - MOST_NAMED
    return ", ".join(words[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
