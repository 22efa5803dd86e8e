"""All claims by name. A module with further claims is entered here, and nowhere else."""

from __future__ import annotations

from experiments.core.naming import nearest
from experiments.reproductions.claims import (
    characters,
    citation,
    distance,
    families,
    others,
    sequences,
    trees,
)
from experiments.reproductions.claims.claim import Claim

_MODULES = (sequences, others, trees, families, distance, citation, characters)


def _by_id(claims: list[Claim]) -> dict[str, Claim]:
    table = {claim.id: claim for claim in claims}
    assert len(table) == len(claims), "two claims have the same name"
    # Numbered claims first, in their order: A1, A2, A5, B1, ...
    return dict(
        sorted(table.items(), key=lambda item: (len(item[0]) > 2, item[0] if len(item[0]) <= 2 else ""))
    )


CLAIMS = _by_id([claim for module in _MODULES for claim in module.CLAIMS])


def find_claims(name: str) -> list[Claim]:
    """The claim of that name, or every one for ``all``; small letters will do.

    Raises:
        ValueError: There is none; the message lists those there are.

    Example:
        >>> [claim.id for claim in find_claims("b1")]
        ['B1']
    """
    if name == "all":
        return list(CLAIMS.values())
    known = {claim.lower(): claim for claim in CLAIMS}
    if name.lower() not in known:
        hint = nearest(name, [*CLAIMS, "all"]) or nearest(name.lower(), [*known, "all"])
        raise ValueError(f"claim: unknown {name!r}{hint or '.'} Known: {', '.join(CLAIMS)}, all")
    return [CLAIMS[known[name.lower()]]]
