"""What a signal loses between the answer's node and the read-out, and by what, in numbers and in words."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from experiments.lab.sequences.report.apart import over_lengths
from experiments.lab.sequences.report.sensitivity_tables import SAME_AT_FIRST, read_measured
from experiments.lab.sequences.settings import LOSSES
from experiments.reading.frames import natural
from experiments.reading.results import Results
from experiments.reading.sections import Section, Table, Text

#: Less than this is left: a loss has a word of its own.
LITTLE = 0.01
WORDS = {
    "depth": "vanishing through depth",
    "edges": "over-squashing",
    "energy": "over-smoothing",
}
MEASURES = (*WORDS, "resistance")
DEFINITION = (
    "Four things can keep a graph network from hearing the answer, and each has a measure of its own. Under-reaching: "
    "the answer is more hops away than there are layers, and its derivative is exactly 0. The other three are shares "
    "that are left. Layers keep: what a node alone in its graph, which no edge dilutes, still hears of itself after "
    "as many layers with the same weights, measured against the head alone. Edges keep: what is left of the answer's "
    "node at the read-out, measured against that node alone; it falls with the number of nodes that are heard as well "
    "and with the effective resistance of the way. Layers times edges is the whole signal. Energy kept: the Dirichlet "
    "energy over the squared norm after the last layer, measured against that before the first; where it falls, "
    f"neighbours become alike. A share under {LITTLE:g} has a word: {WORDS['depth']}, {WORDS['edges']}, "
    f"{WORDS['energy']}.",
    "They say what is lost and by what, and not yet what training can make up for. Controls do: --others constant "
    "leaves the way as long and takes the other digits away, -gain1.414 changes the scale of the weights and "
    "no edge, mirrored, skip or added edges change the way and no layer. -residual changes both: what a node alone "
    "keeps grows, so the edges' share of it gets smaller.",
)


def losses(results: Results) -> Section | None:
    """For each graph model and length, before and after training: what is lost, by what, and its word."""
    rows = loss_rows(results)
    if not rows:
        return None
    blocks = [*(Text(text) for text in DEFINITION), Table(rows)]
    return Section("losses", "What is lost on the way, and by what", blocks)


def loss_rows(results: Results) -> list[dict[str, str]]:
    """Rows for people, geometric means over seeds.

    Args:
        results: Runs without the measurement, as those of an earlier version, are left out.
    """
    found = []
    for title, part in over_lengths(results, SAME_AT_FIRST).items():
        ended = part.ended.set_index("run")
        for (model, length, when), group in _measured(part).groupby(["model", "length", "when"], sort=False):
            runs, kept = ended.loc[group["run"]], kept_of(group)
            found.append(
                {
                    "model": str(model),
                    "T": f"{length}",
                    "weights": str(when),
                    **({"settings": title} if title else {}),
                    "hops": hops_of(runs),
                    "layers": f"{layers_of(runs.iloc[0]):.0f}",
                    "layers keep": share(kept["depth"]),
                    "edges keep": share(kept["edges"]),
                    "energy kept": share(kept["energy"]),
                    "resistance": share(kept["resistance"]),
                    "lost by": ", ".join(words_of_loss(kept, runs["in_reach"])) or "nothing",
                }
            )
    return sorted(found, key=lambda row: (natural(row["model"]), int(row["T"]), row["weights"]))


def initial_losses(results: Results) -> dict[Hashable, dict[str, float]]:
    """Of each (model, length), the shares at initial weights, geometric means over seeds."""
    rows = _measured(results)
    if rows.empty:
        return {}
    rows = rows[rows["when"] == "initial"]
    return {key: kept_of(group) for key, group in rows.groupby(["model", "length"], sort=False)}


def kept_of(rows: pd.DataFrame) -> dict[str, float]:
    """Shares by name, geometric means over seeds; what edges keep, over those seeds where something arrives."""
    kept = {name: mean(rows[name]) for name in MEASURES}
    return kept | ({"edges": mean(rows["edges"][rows["edges"] > 0])} if (rows["edges"] > 0).any() else {})


def words_of_loss(kept: dict[str, float], in_reach: Iterable[bool]) -> list[str]:
    """The words that the measures support.

    Args:
        kept: Shares by name.
        in_reach: Of each seed, whether there are as many layers as hops. Added edges are others under each.

    Example:
        >>> words_of_loss({"depth": 0.5, "edges": 1e-9, "energy": 0.3}, [True, True])
        ['over-squashing']
        >>> words_of_loss({"depth": 1e-5, "edges": 0.0, "energy": float("nan")}, [False])
        ['under-reaching', 'vanishing through depth']
    """
    reached = [bool(one) for one in in_reach]
    # Out of reach nothing passes the edges, whatever they would keep.
    looked_at = [name for name in WORDS if any(reached) or name != "edges"]
    out = len(reached) - sum(reached)
    seeds = "" if out == len(reached) else f" in {out} of {len(reached)} seeds"
    return [f"under-reaching{seeds}"] * (out > 0) + [WORDS[n] for n in looked_at if kept[n] < LITTLE]


def hops_of(runs: pd.DataFrame) -> str:
    """From the answer to the read-out; two numbers where edges that were added differ from seed to seed."""
    hops = runs["hops"]
    if hops.isna().all():
        return "no path"
    low, high = hops.min(), hops.max()
    return f"{low:.0f}" if low == high and hops.notna().all() else f"{low:.0f} to {high:.0f}"


def layers_of(run: pd.Series) -> float:
    """How many layers a run had: those of its label, or as many as there were hops."""
    own = run.get("layers", np.nan)
    return float(run["model.layers"] if pd.isna(own) else own)


def mean(values: pd.Series) -> float:
    """The geometric mean of shares: 0 where one is 0, and not a number where none was measured."""
    known = values.dropna()
    if known.empty:
        return float("nan")
    with np.errstate(divide="ignore"):
        return float(np.exp(np.log(known.to_numpy(dtype=float)).mean()))


def share(value: float) -> str:
    """Two digits; - where there is none."""
    return "-" if pd.isna(value) else "0" if value == 0 else f"{value:.2g}"


def _measured(results: Results) -> Any:
    rows = read_measured(results, LOSSES, "depth")
    if rows.empty:
        return pd.DataFrame(columns=["model", "length", "when", "run", *MEASURES])
    return rows
