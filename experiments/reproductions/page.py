"""Claims and measurements side by side: for the terminal, and as a page in Markdown."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from experiments.records.files import write_beside, write_text
from experiments.records.records import FolderError
from experiments.reproductions.claims.claim import Claim
from experiments.reproductions.evidence import Evidence, folder_of
from experiments.reproductions.settings_table import settings_rows
from experiments.reproductions.verdicts import Measurement

ENVIRONMENT = ("gnnlab", "python", "torch", "torch-geometric", "numpy", "device", "cores", "threads")
Looked = tuple[Evidence, Measurement]


def text_of(evidence: Evidence, measurement: Measurement) -> str:
    """Claim, measurement and verdict for a terminal."""
    claim = evidence.claim
    lines = [f"{claim.id}: {claim.title}", "", f"  {claim.source}: {claim.statement}"]
    if evidence.quick and claim.cut:
        lines += ["", f"  Cut by --quick: {claim.cut}"]
    width = max(len(check.part) for check in measurement.checks)
    lines += ["", f"  {'claim'.ljust(width)}  {'holds':9}  measured{_seeds(measurement)}"]
    lines += [f"  {c.part.ljust(width)}  {c.answer:9}  {c.measured}" for c in measurement.checks]
    if measurement.table:
        lines += ["", *(f"  {line}" for line in _aligned(measurement.table))]
    if measurement.note:
        lines += ["", f"  {measurement.note}"]
    if claim.left_out:
        lines += ["", f"  Not done again: {claim.left_out}"]
    lines += ["", *(f"  {line}" for line in _differences(claim))]
    return "\n".join([*lines, "", f"  {claim.id}: {measurement.verdict}"])


def _differences(claim: Claim) -> list[str]:
    """The settings that differ from the source's or are cut, a line each; all of them stand on the page."""
    rows = [row for row in settings_rows(claim) if row["why they differ"]]
    return [
        "{setting}: source {source}; ours {ours in full}, with --quick {ours under --quick} ({why they differ})".format(
            **row
        )
        for row in rows
    ]


def _seeds(measurement: Measurement) -> str:
    if not measurement.seeds:
        return " (nothing is random)"
    return f" (n = {measurement.seeds} seeds)"


def _aligned(rows: Sequence[dict[str, Any]]) -> list[str]:
    columns = list(rows[0])
    widths = [max(len(name), *(len(str(row[name])) for row in rows)) for name in columns]
    lines = [[str(row[name]) for name in columns] for row in rows]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths)).rstrip()
        for line in [columns, *lines]
    ]


def write_page(
    page: Path, looked: Sequence[Looked], absent: Sequence[Claim], *, quick: bool, root: Path
) -> None:
    """Write the page, and copy the figures beside it.

    Figures go into ``pictures/NAME`` beside the page, NAME being the page's own without its ending.

    Args:
        page: File to write.
        looked: Claims with what was found.
        absent: Claims without records, which the page names.
        quick: Whether these are the quick settings.
        root: Folder that holds the results folders.

    Raises:
        FolderError: It cannot be written.
    """
    pictures = page.parent / "pictures" / page.stem
    try:
        pictures.mkdir(parents=True, exist_ok=True)
        for evidence, _ in looked:
            figure = folder_of(evidence.claim, quick, root) / "figure.png"
            write_beside(pictures / f"{evidence.claim.id}.png", partial(shutil.copyfile, figure))
        write_text(page, page_text(looked, absent, quick=quick, pictures=f"pictures/{page.stem}"))
    except OSError as error:
        raise FolderError(f"page: {page} cannot be written ({error.strerror})") from error


