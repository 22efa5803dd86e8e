"""Random combinations: a problem of sets, which needs no edges."""

from __future__ import annotations

from experiments.lab.sequences.experiment import SUCCESS
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.lengths import seeds_and_table
from experiments.reproductions.verdicts import Check, Measurement


def measure_combinations(evidence: Evidence) -> Measurement:
    """A graph network without edges on a problem of sets."""
    frame = evidence.frame()
    ended = frame[frame["status"] == "ok"]
    sets, paths = (ended[ended["model.edges"] == edges] for edges in (False, True))
    solved = int((sets["test_accuracy"] >= SUCCESS).sum())
    longest = int(ended["length"].max())
    without, with_path = (
        rows.loc[rows["length"] == longest, "test_accuracy"].mean() for rows in (sets, paths)
    )
    checks = (
        Check(
            "a graph network without any edge solves it at every length",
            f"test accuracy of at least {SUCCESS} in {solved} of {len(sets)} runs",
            solved == len(sets) > 0,
        ),
        Check(
            "a path of edges does not help",
            f"T = {longest}: {without:.3f} without edges, {with_path:.3f} over a path",
            bool(without >= with_path),
        ),
    )
    seeds, table = seeds_and_table(evidence)
    note = (
        "Why no edges are needed: the target is the number that is missing, and which one is missing does not depend "
        "on the order of the others. Nodes without edges and without positions turn each number into a vector, the "
        "read-out adds the vectors up, and the sum over a set tells which member is not in it. An edge could only "
        "tell who stands beside whom, which says nothing here."
    )
    return Measurement(checks, seeds, table, note)
