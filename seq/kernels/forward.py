"""The kernel that runs a cell over a whole sequence."""

# mypy: disable-error-code="assignment"
# Tuples grow here, which Triton sees while it compiles.
import triton
import triton.language as tl

from seq.kernels.tiles import load_blocks, products, store_blocks


@triton.jit(do_not_specialize=["T", "B", "weight_seeds", "vector_seeds", "gate_seeds"])
def forward_kernel(
    z,
    weight,
    vectors,
    gate,
    h,
    c,
    values,
    mixed,
    T,
    B,
    weight_seeds,
    vector_seeds,
    gate_seeds,
    GATES: tl.constexpr,
    STATE: tl.constexpr,
    MIX: tl.constexpr,
    LAST: tl.constexpr,
    H: tl.constexpr,
    G: tl.constexpr,
    FIRST: tl.constexpr,
    SECOND: tl.constexpr,
    SOURCE: tl.constexpr,
    VECTORS: tl.constexpr,
    ROWS: tl.constexpr,
    UNITS: tl.constexpr,
    DEPTH: tl.constexpr,
):
    """One program: ROWS sequences of one seed, all steps. See :func:`seq.kernels.launch.forward` for the tensors.

    Programs share nothing, so that none waits for another. Within one, what a step has written is read from
    memory by the next, behind a barrier, and the weights come a few rows at a time: H is not limited by what fits.
    """
    R: tl.constexpr = G - FIRST  # gates with a recurrent product
    N: tl.constexpr = G - SECOND  # gates of the first round of products
    seed = (tl.program_id(0) // tl.cdiv(B, ROWS)).to(tl.int64)
    row = ((tl.program_id(0) % tl.cdiv(B, ROWS)) * ROWS + tl.arange(0, ROWS))[:, None]
    row_inside = row < B
    step = B.to(tl.int64) * H  # from a block of one step to that of the next
    z += seed * T * step * G
    values += seed * T * step * G
    h += seed * (T + 1) * step
    weight += seed * weight_seeds * (R * H * H)
    if c is not None:
        c += seed * (T + 1) * step
    if vectors is not None:
        vectors += seed * vector_seeds * (VECTORS * H)
    if gate is not None:
        gate += seed * gate_seeds * T * step
    if mixed is not None:
        mixed += seed * T * step
    for t in tl.range(
        T, num_stages=1
    ):  # nothing of a step may be read before the step ahead of it has written it
        for start in range(0, H, UNITS):
            unit = start + tl.arange(0, UNITS)[None, :]
            unit_inside = unit < H
            inside = row_inside & unit_inside
            here, blocks = row * H + unit, row * (G * H) + unit
            old = (tl.load(h + t * step + here, mask=inside, other=0.0),)
            if c is not None:
                old = old + (tl.load(c + t * step + here, mask=inside, other=0.0),)
            v = None
            if vectors is not None:
                v = load_blocks(vectors + unit, unit_inside, H, VECTORS)
            source = h + t * step + row * H
            if SOURCE == 1:
                source = c + t * step + row * H
            p = products(
                source, weight, row_inside, unit, unit_inside, H, R * H, H, N - FIRST, ROWS, UNITS, DEPTH
            )
            found = GATES(load_blocks(z + t * step * G + blocks, inside, H, N), p, old, v)
            store_blocks(values + t * step * G + blocks, found, inside, H)
            if MIX is not None:
                tl.store(mixed + t * step + here, MIX(found, old), mask=inside)
            else:
                new = STATE(found, old)
                if gate is not None:
                    new = _through(new, old, tl.load(gate + t * step + here, mask=inside, other=0.0))
                tl.store(h + (t + 1) * step + here, new[0], mask=inside)
                if c is not None:
                    tl.store(c + (t + 1) * step + here, new[1], mask=inside)
        tl.debug_barrier()
        if MIX is not None:
            for start in range(0, H, UNITS):
                unit = start + tl.arange(0, UNITS)[None, :]
                unit_inside = unit < H
                inside = row_inside & unit_inside
                here, blocks = row * H + unit, row * (G * H) + unit
                old = (tl.load(h + t * step + here, mask=inside, other=0.0),)
                found = load_blocks(values + t * step * G + blocks, inside, H, N)
                source = mixed + t * step + row * H
                (p,) = products(
                    source,
                    weight + (R - 1) * H,
                    row_inside,
                    unit,
                    unit_inside,
                    H,
                    R * H,
                    H,
                    1,
                    ROWS,
                    UNITS,
                    DEPTH,
                )
                final = LAST(
                    tl.load(z + t * step * G + blocks + N * H, mask=inside, other=0.0), p, found, old
                )
                tl.store(values + t * step * G + blocks + N * H, final, mask=inside)
                new = STATE(found + (final,), old)
                if gate is not None:
                    new = _through(new, old, tl.load(gate + t * step + here, mask=inside, other=0.0))
                tl.store(h + (t + 1) * step + here, new[0], mask=inside)
            tl.debug_barrier()


@triton.jit
def _through(new, old, k):
    """The state after a time gate."""
    mixed = (k * new[0] + (1.0 - k) * old[0],)
    for n in tl.static_range(1, len(new)):
        mixed = mixed + (k * new[n] + (1.0 - k) * old[n],)
    return mixed
