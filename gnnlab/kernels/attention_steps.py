"""Steps that the kernels of attention share, on tiles (E, K, O) of edges x heads x channels."""

import triton
import triton.language as tl


@triton.jit
def own_node(listed, num_listed, num_nodes):
    """Return the node of this program, and its batch: programs go through the listed nodes, batch by batch."""
    program = tl.program_id(0)
    batch = (program // num_listed).to(tl.int64)
    node = program % num_listed
    if listed is not None:
        node = tl.load(listed + node)
    return node.to(tl.int64), batch


@triton.jit
def own_places(num_heads, CHANNELS: tl.constexpr, TILE_K: tl.constexpr, TILE_O: tl.constexpr):
    """Return the heads (K,) of this program, and where their channels (K, O) stand in a row; both with a mask."""
    head = tl.program_id(1) * TILE_K + tl.arange(0, TILE_K)
    channel = tl.arange(0, TILE_O)
    is_head = head < num_heads
    inside = is_head[:, None] & (channel < CHANNELS)[None, :]
    return head, is_head, head[:, None] * CHANNELS + channel[None, :], inside


@triton.jit
def far_rows(values, node, valid, place, inside, width):
    """Load the rows (E, K, O) of the nodes at the other ends of edges; zeros where there is no edge."""
    at = (node * width)[:, None, None] + place[None, :, :]
    return tl.load(values + at, mask=valid[:, None, None] & inside[None, :, :], other=0.0)


@triton.jit
def leaky(x, slope):
    return tl.where(x > 0, x, x * slope)


@triton.jit
def leaky_slope(x, slope):
    return tl.where(x > 0, 1.0, slope)


@triton.jit
def edge_inputs(said, heard, att, extra, edge, head, valid, is_head, num_edges):
    """Return a_src · Hⱼ + a_dst · Hᵢ + the edge's term, (E, K), of said = Hⱼ (E, K, O) or (1, K, O)."""
    u = tl.sum(said * att[None, :, :], axis=2) + heard
    if extra is not None:
        at = head.to(tl.int64)[None, :] * num_edges + edge[:, None]
        u += tl.load(extra + at, mask=valid[:, None] & is_head[None, :], other=0.0)
    return u


@triton.jit
def kept(keep, batch, edge, head, valid, is_head, num_edges, scale, num_heads):
    """Return what dropout multiplies α with, (E, K): 0, or `scale`."""
    at = (batch * num_edges + edge)[:, None] * num_heads + head[None, :]
    return tl.load(keep + at, mask=valid[:, None] & is_head[None, :], other=0).to(tl.float32) * scale
