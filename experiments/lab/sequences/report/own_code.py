"""What a page says of a user's own task, data, models and layers: what they are, whose code it is, what is missing."""

from __future__ import annotations

from pathlib import Path

from experiments.core import own
from experiments.reading.frames import LABEL
from experiments.reading.results import Results
from experiments.reading.sections import Section, Sentences, Table


def own_code(results: Results) -> Section | None:
    """The task, where its code and that of the models came from, and what of the page is missing, and why.

    Nothing where all of it is the lab's.
    """
    codes = {code.name: code for record in results.runs for code in record.settings.code}
    if not codes:
        return None
    about = getattr(results.runs[0].settings, "about", None)
    sentences = list(about.facts) if about is not None else []
    for reason, labels in _reasons(results).items():
        sentences.append(f"{', '.join(labels)}: no D(r) on this page, because {reason}.")
    for label in results.models:
        rows = results.ended[results.ended[LABEL] == label]
        if len(rows) and rows["fixed"].eq(True).any():
            size, budget = rows["parameters"].iloc[0], rows["train.budget"].iloc[0]
            than = (
                f", {size / budget:.2g} times the budget of the others"
                if not rows["train.hidden"].any()
                else ""
            )
            sentences.append(f"{label} declares a fixed size: {size:,.0f} parameters{than}.")
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
    note = "A run is done again from these files. Where one has changed since, gnnlab redo says so."
    table = Table(rows, note, texts=("what", "name", "file", "SHA-256", "now"))
    return Section("own", "What is your own", [*([Sentences(sentences)] if sentences else []), table])


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
