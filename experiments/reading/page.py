"""The report of a results folder: one self-contained page, from one template; no outside requests."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from functools import partial
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup, escape

from experiments.core.experiment import load
from experiments.reading import standard
from experiments.reading.explorer import explorer
from experiments.reading.files.figures import FigureFiles
from experiments.reading.protocol.selection import selection
from experiments.reading.protocol.tuning import tuning
from experiments.reading.results import Results
from experiments.reading.sections import Fold, Picture, Section
from experiments.records.files import write_text
from experiments.records.pictures import drawn
from experiments.records.records import FolderError, RunRecord

#: Below what an experiment shows, on every page.
ALWAYS = (tuning, selection, standard.failures, standard.settings)


def write_report(
    out: Path,
    baseline: str | None = None,
    runs: list[RunRecord] | None = None,
    figures: FigureFiles | None = None,
    equivalent: float | None = None,
) -> Path:
    """Make ``report.html`` from the records of a results folder.

    Args:
        out: A folder with runs.
        baseline: Model that the others are compared with; by default the experiment's own choice.
        runs: The folder's runs, where they have been read already.
        figures: Gets every figure of the page as a file too.
        equivalent: A difference of what judges the runs that would be none to the reader.

    Returns:
        Path of the page.

    Raises:
        FolderError: The folder holds no runs, or cannot be written.
        ValueError: There are no runs of the baseline.
    """
    results = Results(out, runs, baseline, equivalent)
    page = render(results, figures)
    try:
        write_text(out / "report.html", page)
    except OSError as error:
        raise FolderError(f"{out}: the report cannot be written ({error.strerror})") from error
    return out / "report.html"


def render(results: Results, figures: FigureFiles | None = None) -> str:
    """The page; values are escaped, and a name left out is an error.

    Args:
        results: The runs.
        figures: Gets every figure as a file, named after its title.
    """
    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["models"] = partial(unbroken, models=results.models)
    environment.globals["svg"] = partial(svg_of, figures=figures)
    script = (folder / "runs.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    experiment = results.experiment
    return environment.get_template("page.html.j2").render(
        title=experiment.name,
        subtitle=experiment.title,
        question=experiment.question,
        about=experiment.about,
        count=len(results.runs),
        smoke=results.smoke,
        colors={model: style["color"] for model, style in results.styles.items()},
        sections=sections_of(results),
        folder=str(results.folder),
        explorer=explorer(results),
        script=Markup(script),
        # By this a browser is told to run that script and no other.
        script_hash=Markup(digest),
    )


def unbroken(sentence: str, models: list[str]) -> Markup:
    """The sentence as markup, in which no line ends within the name of a model.

    Example:
        >>> str(unbroken("lstm < gcn-2, gcn-2-mirrored", ["lstm", "gcn-2"]))
        '<span class="model">lstm</span> &lt; <span class="model">gcn-2</span>, gcn-2-mirrored'
    """
    names = "|".join(re.escape(str(escape(name))) for name in models)
    named = re.sub(rf"(?<![\w-])({names})(?![\w-])", r'<span class="model">\1</span>', str(escape(sentence)))
    return Markup(named)


def sections_of(results: Results) -> list[Section]:
    """Every section of the page but for the table of runs, which is a part of the template."""
    found: list[Section] = []
    for make in (*map(load, results.experiment.sections), *ALWAYS):
        made = make(results)
        found += made if isinstance(made, list) else [made] if made is not None else []
    return [section for section in found if not (results.smoke and section.judged)]


def svg_of(picture: Picture, figures: FigureFiles | None = None) -> Markup:
    """A figure as an SVG element that a page can hold; what is rasterised in it has 120 dots an inch."""
    if isinstance(picture.figure, Markup):
        return picture.figure
    buffer = io.StringIO()
    drawn(picture.figure, buffer, format="svg", dpi=120, metadata={"Date": None})
    if figures is not None:
        figures.add(picture.figure, picture.title)
    return standard.svg_element(buffer.getvalue())


def blocks_of(section: Section | Fold) -> list[Any]:
    """All blocks of a section, those in folds too."""
    found: list[Any] = []
    for block in section.blocks:
        found += blocks_of(block) if isinstance(block, Fold) else [block]
    return found
