"""``gnnlab compare`` and ``gnnlab table``: results as text, CSV, Markdown or LaTeX."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from experiments.reading.folder_comparison import FolderComparison
    from experiments.reading.results import Results

MOST_LISTED = 20  # runs without a counterpart, by name


def compare(
    first: Path,
    second: Path,
    /,
    *,
    metric: str | None = None,
    equivalent: float | None = None,
    format: str = "text",
    out: Path | None = None,
) -> int:
    """Compare two results folders: what got better or worse in B, and what is not shown to differ.

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
    equivalent
        A difference of it that would be none to you; groups that differ by less are then told from those not shown to
        differ.
    format
        text, csv or json (numbers not rounded), markdown or latex.
    out
        File to write in place of the terminal.
    """
    from experiments.reading.table_formats import FORMATS, UNROUNDED, check_format

    check_format(format)
    _check_out(out)
    from experiments.reading.folder_comparison import compare_folders
    from experiments.reading.tables import comparison_rows
    from experiments.records.records import read_runs

    if first.resolve() == second.resolve():
        raise ValueError(f"folders: {first} and {second} are the same folder")
    comparison = compare_folders(read_runs(first), read_runs(second), metric=metric, equivalent=equivalent)
    if format in UNROUNDED:
        _give(UNROUNDED[format](comparison.groups), out)
        return 0
    text = FORMATS[format](comparison_rows(comparison))
    if format == "text":
        text = "\n\n".join([_head(comparison, first, second), text, _foot(comparison, equivalent)])
    _give(text, out)
    return 0


def table(
    folder: Path,
    /,
    *,
    metric: str | None = None,
    format: str = "text",
    baseline: str | None = None,
    equivalent: float | None = None,
    sort: bool = False,
    selection: bool = False,
    out: Path | None = None,
) -> int:
    """The table of a results folder: mean, standard deviation, interval, interquartile mean, success rate, n.

    Runs are grouped by everything but the seed; settings that differ within the folder become columns.

    Parameters
    ----------
    folder
        What `gnnlab run` was given as --out.
    metric
        A number of result.json, such as test_loss [what the experiment judges its runs by].
    format
        text, csv or json (numbers not rounded), markdown or latex (a tabular that needs no package).
    baseline
        A model; adds the difference from it, paired by seed, with Student's interval, the number of pairs, and a
        verdict that is corrected for the number of rows.
    equivalent
        A difference of the metric that would be none to you, as 0.005 of an accuracy.
    sort
        The best mean first [models in their natural order]. The best of many rows is better than it will be on new
        seeds: to compare models by their best settings, choose them with `gnnlab run EXPERIMENT --tune`.
    selection
        In place of the table: the test figure at the step that validation chose, at the last step, and the best along
        training, of runs with --audit.
    out
        File to write in place of the terminal.
    """
    from experiments.reading.table_formats import FORMATS, UNROUNDED, check_format

    check_format(format)
    _check_out(out)
    from experiments.reading.results import Results
    from experiments.reading.tables import summary_rows, with_differences

    results = Results(folder, baseline=baseline, equivalent=equivalent)
    if selection:
        _give(_selection(results, format), out)
        return 0
    summary = results.summary(metric)
    if sort:
        lower = results.metrics(metric)[0].lower_is_better
        summary = summary.sort_values("mean", ascending=lower, kind="stable")
    paired = None if baseline is None else results.paired(metric=metric)
    if format in UNROUNDED:
        _give(UNROUNDED[format](_joined(summary, paired)), out)
        return 0
    rows = summary_rows(results, summary, metric)
    if paired is not None:
        rows = with_differences(rows, paired, summary, results.metrics(metric)[0])
    _give(FORMATS[format](rows), out)
    return 0


def _selection(results: Results, format: str) -> str:
    from experiments.reading.protocol.selection import selection_rows, selection_table
    from experiments.reading.table_formats import FORMATS, UNROUNDED

    table = selection_table(results)
    if table.empty:
        raise ValueError(
            f"selection: no run in {results.folder} was audited; gnnlab run with --audit does it"
        )
    if format in UNROUNDED:
        return UNROUNDED[format](table)
    return FORMATS[format](selection_rows(results))


def _joined(summary: Any, paired: Any) -> Any:
    """The summary, with the differences beside it."""
    if paired is not None:
        keys = [c for c in summary.attrs["keys"] if c in paired]
        paired = paired.rename(columns={"n": "pairs"}).rename(
            columns={c: f"difference_{c}" for c in paired if c in summary and c not in keys}
        )
        summary = summary.merge(paired, on=keys, how="left")
    return summary


def _head(comparison: FolderComparison, first: Path, second: Path) -> str:
    from experiments.reading.statistics.verdicts import EQUIVALENT, VERDICTS

    groups, metric = comparison.groups, comparison.metric.key
    words = ", ".join(
        f"{(groups['verdict'] == verdict).sum()} {verdict}"
        for verdict in VERDICTS
        if verdict != EQUIVALENT or (groups["verdict"] == EQUIVALENT).any()
    )
    return f"A  {first}\nB  {second}\n{metric.replace('_', ' ')} in B, groups that both hold: {words}"


def _foot(comparison: FolderComparison, equivalent: float | None) -> str:
    from experiments.reading.statistics.verdicts import judged_count, meaning

    groups = comparison.groups
    tests = judged_count(groups["verdict"])
    lines = [
        meaning(tests, comparison.metric, equivalent=equivalent)
        if tests
        else "No group has enough runs for a verdict.",
        "Runs under the same seeds are pairs; others are compared by Welch's t. A spread of less than one test example "
        "counts as one.",
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
