"""Tables of character models: what each predicts, what it was seen to write, and what others report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from experiments.reading.plots import natural
from experiments.reading.statistics import runs_table
from experiments.records.records import FolderError, RunRecord

COLUMNS = (
    *("test_bits", "test_loss", "validation_bits", "validation_accuracy", "final_train_bits"),
    *("final_train_accuracy_100", "reach", "vocabulary", "seconds_training"),
    *(f"{kind}.{part}" for kind in ("parts", "unknown") for part in ("train", "validation", "test")),
)
#: Training accuracy by step that a student report gives for a two-layer LSTM on Grimm's tales (report E of the 2020
#: edition of the assignment).
REPORTED = {500: 0.556, 1000: 0.596, 1500: 0.615, 2000: 0.628}
REPORTED_TEXT = "grimm"


def character_runs(runs: Sequence[RunRecord]) -> pd.DataFrame:
    """One row a run, with all columns that the tables below read."""
    frame = runs_table(runs)
    frame["text"] = [run.settings.corpus.name for run in runs]
    return frame.assign(**dict.fromkeys([c for c in COLUMNS if c not in frame], np.nan))


def differing(frame: pd.DataFrame) -> list[str]:
    """Settings in which runs of one text and model differ: they are told apart in the tables."""
    candidates = [c for c in frame.columns if c.startswith(("train.", "corpus."))] + ["device", "threads"]
    candidates = [c for c in candidates if c != "corpus.text"]  # a list; its name stands in the first column
    groups = frame.groupby(["text", "model.name"])
    return [c for c in candidates if (groups[c].nunique(dropna=False) > 1).any()]


def label_column(frame: pd.DataFrame) -> pd.Series:
    """What tables and figures call each run's model: its label, and what else sets it apart."""
    names = frame["model.name"].astype(str)
    for column in differing(frame):
        names = names + " " + column.rpartition(".")[2] + "=" + frame[column].astype(str)
    if frame["text"].nunique() > 1:
        names = frame["text"] + " " + names
    return names


def character_rows(frame: pd.DataFrame) -> list[dict[str, str]]:
    """Means over seeds for each model, the lowest test loss first.

    Args:
        frame: From ``character_runs``.
    """
    frame = frame.assign(label=label_column(frame))
    groups = sorted(
        frame.groupby("label"),
        key=lambda item: (_mean(item[1]["test_bits"], np.inf), natural(item[0])),
    )
    return [_row(label, group) for label, group in groups]


def _mean(values: pd.Series, default: float) -> float:
    return default if values.isna().all() else float(values.mean())


def _row(label: str, group: pd.DataFrame) -> dict[str, str]:
    ended = group[group["status"] == "ok"]
    missing = len(group) - len(ended)
    return {
        "model": label,
        "parameters": _number(ended["parameters"], 0),
        "reach": _reach(group),
        "test bits": _spread(ended["test_bits"]),
        "validation bits": _number(ended["validation_bits"], 3),
        "training bits": _number(ended["final_train_bits"], 3),
        "test accuracy %": _number(100 * ended["test_accuracy"].astype(float), 1),
        "training accuracy %": _number(100 * ended["final_train_accuracy_100"].astype(float), 1),
        "steps": _number(ended["steps"], 0),
        "ms/step": _number(ended["ms_per_step"], 1),
        "seconds": _number(ended["seconds_training"], 0),
        "n": f"{len(ended)}" + (f" ({missing} not ended)" if missing else ""),
    }


def _reach(group: pd.DataFrame) -> str:
    """Characters that an answer can depend on; a recurrent model's state has no limit but where it begins."""
    reach = group["reach"].dropna()
    if len(reach):
        return f"{reach.iloc[0]:.0f}"
    if group["model.family"].iloc[0] == "graph":
        return "-"
    return "no limit" if bool(group["train.stream"].iloc[0]) else f"{group['train.window'].iloc[0]} trained"


