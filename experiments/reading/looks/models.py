"""One colour, marker and line for each model, the same in every figure and table of a page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

#: Told apart with any kind of colour blindness. Recurrent cells are warm, convolutions cold, attention is black.
HUES = {
    "gcn": "#2166ac",
    "lstm": "#e0561b",
    "gat": "#009e73",
    "rnn": "#7a3b00",
    "gru": "#cc79a7",
    "sage": "#56b4e9",
    "phased": "#99123f",
    "gin": "#4b2a9c",
    "lru": "#c79a00",
    "graphtransformer": "#1d4d3a",
    "gnnssm": "#8f7fd6",
    "transformer": "#111111",
    "other": "#777777",
}
#: Cells and convolutions that share the hue of another one, of whose family they are.
_FAMILY = {
    **dict.fromkeys(("cellgated", "peephole", "minlstm"), "lstm"),
    **dict.fromkeys(("gru1", "mingru"), "gru"),
    **dict.fromkeys(("textgcn", "docgcn"), "gcn"),
    **dict.fromkeys(("gatv2", "textgat", "docgat"), "gat"),
    # What networks are measured by.
    **dict.fromkeys(
        ("ridge", "season", "last", "mean", "tfidf", "bow", "mlp", "widemlp", "sgc", "labels"), "other"
    ),
}
MARKERS = "osD^vPX*<>hpd"
_DASHES: tuple[Any, ...] = ("-", (0, (5, 1.6)), (0, (1.2, 1.2)), (0, (6, 1.6, 1.2, 1.6)))
_DARKER, _LIGHTER = 0.62, 0.45


def model_styles(labels: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Colour, marker and line of each model.

    The hue is that of its cell or convolution on every page. Models of one hue differ in dash, and a little in
    lightness; markers differ between all models. A model that the lab does not know, as one of a user's own, has a hue
    that no other here has, as long as there are some.

    Args:
        labels: Of models, in the order of the page; settings may follow a comma.

    Example:
        >>> styles = model_styles(["lstm", "gcn-4", "gcn-4-mirrored"])
        >>> styles["lstm"]["color"], styles["gcn-4"]["linestyle"], styles["gcn-4-mirrored"]["marker"]
        ('#e0561b', '-', 'D')
    """
    labels = list(labels)
    known = {label: hue for label in labels if (hue := _hue(label)) is not None}
    free = [hue for hue in HUES if hue not in known.values()] or list(HUES)
    others = (label for label in labels if label not in known)
    hues = known | {label: free[place % len(free)] for place, label in enumerate(others)}
    counts = dict.fromkeys(HUES, 0)
    styles: dict[str, dict[str, Any]] = {}
    for label in labels:
        number, counts[hues[label]] = counts[hues[label]], counts[hues[label]] + 1
        styles[label] = {
            "color": _shade(HUES[hues[label]], number % 3),
            "marker": MARKERS[len(styles) % len(MARKERS)],
            "linestyle": _DASHES[number % len(_DASHES)],
        }
    return styles


def _hue(label: str) -> str | None:
    name = label.partition(",")[0].split("-")[0]
    name = _FAMILY.get(name, name)
    return name if name in HUES else None


def _shade(color: str, number: int) -> str:
    """The colour, a darker one, a lighter one."""
    parts = [int(color[place : place + 2], 16) for place in (1, 3, 5)]
    if number == 1:
        parts = [round(part * _DARKER) for part in parts]
    elif number == 2:
        parts = [round(part + (255 - part) * _LIGHTER) for part in parts]
    return "#" + "".join(f"{part:02x}" for part in parts)
