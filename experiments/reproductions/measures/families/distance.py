"""What a graph network loses with distance: by width, depth and topology, and with a state space over its layers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd

from experiments.core.metric import Metric
from experiments.lab.sequences.report.losses import mean, share
from experiments.lab.sequences.report.sensitivity_tables import read_measured
from experiments.lab.sequences.settings import LOSSES
from experiments.reading.frames import LABEL, natural
from experiments.reading.results import Results
from experiments.reading.statistics.contrast import resolution
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.parts.decided import decided
from experiments.reproductions.parts.groups import Group, each, group
from experiments.reproductions.parts.leads import EQUAL, Leads
from experiments.reproductions.verdicts import Check, Measurement

#: By rising effective resistance between the asker and the label, at equal distance.
GRAPHS = {"crossed-ring": "crossed ring", "ring": "ring", "clique-path": "clique-path"}
SHARE = Metric("share", "share that is left, log10")
NARROW_TO_WIDE = "train.hidden"
REACH, DEEP = "gcn-reach", "gcn-12"
SQUASHING_AT, VANISHING_AT = 6, 8


def measure_squashing(evidence: Evidence) -> Measurement:
    """Width, depth and topology, at six hops."""
    frames = {graph: evidence.frame(graph) for graph in GRAPHS}
    shares = {graph: losses_of(evidence, graph) for graph in GRAPHS}
    checks = squashing_checks(frames, shares)
    seeds = int(frames["ring"]["seed"].nunique())
    note = (_resistances(shares), _depth_on_a_ring(shares["ring"]))
    return Measurement(tuple(checks), seeds, tuple(_graph_rows(frames, shares)), " ".join(note))


def squashing_checks(frames: dict[str, pd.DataFrame], shares: dict[str, pd.DataFrame]) -> list[Check]:
    """The four parts.

    Args:
        frames: Runs on each graph.
        shares: What layers and edges keep at initial weights, a row per run; see ``losses_of``.
    """
    T = reference_distance(frames["ring"], SQUASHING_AT)
    far = {graph: frame[frame["length"] == T] for graph, frame in frames.items()}
    widths = sorted(
        int(width) for width in far["ring"].loc[far["ring"][LABEL] == REACH, NARROW_TO_WIDE].unique()
    )
    narrow, wide = (_over_graphs(far, REACH, width) for width in (widths[0], widths[-1]))
    deep = _over_graphs(far, DEEP, widths[-1])
    kept = [_kept(shares[graph], T, REACH, widths[-1], GRAPHS[graph]) for graph in GRAPHS]
    heard = [group(far[graph], REACH, GRAPHS[graph], train__hidden=widths[-1]) for graph in GRAPHS]
    parts = [
        Leads(f"more channels answer more, {widths[-1]} against {widths[0]}", [(wide, narrow)]),
        Leads(
            f"more layers than hops do not help, by {EQUAL} or more",
            [(wide, deep)],
            not_lower=True,
        ),
        Leads(
            "at equal distance the edges keep less, the higher the resistance (log10 of the share)",
            list(pairwise(kept)),
            paired=False,
            metric=SHARE,
            equal=None,
        ),
        Leads(
            "the clique with a path is answered least",
            [(first, heard[-1]) for first in heard[:-1]],
            paired=False,
        ),
    ]
    return decided(parts, resolution(far["ring"], "test_accuracy"))


def measure_vanishing(evidence: Evidence) -> Measurement:
    """What layers and edges keep, and whether a state space over layers answers more."""
    frame = evidence.frame()
    shares = losses_of(evidence, "ring")
    T = reference_distance(frame, VANISHING_AT)
    checks = vanishing_checks(
        frame[frame["length"] == T], shares[shares["length"] == T], T, cut=evidence.quick
    )
    return Measurement(tuple(checks), int(frame["seed"].nunique()), tuple(_depth_rows(frame, shares)))


def reference_distance(frame: pd.DataFrame, wanted: int) -> int:
    """The distance on which a verdict rests, or the longest where that was not run.

    Farther away nothing is answered in either case, and nearer everything.
    """
    lengths = {int(T) for T in frame["length"]}
    return wanted if wanted in lengths else max(lengths)


def vanishing_checks(frame: pd.DataFrame, shares: pd.DataFrame, T: int, *, cut: bool) -> list[Check]:
    """The parts, with as many layers as hops and with twice as many.

    Args:
        frame: Runs of one distance.
        shares: What layers and edges keep at initial weights, a row per run; see ``losses_of``.
        T: The distance.
        cut: Whether more steps could have helped.
    """
    guessing = float(frame["chance"].iloc[0]) if cut else None

    def lost(model: str, what: str) -> Group:
        name = f"{model}, {'layers' if what == 'depth' else 'edges'}"
        return Group(name, _log(shares[shares["model"] == model], what))

    parts = []
    for layers, words in ((T, "as many layers as hops"), (2 * T, "twice as many")):
        parts.append(
            Leads(
                f"{words}: the layers lose more than the edges (log10 of the shares kept)",
                [(lost(f"gcn-{layers}", "edges"), lost(f"gcn-{layers}", "depth"))],
                metric=SHARE,
                equal=None,
            )
        )
    parts.append(
        Leads(
            "twice as many: the layers of a state space keep more (log10 of the share)",
            [(lost(f"gnnssm-{2 * T}", "depth"), lost(f"gcn-{2 * T}", "depth"))],
            metric=SHARE,
            equal=None,
        )
    )
    for layers, words in ((T, "as many layers as hops"), (2 * T, "twice as many")):
        pair = tuple(group(frame, f"{conv}-{layers}") for conv in ("gnnssm", "gcn"))
        said = f"{words}: a state space over layers answers more"
        parts.append(Leads(said, [(pair[0], pair[1])], guessing=guessing))
    return decided(parts, resolution(frame, "test_accuracy"))


def losses_of(evidence: Evidence, experiment: str) -> pd.DataFrame:
    """What layers and edges keep at initial weights: ``model``, ``length``, ``seed``, ``hidden``, ``depth``, ``edges``.

    Runs of several widths are kept apart.
    """
    runs = [run for run in evidence.runs if run.settings.experiment == experiment]
    parts = []
    for hidden in sorted({run.settings.train.hidden for run in runs}):
        own = [run for run in runs if run.settings.train.hidden == hidden]
        rows = read_measured(Results(own[0].path.parent, own), LOSSES, "depth")
        if not rows.empty:
            parts.append(rows[rows["when"] == "initial"].assign(hidden=hidden))
    return (
        pd.concat(parts, ignore_index=True)
        if parts
        else pd.DataFrame(columns=["model", "length", "seed", "hidden", "depth", "edges", "resistance"])
    )


def _over_graphs(frames: dict[str, pd.DataFrame], label: str, hidden: int) -> Group:
    """The mean over the graphs, seed by seed; NaN where a run of that seed failed."""
    found = [group(frame, label, train__hidden=hidden).scores for frame in frames.values()]
    return Group(f"{label}, {hidden} channels", np.mean(found, axis=0))


def _kept(shares: pd.DataFrame, T: int, label: str, hidden: int, name: str) -> Group:
    rows = shares[(shares["length"] == T) & (shares["model"] == label) & (shares["hidden"] == hidden)]
    return Group(name, _log(rows, "edges"))


def _log(rows: pd.DataFrame, what: str) -> np.ndarray:
    """Decimal logarithms by rising seed; NaN where nothing is left."""
    values = rows.sort_values("seed")[what].to_numpy(dtype=float)
    return np.log10(np.where(values > 0, values, np.nan))


def _graph_rows(frames: dict[str, pd.DataFrame], shares: dict[str, pd.DataFrame]) -> list[dict[str, str]]:
    rows = []
    for graph, frame in frames.items():
        keys = frame[["length", LABEL, NARROW_TO_WIDE]].drop_duplicates()
        for T, label, hidden in sorted(
            keys.itertuples(index=False), key=lambda k: (k[0], natural(k[1]), k[2])
        ):
            own = group(frame, label, length=T, train__hidden=hidden)
            found = shares[graph]
            at = (found["length"] == T) & (found["model"] == label) & (found["hidden"] == hidden)
            rows.append(
                {
                    "graph": GRAPHS[graph],
                    "T": f"{T}",
                    "model": label,
                    "channels": f"{hidden}",
                    **_shares_in_words(found[at]),
                    "test accuracy, a seed each": each(own.scores),
                }
            )
    return rows


def _depth_rows(frame: pd.DataFrame, shares: pd.DataFrame) -> list[dict[str, str]]:
    keys = frame[["length", LABEL]].drop_duplicates().itertuples(index=False)
    rows = []
    for T, label in sorted(keys, key=lambda key: (key[0], natural(key[1]))):
        at = (shares["length"] == T) & (shares["model"] == label)
        scores = each(group(frame, label, length=T).scores)
        rows.append(
            {
                "T": f"{T}",
                "model": label,
                **_shares_in_words(shares[at]),
                "test accuracy, a seed each": scores,
            }
        )
    return rows


def _shares_in_words(rows: pd.DataFrame) -> dict[str, str]:
    """Geometric means over seeds."""
    return {
        f"{title} keep": share(mean(rows[what])) for title, what in (("layers", "depth"), ("edges", "edges"))
    }


def _depth_on_a_ring(rows: pd.DataFrame) -> str:
    """What more layers than hops change on the ring, in the widest network."""
    rows = rows[
        (rows["length"] == reference_distance(rows, SQUASHING_AT)) & (rows["hidden"] == rows["hidden"].max())
    ]
    few, many = (_shares_in_words(rows[rows["model"] == label]) for label in (REACH, DEEP))
    return (
        "More layers than hops leave less of a lone node and more of the way: on the ring the layers keep "
        f"{few['layers keep']} of the signal with as many as hops and {many['layers keep']} with twelve, the edges "
        f"{few['edges keep']} and {many['edges keep']}."
    )


def _resistances(shares: dict[str, pd.DataFrame]) -> str:
    """The resistances, which differ in nothing but the graph."""
    told = []
    for graph, rows in shares.items():
        if not rows.empty:
            at = rows[rows["length"] == reference_distance(rows, SQUASHING_AT)]
            told.append(f"{GRAPHS[graph]} {at['resistance'].iloc[0]:.2f}")
    return f"Effective resistance between the two nodes: {', '.join(told)}." if told else ""
