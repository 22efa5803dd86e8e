"""``gnnlab rank``: models over several tasks, from one or more folders of results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from experiments.core.run import MOST_SEED

if TYPE_CHECKING:
    from experiments.reading.ranking.ranking import Ranking


def rank(
    folders: list[Path],
    /,
    *,
    metric: str | None = None,
    baseline: str | None = None,
    format: str = "text",
    out: Path | None = None,
    seed: int = 0,
) -> int:
    """Rank models over several tasks: score matrix, mean rank, interquartile mean, probability of improvement.

    A task is an experiment with a length, a data set, and whatever else differs within the folders. Only models with a
    score on every task are ranked; the others are named, and so is every run that failed. Folders of different
    experiments go together where these are judged by the same metric.

    Mean ranks weigh every task alike, whatever the size of its scores. The interquartile mean (IQM) is the mean of the
    middle half of all runs. P(better) is the chance that a run of a model beats a run of the baseline on the same task.
    Intervals hold their 95 % with three seeds too, and where a handful cannot carry one there is none. With few tasks
    mean ranks tell no models apart, and the output says so. After Agarwal et al. (2021) and Demšar (2006).

    Parameters
    ----------
    folders
        One or more folders that `gnnlab run` was given as --out.
    metric
        A number of result.json, such as test_loss [what the experiments judge their runs by].
    baseline
        Model that the others are compared with [the one with the best mean rank].
    format
        text, csv or json (one table, numbers not rounded), markdown or latex (two tables).
    out
        Folder for rank.csv, rank.tex and the figures, each as svg and pdf: score matrix, interquartile means,
        performance profiles and, with two tasks or more, the critical-difference diagram.
    seed
        Of the bootstrap and the permutations.
    """
    from experiments.reading.table_formats import check_format

    check_format(format)
    if not 0 <= seed <= MOST_SEED:
        raise ValueError(f"seed: {seed} should be 0 or more, and at most {MOST_SEED}")
    if out is not None and out.exists() and not out.is_dir():
        raise ValueError(f"out: {out} is a file; it should be a folder")
    from experiments.reading.ranking.gathering import gather, read_folders
    from experiments.reading.ranking.ranking import rank as ranked

    found = ranked(gather(read_folders(folders), metric), baseline=baseline, seed=seed)
    print(_text(found) if format == "text" else _tables(found, format))
    if out is not None:
        written = _write(found, out)
        if format == "text":
            print("\n" + "\n".join(map(str, written)))
    return 0


def _text(ranking: Ranking) -> str:
    from experiments.reading.ranking import words
    from experiments.reading.ranking.rows import improvement_rows, score_rows
    from experiments.reading.table_formats import aligned

    parts = [
        words.head(ranking),
        aligned(score_rows(ranking)),
        "\n".join(words.notes(ranking)),
        aligned(improvement_rows(ranking)),
        "\n".join(words.about_improvement(ranking)),
        "\n".join(words.about_differences(ranking)),
        "\n".join(words.left_out(ranking)),
    ]
    return "\n\n".join(filter(None, parts))


def _tables(ranking: Ranking, format: str) -> str:
    from experiments.reading.ranking.rows import improvement_rows, score_rows, unrounded
    from experiments.reading.table_formats import FORMATS, UNROUNDED

    if format in UNROUNDED:
        return UNROUNDED[format](unrounded(ranking))
    return "\n\n".join(FORMATS[format](rows) for rows in (score_rows(ranking), improvement_rows(ranking)))


def _write(ranking: Ranking, out: Path) -> list[Path]:
    """Tables and figures into a folder, each whole or not at all."""
    from experiments.reading.files.figures import FigureFiles
    from experiments.reading.ranking.drawing import figures
    from experiments.reading.ranking.drawing.diagram import critical_difference_diagram
    from experiments.records.files import write_text

    tables = {out / "rank.csv": "csv", out / "rank.tex": "latex"}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for path, format in tables.items():
            write_text(path, _tables(ranking, format) + "\n")
    except OSError as error:
        raise ValueError(f"out: {out} cannot be written ({error.strerror})") from error
    files = FigureFiles(out, ("svg", "pdf"))
    files.add(figures.score_matrix(ranking), "rank scores")
    files.add(figures.interquartile_means(ranking), "rank interquartile means")
    files.add(figures.performance_profiles(ranking), "rank profiles")
    if ranking.differences is not None:
        files.add(critical_difference_diagram(ranking), "rank critical difference")
    return [*tables, *files.written]
