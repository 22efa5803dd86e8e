"""A simulated epidemic on a graph: who is ill on which day."""

from __future__ import annotations

from dataclasses import dataclass

import networkx as nx
import numpy as np

SPREAD = 0.12  # probability that an ill neighbour infects a susceptible person on one day
ARRIVAL = 0.002  # probability of an infection from outside, on one day
ILL, IMMUNE = 4, 8  # days
NEIGHBOURS, REWIRED = 6, 0.05  # of the small world of Watts & Strogatz 1998
BURN_IN = 50  # days before the first one that is kept


@dataclass(frozen=True)
class Epidemic:
    """An epidemic as it was.

    Args:
        graph: Who meets whom.
        ill: (times, people), 1.0 on days on which a person is ill.
        chance: (times, people), the probability of being ill that the days before, known in full, gave the person:
            no forecast of the next day has a smaller expected squared error than this one.
    """

    graph: nx.Graph
    ill: np.ndarray
    chance: np.ndarray


def simulate_epidemic(people: int, times: int, seed: int) -> Epidemic:
    """Susceptible, ill, immune, susceptible again (SIRS) on a small world, one step a day.

    A susceptible person with k ill neighbours falls ill with probability 1 - (1 - arrival)(1 - spread)^k, is ill for 4
    days, immune for 8, and then susceptible again. Only illness is seen: who is immune shows in the past alone, and
    who will fall ill shows at the neighbours alone. So a forecast of tomorrow needs memory and edges.

    Args:
        people: Nodes, 7 or more.
        times: Days that are kept, 1 or more; 50 days before them are not.
        seed: Fixes the graph and the epidemic.

    Raises:
        ValueError: Too few people or days.

    Example:
        >>> epidemic = simulate_epidemic(20, 30, seed=0)
        >>> epidemic.ill.shape, epidemic.graph.number_of_edges()
        ((30, 20), 60)
    """
    if people <= NEIGHBOURS:
        raise ValueError(f"nodes: {people} should be {NEIGHBOURS + 1} or more")
    if times < 1:
        raise ValueError(f"times: {times} should be 1 or more")
    rng = np.random.default_rng(seed)
    graph = nx.connected_watts_strogatz_graph(people, NEIGHBOURS, REWIRED, seed=int(rng.integers(2**31)))
    meets = nx.to_scipy_sparse_array(graph, nodelist=range(people), format="csr")
    # Days since a person fell ill: 0..3 ill, 4..11 immune, 12 susceptible.
    susceptible = ILL + IMMUNE
    since = rng.integers(susceptible + 1, size=people)
    ill, chance = np.empty((times, people)), np.empty((times, people))
    for day in range(-BURN_IN, times):
        sources = meets @ (since < ILL).astype(float)
        infection = 1 - (1 - ARRIVAL) * (1 - SPREAD) ** sources
        since = np.minimum(since + 1, susceptible)
        probability = np.where(since == susceptible, infection, since < ILL)
        since[(since == susceptible) & (rng.random(people) < infection)] = 0
        if day >= 0:
            ill[day], chance[day] = since < ILL, probability
    return Epidemic(graph, ill, chance)
