"""How much of the work one program of a kernel holds: a tile of edges x heads x channels."""

from __future__ import annotations

from typing import NamedTuple

#: Channels of one head that a tile may have; attention with more takes torch's own steps.
MOST_CHANNELS = 1024

#: Nodes of all examples, or edges, that the kernels count in 32 bits, with a tile to spare.
MOST_PLACES = 2**31 - 2**13

#: A node with more edges than this is a hub. Its edges are walked through by a program with a wider tile.
HUB_EDGES = 2048


class Tile(NamedTuple):
    """Edges, heads and channels (powers of two) that a program holds at a time, and the warps that share them."""

    edges: int
    heads: int
    channels: int
    warps: int


def attention_tile(heads: int, channels: int, *, hub: bool = False) -> Tile:
    """Return the tile for attention of `heads` times `channels`, eight to sixteen numbers a thread.

    An ordinary node has few edges, so its tile has few: each edge reads a whole row of features, and lanes without an
    edge idle. A hub has many, so its tile has one head and as many edges as eight warps carry.
    """
    wide = max(8, _power_of_two(channels))
    if hub:
        return Tile(max(4, 4096 // wide), 1, wide, 8)
    together = min(_power_of_two(heads), max(1, 256 // wide))
    edges = min(16, max(4, 1024 // (wide * together)))
    return Tile(edges, together, wide, min(8, max(1, edges * together * wide // 256)))


def _power_of_two(number: int) -> int:
    return 1 << max(0, number - 1).bit_length()
