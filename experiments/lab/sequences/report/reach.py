"""What reaches a graph model: hops and layers, and what of the answer a linear pass would bring to the read-out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from experiments.core.metric import Metric
from experiments.lab.sequences.experiment import ACCURACY
from experiments.lab.sequences.report.apart import over_lengths
from experiments.lab.sequences.report.losses import hops_of, initial_losses, layers_of, words_of_loss
from experiments.reading.finding.answers import Tally, tally
from experiments.reading.frames import LABEL, ended, natural
from experiments.reading.looks.models import MARKERS
from experiments.reading.results import Results
from experiments.reading.sections import Picture, Section, Table, Text
from experiments.reading.standard import MOST_PANELS, left_out, titled

REASONS = (
    "One graph layer moves information one hop; where one carries it further, the column layers says how far. After k "
    "layers of one hop the read-out node depends on nodes at most k hops away, and on nothing else: where the answer "
    "is further away, no weights can help. That is under-reaching; what is right all the same is guessed, or told by "
    "the other inputs.",
    "Enough layers make the answer reachable, not audible. Why a network in reach did not learn its task, this table "
    "does not say: its training may have been too short as well. A layer mixes a node with its neighbours, so what "
    "arrives from far away is one term among many: the column share is the part of the read-out's linear mixture, the "
    "entry (query, answer) of the k-th power of the layer's matrix over the sum of its row, that comes from the "
    "answer's node; residual connections are not in it. It is - where a layer is no product with one matrix. Lost by "
    "names what measures of the initial weights say, of models that learn in spite of it too: of the signal, less than "
    "a hundredth is left after the layers (vanishing through depth) or after the edges (over-squashing), or neighbours "
    "have become alike (over-smoothing). The table of losses has the numbers.",
)
MIRRORED = (
    "A mirrored edge between positions i and T - 1 - i puts the first digit one hop from the missing one at every "
    "length. Two layers are then enough, and the share does not shrink as T grows: what changed is the graph, not the "
    "kind of layer."
)


def reach(results: Results) -> Section | None:
    """Figure and table of hops against layers; None where no graph model has an answer with a fixed place."""
    if not results.ended["in_reach"].notna().any():
        return None
    mirrored = bool(results.frame.get("model.mirrored", pd.Series(dtype=bool)).eq(True).any())
    blocks: list[Any] = [Text(text) for text in (*REASONS, *[MIRRORED] * mirrored)]
    for title, part in list(over_lengths(results.compared).items())[:MOST_PANELS]:
        if part.ended["hops"].notna().any():
            figure = Figure(figsize=(9, 4.8), layout="constrained")
            plot_reach(part.frame, figure.subplots(), chance=chance_of(part.frame), metric=part.metric)
            text = "A mark below the line cannot succeed, whatever its weights."
            blocks.append(Picture(titled("Reach of the graph models", title), text, figure))
    blocks += [*left_out(over_lengths(results.compared)), Table(reach_rows(results))]
    return Section("reach", "What reaches a graph model, and what is left on the way", blocks)


def reach_rows(results: Results) -> list[dict[str, str]]:
    """For each graph model and length: hops, layers, the answer's share, accuracy, and what happened.

    Args:
        results: Runs whose answer has no fixed node are left out.
    """
    rows = []
    for title, part in over_lengths(results).items():
        lost = initial_losses(part)
        graphs = part.ended[part.ended["in_reach"].notna()]
        for (label, length), group in graphs.groupby([LABEL, "length"]):
            first, accuracy = group.iloc[0], group[part.metric.key].mean()
            rows.append(
                {
                    "model": str(label),
                    "T": f"{length}",
                    "hops": hops_of(group),
                    "layers": _layers(first),
                    "share": _share(first["answer_share"]),
                    _title(part.metric): f"{accuracy:.3f}",
                    **({"settings": title} if title else {}),
                    "what happened": _happened(
                        _learned(part, label, length),
                        bool(group["in_reach"].any()),
                        accuracy,
                        first["chance"],
                    ),
                    "lost by": _lost(lost.get((label, length)), group["in_reach"]),
                }
            )
    return sorted(rows, key=lambda row: (natural(row["model"]), int(row["T"])))


def _lost(kept: dict[str, float] | None, in_reach: Iterable[bool]) -> str:
    """The words that were measured; - where nothing was, as in runs of an earlier version."""
    return "-" if kept is None else ", ".join(words_of_loss(kept, in_reach)) or "nothing"


def _layers(run: pd.Series) -> str:
    """How many, and where one carries a message further than a hop, how far."""
    each = run.get("hops_a_layer", np.nan)
    layers = f"{layers_of(run):.0f}"
    return layers if pd.isna(each) else f"{layers} of {each:.0f} hops" if each else f"{layers} without hops"


def _share(value: float) -> str:
    if pd.isna(value):
        return "-"
    return "0" if value == 0 else np.format_float_positional(value, precision=2, fractional=False, trim="-")


def _learned(part: Results, label: str, length: int) -> Tally | None:
    """How many runs of a model learned their task, failed ones counted too; None where nothing says what that is."""
    runs = part.frame[(part.frame[LABEL] == label) & (part.frame["length"] == length)]
    return None if part.metric.success is None else tally(runs, part.metric.key, part.metric.success)


def _happened(learned: Tally | None, in_reach: bool, accuracy: float, chance: float | None) -> str:
    if learned is not None and learned.all:
        return "learned"
    if not in_reach:
        return "out of reach (under-reaching)"
    if learned is None:
        return "in reach"
    if learned.hits:
        return f"in reach, learned by {learned}"
    if chance is not None and accuracy > chance + 0.05:  # NaN is no chance
        return "in reach, partly learned"
    return "in reach, not learned"


def chance_of(frame: pd.DataFrame) -> float | None:
    """Accuracy of guessing, where it is the same for all runs."""
    chances = frame["chance"].dropna().unique()
    return float(chances[0]) if len(chances) == 1 else None


def _title(metric: Metric) -> str:
    return "accuracy" if metric.key == ACCURACY.key else metric.title


def plot_reach(
    frame: pd.DataFrame, ax: Axes, *, chance: float | None = None, metric: Metric = ACCURACY
) -> Axes:
    """Layers against hops to the answer, one mark a graph model and length, coloured by its mean score.

    Below the diagonal the answer is out of reach; above it a failure has another cause. Marks at the same place are
    set a little apart.

    Args:
        frame: From ``runs_table``; rows without hops are left out.
        ax: Where to draw.
        chance: Accuracy of guessing; the low end of the colour scale.
        metric: What they are coloured by.
    """
    from matplotlib.ticker import MaxNLocator

    graphs = ended(frame)[ended(frame)["hops"].notna()]
    each = graphs["hops_a_layer"].fillna(1) if "hops_a_layer" in graphs else 1
    graphs = graphs.assign(carried=graphs.apply(layers_of, axis=1) * each)
    keys = ["model.conv", LABEL, "length", "hops", "carried"]
    groups = graphs.groupby(keys, as_index=False)[metric.key].mean()
    place = groups.groupby(["hops", "carried"])
    rank, crowd = place.cumcount(), place["hops"].transform("size")
    top = max(groups["hops"].max(), groups["carried"].max()) + 1
    # Never as far apart as the next hop, so that a mark stays on its side of the line.
    groups["x"] = groups["hops"] + (rank - (crowd - 1) / 2) * np.minimum(top / 60, 0.7 / crowd)
    ax.fill_between([0, top], [0, top], 0, color="0.92", lw=0)
    ax.plot([0, top], [0, top], color="0.5", lw=1)
    marks = None
    for number, (conv, rows) in enumerate(groups.groupby("model.conv")):
        marker = MARKERS[number % len(MARKERS)]
        marks = ax.scatter(
            rows["x"],
            rows["carried"],
            c=rows[metric.key],
            marker=marker,
            cmap="viridis",
            vmin=chance or 0.0,
            vmax=1.0,
            s=60,
            edgecolor="0.2",
            zorder=3,
        )
        ax.plot([], [], marker, mfc="white", mec="0.2", label=conv)
    ax.text(
        0.97,
        0.04,
        "out of reach: hops > layers",
        transform=ax.transAxes,
        ha="right",
        color="0.35",
        fontsize=9,
    )
    ax.text(0.03, 0.94, "in reach: hops ≤ layers", transform=ax.transAxes, color="0.35", fontsize=9)
    ax.set(xlabel="hops from the answer to the read-out", ylabel="layers", xlim=(-0.5, top), ylim=(0, top))
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(MaxNLocator(integer=True))
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, fontsize=9, frameon=False)
    if marks is not None:
        ax.figure.colorbar(marks, ax=ax, label=f"mean {metric.title}")
    return ax
