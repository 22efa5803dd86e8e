"""What every report shares: one self-contained page, figures as inline SVG, no outside requests."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import jinja2
from markupsafe import Markup

from experiments.reading.figure_files import keep

MAX_SVG = 4 << 20  # bytes of one picture; a larger one would make the page slow


def render(template: str, context: dict[str, Any]) -> str:
    """A template of this package, filled in; values are escaped, and a name left out is an error.

    Templates know ``script``, the script of the table of runs, and ``script_hash``, by which a browser is told to run
    that one and no other.
    """
    folder = Path(__file__).parent / "templates"
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
    )
    script = (folder / "runs.js").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    ours = {"script": Markup(script), "script_hash": Markup(digest)}
    return environment.get_template(template).render(ours | context)


def inline(figure: Any, title: str) -> Markup:
    """A figure as an SVG element that a page can hold; what is rasterised in it has 120 dots an inch.

    Where figures are kept as files, it is written to one named after the title.
    """
    keep(figure, title)
    buffer = io.StringIO()
    figure.savefig(buffer, format="svg", dpi=120, metadata={"Date": None})
    return _svg_element(buffer.getvalue())


def figure_entry(title: str, text: str, figure: Any) -> dict[str, Any]:
    """A figure as pages list them: title, text and SVG element."""
    return {"title": title, "text": text, "svg": inline(figure, title)}


def _svg_element(text: str) -> Markup:
    """The ``<svg>`` element alone. Its text comes from matplotlib, which escapes what it is given."""
    return Markup(text[text.index("<svg") :])


def pictures(out: Path) -> list[dict[str, Any]]:
    """The pictures that a sweep left beside its records, each with title, text and its SVG element."""
    index = out / "pictures" / "index.json"
    if not index.exists():
        return []
    entries = json.loads(index.read_text(encoding="utf-8"))
    shown = []
    for entry in entries:
        path = index.parent / Path(entry["file"]).name
        if path.exists() and path.stat().st_size <= MAX_SVG:
            shown.append({**entry, "svg": _svg_element(path.read_text(encoding="utf-8"))})
    return shown