def page_text(looked: Sequence[Looked], absent: Sequence[Claim], *, quick: bool, pictures: str) -> str:
    """The page as Markdown.

    Args:
        looked, absent, quick: As for ``write_page``.
        pictures: Where the figures lie, seen from the page.
    """
    settings = "the quick settings, which are cut to fit a small machine" if quick else "the full settings"
    lines = [
        "# Reproductions",
        "",
        f"What others report, run again and set beside their words. All numbers are from recorded runs under "
        f"{settings}; each section names the settings"
        + (", what was cut," if quick else "")
        + " and the command. Reports A to E are five student reports on one course assignment about recurrent and "
        "graph networks (2019 and 2020).",
        "",
        "A claim is *confirmed* where every part of it holds, *not confirmed* where none does that was looked at, and "
        "confirmed *in part* otherwise. A part that the settings cannot show keeps a claim from being confirmed; where "
        "they show no part, the claim is *not shown*.",
        "",
        "A part holds where a test over seeds says so at 5 %, after Holm's correction over the parts of its claim, so "
        "that models which do not differ confirm at most one claim of twenty. It fails where it is shown to be "
        "otherwise; what the seeds leave open is not shown, and below three seeds nothing is said. A run that failed "
        "counts as one that did not get there. Where nothing is random, numbers are compared as they are.",
        "",
        "The settings of each claim stand in a table: what the source says, ours in full, ours under `--quick`, and "
        "why they differ. What a report leaves to its assignment is the assignment's.",
        "",
        "| claim | what it says | source | verdict |",
        "| --- | --- | --- | --- |",
    ]
    for evidence, measurement in looked:
        claim = evidence.claim
        link = f"[{claim.id}](#{anchor(heading(claim))})"
        lines.append(f"| {link} | {_cell(claim.title)} | {_cell(claim.source)} | **{measurement.verdict}** |")
    for claim in absent:
        lines.append(f"| {claim.id} | {_cell(claim.title)} | {_cell(claim.source)} | not run |")
    for evidence, measurement in looked:
        lines += ["", *_section(evidence, measurement, pictures)]
    lines += ["", "## Where these runs were made", "", *_environments([evidence for evidence, _ in looked])]
    return "\n".join(lines) + "\n"


def _section(evidence: Evidence, measurement: Measurement, pictures: str) -> list[str]:
    claim = evidence.claim
    lines = [
        f"## {heading(claim)}",
        "",
        f"**Claim** ({claim.source}). {claim.statement}",
        "",
        f"**Verdict: {measurement.verdict}**{_seeds(measurement)}.",
        "",
        "| claimed | holds | ours |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {_cell(c.part)} | {c.answer} | {_cell(c.measured)} |" for c in measurement.checks]
    lines += ["", f"![{claim.title}]({pictures}/{claim.id}.png)", ""]
    if measurement.note:
        lines += [measurement.note, ""]
    lines += [f"**How it is measured.** {claim.method}", ""]
    if evidence.quick and claim.cut:
        lines += [f"**What is cut.** {claim.cut}", ""]
    elif evidence.quick:
        lines += ["**What is cut.** Nothing.", ""]
    if claim.left_out:
        lines += [f"**What is not done again.** {claim.left_out}", ""]
    lines += ["**Settings.**", "", *_markdown(settings_rows(claim)), ""]
    lines += ["**Command.**", "", f"    {claim.command(evidence.quick)}"]
    if measurement.table:
        lines += [
            "",
            "<details><summary>Numbers</summary>",
            "",
            *_markdown(measurement.table),
            "",
            "</details>",
        ]
    return lines


def heading(claim: Claim) -> str:
    """Heading of a claim's section."""
    return f"{claim.id}: {claim.title}"


def anchor(text: str) -> str:
    """What a heading is called in a link, as Markdown on the web has it.

    Example:
        >>> anchor("A1: LSTM, n = 10")
        'a1-lstm-n--10'
    """
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _markdown(rows: Sequence[dict[str, Any]]) -> list[str]:
    columns = list(rows[0])
    lines = ["| " + " | ".join(columns) + " |", "|" + " --- |" * len(columns)]
    return lines + ["| " + " | ".join(_cell(str(row[name])) for name in columns) + " |" for row in rows]


def _environments(evidences: Sequence[Evidence]) -> list[str]:
    """Versions and cores, once for each different set of them; nothing that names a machine."""
    lines: dict[str, None] = {}
    for evidence in evidences:
        for place in evidence.environments:
            known = [f"{name} {place[name]}" for name in ENVIRONMENT if place.get(name) is not None]
            lines[f"- {', '.join(known)}"] = None
    return list(lines)
