"""The kernel that goes back through all steps of a cell."""

# mypy: disable-error-code="assignment, misc"
# Tuples grow here, which Triton sees while it compiles.
import triton
import triton.language as tl

from seq.kernels.tiles import load_blocks, products, store_blocks


@triton.jit(do_not_specialize=["T", "B", "weight_seeds", "vector_seeds", "gate_seeds", "kept_seeds"])
def backward_kernel(
    weight,
    vectors,
    gate,
    h,
    c,
    values,
    douts,
    dh,
    dc,
    dz,
    dgate,
    T,
    B,
    weight_seeds,
    vector_seeds,
    gate_seeds,
    kept_seeds,
    STATE: tl.constexpr,
    GRADIENTS: tl.constexpr,
    MIX_GRADIENTS: tl.constexpr,
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
    """One program: ROWS sequences of one seed, from the last step to the first.

    See :func:`seq.kernels.launch.backward` for the tensors. What a step's dz send back through the products is added by
    the step before it, which saves a barrier; after the last of them a round of products is left.
    """
    R: tl.constexpr = G - FIRST
    N: tl.constexpr = G - SECOND
    FROM_FIRST: tl.constexpr = (N - FIRST) * H  # terms of the first round of products
    seed = (tl.program_id(0) // tl.cdiv(B, ROWS)).to(tl.int64)
    row = ((tl.program_id(0) % tl.cdiv(B, ROWS)) * ROWS + tl.arange(0, ROWS))[:, None]
    row_inside = row < B
    step = B.to(tl.int64) * H
    values += seed * kept_seeds * T * step * G
    dz += seed * T * step * G
    douts += seed * T * step
    h += seed * kept_seeds * (T + 1) * step
    dh += seed * step
    weight += seed * weight_seeds * (R * H * H)
    if c is not None:
        c += seed * kept_seeds * (T + 1) * step
        dc += seed * step
    if vectors is not None:
        vectors += seed * vector_seeds * (VECTORS * H)
    if gate is not None:
        gate += seed * gate_seeds * T * step
        dgate += seed * T * step
    seen = dz + row * (G * H) + FIRST * H  # gradients of the gates with a recurrent product
    for back in tl.range(
        T, num_stages=1
    ):  # nothing of a step may be read before the one behind it has written it
        t = T - 1 - back
        for start in range(0, H, UNITS):
            unit = start + tl.arange(0, UNITS)[None, :]
            unit_inside = unit < H
            inside = row_inside & unit_inside
            here, blocks = row * H + unit, row * (G * H) + unit
            (q,) = products(
                seen + (t + 1) * step * G,
                weight,
                row_inside,
                unit,
                unit_inside,
                tl.where(t + 1 < T, FROM_FIRST, 0),
                H,
                H,
                1,
                ROWS,
                UNITS,
                DEPTH,
            )
            old = (tl.load(h + t * step + here, mask=inside, other=0.0),)
            dh_t = tl.load(dh + here, mask=inside, other=0.0)
            dh_t += tl.load(douts + t * step + here, mask=inside, other=0.0)
            if SOURCE == 0:
                dh_t += q
            d = (dh_t,)
            if c is not None:
                old = old + (tl.load(c + t * step + here, mask=inside, other=0.0),)
                dc_t = tl.load(dc + here, mask=inside, other=0.0)
                if SOURCE == 1:
                    dc_t += q
                d = (dh_t, dc_t)
            v = None
            if vectors is not None:
                v = load_blocks(vectors + unit, unit_inside, H, VECTORS)
            found = load_blocks(values + t * step * G + blocks, inside, H, G)
            if gate is None:
                dblocks, before = GRADIENTS(found, old, d, v)
            else:
                k = tl.load(gate + t * step + here, mask=inside, other=0.0)
                new = STATE(found, old)
                dk, proposed = dh_t * (new[0] - old[0]), (k * dh_t,)
                if c is not None:
                    dk += dc_t * (new[1] - old[1])
                    proposed = (k * dh_t, k * dc_t)
                tl.store(dgate + t * step + here, dk, mask=inside)
                dblocks, through = GRADIENTS(found, old, proposed, v)
                before = (through[0] + (1.0 - k) * dh_t,)
                if c is not None:
                    before = (through[0] + (1.0 - k) * dh_t, through[1] + (1.0 - k) * dc_t)
            store_blocks(dz + t * step * G + blocks, dblocks, inside, H)
            tl.store(dh + here, before[0], mask=inside)
            if c is not None:
                tl.store(dc + here, before[1], mask=inside)
        tl.debug_barrier()
        if MIX_GRADIENTS is not None:
            for start in range(0, H, UNITS):
                unit = start + tl.arange(0, UNITS)[None, :]
                unit_inside = unit < H
                inside = row_inside & unit_inside
                here, blocks = row * H + unit, row * (G * H) + unit
                (q,) = products(
                    seen + t * step * G + FROM_FIRST,
                    weight + FROM_FIRST * H,
                    row_inside,
                    unit,
                    unit_inside,
                    H,
                    H,
                    H,
                    1,
                    ROWS,
                    UNITS,
                    DEPTH,
                )
                old = (tl.load(h + t * step + here, mask=inside, other=0.0),)
                found = load_blocks(values + t * step * G + blocks, inside, H, G)
                more, through = MIX_GRADIENTS(found, old, q)
                for n in tl.static_range(len(more)):
                    z_n = dz + t * step * G + blocks + n * H
                    tl.store(z_n, tl.load(z_n, mask=inside, other=0.0) + more[n], mask=inside)
                tl.store(dh + here, tl.load(dh + here, mask=inside, other=0.0) + through, mask=inside)
            tl.debug_barrier()
    for start in range(0, H, UNITS):
        unit = start + tl.arange(0, UNITS)[None, :]
        unit_inside = unit < H
        inside = row_inside & unit_inside
        (q,) = products(seen, weight, row_inside, unit, unit_inside, FROM_FIRST, H, H, 1, ROWS, UNITS, DEPTH)
        target = dh + row * H + unit
        if SOURCE == 1:
            target = dc + row * H + unit
        tl.store(target, tl.load(target, mask=inside, other=0.0) + q, mask=inside)