def _number(values: pd.Series, digits: int) -> str:
    return "-" if values.isna().all() else f"{values.astype(float).mean():,.{digits}f}"


def _spread(values: pd.Series) -> str:
    mean = _number(values, 3)
    return mean if len(values) < 2 else f"{mean} ± {values.astype(float).std(ddof=1):.3f}"


def data_lines(frame: pd.DataFrame) -> list[str]:
    """How large the parts of each text are, and how many of their characters the training part does not have."""
    lines = []
    for text, group in frame[frame["status"] == "ok"].groupby("text"):
        for _, row in group.drop_duplicates("corpus.sha256").iterrows():
            sizes = ", ".join(
                f"{row[f'parts.{part}']:,.0f} {name}"
                for part, name in (("train", "training"), ("validation", "validation"), ("test", "test"))
            )
            unknown = row["unknown.validation"] + row["unknown.test"]
            lines.append(
                f"{text}: {sizes} characters, {row['vocabulary'] - 1:.0f} different ones in the training part; "
                f"{unknown:,.0f} of validation and test are not among them and count as one unknown symbol; always "
                f"the most frequent one: {100 * row['chance']:.1f} %"
            )
    return lines


def character_text(runs: Sequence[RunRecord]) -> str:
    """The summary as aligned columns for a terminal, and what the text is."""
    frame = character_runs(runs)
    rows = character_rows(frame)
    widths = {c: max(len(c), *(len(row[c]) for row in rows)) for c in rows[0]}
    lines = [
        "  ".join(row[c].ljust(w) if c == "model" else row[c].rjust(w) for c, w in widths.items()).rstrip()
        for row in [{c: c for c in widths}, *rows]
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:], "", *data_lines(frame)])


def reported_rows(curves: dict[str, pd.DataFrame]) -> list[dict[str, str]]:
    """Training accuracy at the steps of ``REPORTED`` and at the end: ours, and the report's below.

    Args:
        curves: Tables of ``curve.csv`` of runs on that text, by what they are called.
    """
    rows = []
    for name, curve in curves.items():
        by_step = curve.set_index("step")["train_accuracy_100"]
        row = {"model": name}
        row |= {f"step {step}": f"{by_step[step]:.3f}" if step in by_step else "-" for step in REPORTED}
        rows.append(row | {"last step": f"{by_step.iloc[-1]:.3f} (step {by_step.index[-1]})"})
    if rows:
        reported = {f"step {step}": f"{value:.3f}" for step, value in REPORTED.items()}
        rows.append({"model": "report E, two-layer LSTM", **reported, "last step": "0.70 after 20 epochs"})
    return rows


def read_rows(run: Path, name: str, columns: Sequence[str]) -> pd.DataFrame:
    """A table beside a run's record, such as ``samples.csv``; empty where there is none.

    Raises:
        FolderError: It is damaged.
    """
    path = run / name
    if not path.exists():
        return pd.DataFrame(columns=list(columns))
    try:
        # A sample may read "NA", or "007".
        frame = pd.read_csv(path, keep_default_na=False, dtype={"prompt": str, "text": str})
    except ValueError as error:
        raise FolderError(f"{path}: cannot be read ({error})") from error
    if not set(columns) <= set(frame.columns):
        raise FolderError(f"{path}: is damaged; delete the folder and run the command again")
    return frame


def sample_rows(run: Path) -> list[dict[str, Any]]:
    """Samples of a run: a row a step and temperature, with the texts by length."""
    frame = read_rows(run, "samples.csv", ("step", "temperature", "length", "prompt", "text"))
    rows = []
    for (step, temperature), group in frame.groupby(["step", "temperature"]):
        texts = {
            int(length): f"{prompt}{text}"
            for length, prompt, text in zip(group["length"], group["prompt"], group["text"])
        }
        rows.append(
            {
                "step": step,
                "temperature": "greedy" if temperature == 0 else f"{temperature:g}",
                "texts": texts,
            }
        )
    return rows
