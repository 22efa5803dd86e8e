"""Random combinations: a problem of sets, which needs no edges."""

from __future__ import annotations

from experiments.lab.sequences.experiment import SUCCESS
from experiments.reading.statistics.contrast import resolution
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.lengths import seeds_and_table
from experiments.reproductions.parts.decided import Part, decided
from experiments.reproductions.parts.groups import answered, group_of
from experiments.reproductions.parts.leads import EQUAL, Leads
from experiments.reproductions.parts.mostly import reach
from experiments.reproductions.verdicts import Measurement


def measure_combinations(evidence: Evidence) -> Measurement:
    """A graph network without edges on a problem of sets."""
    frame = evidence.frame()
    sets, paths = (frame[frame["model.edges"] == edges] for edges in (False, True))
    lengths = sorted(int(T) for T in frame["length"].unique())
    without = [answered(evidence, sets[sets["length"] == T], f"T = {T}") for T in lengths]
    far = [
        group_of(rows[rows["length"] == lengths[-1]], name)
        for rows, name in ((sets, "without"), (paths, "with"))
    ]
    parts: list[Part] = [
        reach("a graph network without any edge solves it at every length", without, SUCCESS),
        Leads(
            f"T = {lengths[-1]}: a path of edges does not help, by {EQUAL} or more",
            [(far[0], far[1])],
            not_lower=True,
        ),
    ]
    checks = tuple(decided(parts, resolution(frame, "test_accuracy")))
    seeds, table = seeds_and_table(evidence)
    note = (
        "Why no edges are needed: the target is the number that is missing, and which one is missing does not depend "
        "on the order of the others. Nodes without edges and without positions turn each number into a vector, the "
        "read-out adds the vectors up, and the sum over a set tells which member is not in it. An edge could only "
        "tell who stands beside whom, which says nothing here."
    )
    return Measurement(checks, seeds, table, note)
