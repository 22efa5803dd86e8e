"""``gnnlab compare`` and ``gnnlab table``: results as text, CSV, Markdown or LaTeX."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.reading.folder_comparison import FolderComparison

MOST_LISTED = 20  # runs without a counterpart, by name


def compare(
    first: Path,
    second: Path,
    /,
    *,
    metric: str | None = None,
    format: str = "text",
    out: Path | None = None,
) -> int:
    """Compare two results folders: what got better or worse in B, and what differs no more than seeds do.

    Runs are matched by model, task and settings; a setting that has one value in each folder may differ, and is
    listed. Where both hold the same seeds the differences are paired. Verdicts are corrected for the number of
    groups compared.

    Parameters
    ----------
    first
        Folder A, the one to compare with.
    second
        Folder B, the one in question.
    metric
        A number of result.json, such as test_loss or ms_per_step [what the experiment judges its runs by].
    format
        text, csv (numbers not rounded), markdown or latex.
    out
        File to write in place of the terminal.
    """
    from experiments.reading.table_formats import FORMATS, check_format

    check_format(format)
    _check_out(out)
    from experiments.reading.folder_comparison import compare_folders
    from experiments.reading.tables import comparison_rows
    from experiments.records.records import read_runs

    if first.resolve() == second.resolve():
        raise ValueError(f"folders: {first} and {second} are the same folder")
    comparison = compare_folders(read_runs(first), read_runs(second), metric=metric)
    if format == "csv":
        text = comparison.groups.to_csv(index=False).rstrip("\n")
    else:
        text = FORMATS[format](comparison_rows(comparison))
    if format == "text":
        text = "\n\n".join([_head(comparison, first, second), text, _foot(comparison)])
    _give(text, out)
    return 0


def table(
    folder: Path,
    /,
    *,
    metric: str | None = None,
    format: str = "text",
    baseline: str | None = None,
    out: Path | None = None,
) -> int:
    """The table of a results folder: mean, standard deviation, interquartile mean, success rate, n.

    Runs are grouped by everything but the seed; settings that differ within the folder become columns.

    Parameters
    ----------
    folder
        What `gnnlab run` was given as --out.
    metric
        A number of result.json, such as test_loss [what the experiment judges its runs by].
    format
        text, csv (numbers not rounded), markdown or latex (a tabular that needs no package).
    baseline
        A model; adds the difference from it, paired by seed, with a bootstrap interval and the number of pairs.
    out
        File to write in place of the terminal.
    """
    from experiments.reading.table_formats import FORMATS, check_format

    check_format(format)
    _check_out(out)
    from experiments.reading.results import Results
    from experiments.reading.tables import summary_rows, with_differences

    results = Results(folder, baseline=baseline)
    summary = results.summary(metric)
    paired = None if baseline is None else results.paired(metric=metric)
    if format == "csv":
        _give(_unrounded(summary, paired), out)
        return 0
    rows = summary_rows(results, summary, metric)
    if paired is not None:
        rows = with_differences(rows, paired, summary, results.metrics(metric)[0])
    _give(FORMATS[format](rows), out)
    return 0


def _unrounded(summary: Any, paired: Any) -> str:
    if paired is not None:
        names = {"low": "difference_low", "high": "difference_high", "n": "pairs"}
        paired = paired.rename(columns=names)
        keys = [c for c in paired.columns if c in summary.columns]
        summary = summary.merge(paired, on=keys, how="left")
    return str(summary.to_csv(index=False)).rstrip("\n")


def _head(comparison: FolderComparison, first: Path, second: Path) -> str:
    groups, metric = comparison.groups, comparison.metric.key
    words = ", ".join(
        f"{(groups['verdict'] == verdict).sum()} {verdict}"
        for verdict in ("better", "worse", "within noise", "too few runs")
    )
    return f"A  {first}\nB  {second}\n{metric.replace('_', ' ')} in B, groups that both hold: {words}"


def _foot(comparison: FolderComparison) -> str:
    from experiments.reading.statistics import CONFIDENCE

    percent, level = f"{100 * CONFIDENCE:.0f} %", f"{100 * (1 - CONFIDENCE):.0f} %"
    tests = int(comparison.groups["p"].notna().sum())
    lines = [
        f"Interval: {percent} of Student's t over paired differences, of Welch's t where runs are unpaired; each for "
        "its group alone.",
        "A spread of less than one test example counts as one.",
        f"Verdict: p after Holm's correction over the {tests} groups tested; the chance of even one false verdict "
        f"among them is at most {level}."
        if tests
        else "No group has enough runs for a verdict.",
    ]
    if comparison.differing:
        lines += ["", "Settings and versions that differ (A -> B):"]
        lines += [f"  {name}: {a} -> {b}" for name, (a, b) in comparison.differing.items()]
    lists = {
        "Only in A": comparison.only_first,
        "Only in B": comparison.only_second,
        "Failed in A": comparison.failed_first,
        "Failed in B": comparison.failed_second,
    }
    for title, runs in lists.items():
        if runs:
            lines += ["", f"{title} ({len(runs)}):", *(f"  {run}" for run in runs[:MOST_LISTED])]
            if len(runs) > MOST_LISTED:
                lines.append(f"  and {len(runs) - MOST_LISTED} more")
    return "\n".join(lines)


def _check_out(out: Path | None) -> None:
    if out is not None and (out.is_dir() or not out.resolve().parent.is_dir()):
        raise ValueError(f"out: {out} should be a file in a folder that exists")


def _give(text: str, out: Path | None) -> None:
    if out is None:
        print(text)
        return
    from experiments.records.files import write_text

    try:
        write_text(out, text + "\n")
    except OSError as error:
        raise ValueError(f"out: {out} cannot be written ({error.strerror})") from error
    print(out)
