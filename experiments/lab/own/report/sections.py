"""What the page of a user's own task says of it beside the sections that all pages share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from experiments.core import own
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences, Table


def about(results: Results) -> Section:
    """The task, where its code and that of the models came from, and what of the page is missing, and why."""
    run = results.runs[0].settings
    sentences = list(run.about.facts)
    for reason, labels in _reasons(results).items():
        sentences.append(f"{', '.join(labels)}: no D(r) on this page, because {reason}.")
    for label in results.models:
        rows = results.ended[results.ended[LABEL] == label]
        if len(rows) and rows["fixed"].eq(True).any():
            size, budget = rows["parameters"].iloc[0], rows["train.budget"].iloc[0]
            sentences.append(
                f"{label} declares a fixed size: {size:,.0f} parameters, {size / budget:.2g} times the budget of the "
                "others."
            )
    codes = {code.name: code for record in results.runs for code in record.settings.code}
    rows = [
        {
            "what": code.kind,
            "name": code.name,
            "file": code.place,
            "SHA-256": code.sha256[:16],
            "now": _now(code),
        }
        for code in codes.values()
    ]
    blocks: list[Any] = [Sentences(sentences)]
    if rows:
        note = "A run is done again from these files. Where one has changed since, `gnnlab redo` says so."
        blocks.append(Table(rows, note, texts=("what", "name", "file", "SHA-256", "now"), wide=False))
    return Section("task", "The task, and whose code it is", blocks)


def _now(code: own.Code) -> str:
    if not code.file:
        return "-"
    if not Path(code.file).is_file():
        return "not there"
    return "changed" if code.changed else "the same"


def _reasons(results: Results) -> dict[str, list[str]]:
    """Why D(r) could not be measured, with the models that it could not be measured of."""
    frame = results.ended
    found = frame.loc[frame["no_sensitivity"].notna(), [LABEL, "no_sensitivity"]].drop_duplicates()
    return {str(reason): sorted(rows[LABEL]) for reason, rows in found.groupby("no_sensitivity")}
