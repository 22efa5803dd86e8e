"""Blocks of numbers in the kernels: a tuple of them read, written, and multiplied by a matrix."""

# mypy: disable-error-code="assignment"
# Tuples grow here, which Triton sees while it compiles.
import triton
import triton.language as tl


@triton.jit
def load_blocks(pointer, inside, APART: tl.constexpr, COUNT: tl.constexpr):
    """COUNT blocks, each APART numbers after the one before; zeros outside."""
    blocks = (tl.load(pointer, mask=inside, other=0.0),)
    for n in tl.static_range(1, COUNT):
        blocks = blocks + (tl.load(pointer + n * APART, mask=inside, other=0.0),)
    return blocks


@triton.jit
def store_blocks(pointer, blocks, inside, APART: tl.constexpr):
    for n in tl.static_range(len(blocks)):
        tl.store(pointer + n * APART, blocks[n], mask=inside)


@triton.jit
def products(
    source,
    matrix,
    row_inside,
    unit,
    unit_inside,
    length,
    WIDTH: tl.constexpr,
    APART: tl.constexpr,
    COUNT: tl.constexpr,
    ROWS: tl.constexpr,
    UNITS: tl.constexpr,
    DEPTH: tl.constexpr,
):
    """Source times COUNT matrices, which lie side by side in a wider one, APART columns from one to the next.

    In full float32, DEPTH terms at a time.

    Args:
        source: pointers to the first number of each row, (ROWS, 1).
        matrix: pointer to the first number of the first matrix, whose rows are WIDTH numbers long.
        unit: columns to fill, (1, UNITS).
        length: number of terms of each sum.
    """
    sums = (tl.zeros((ROWS, UNITS), tl.float32),)
    for _ in tl.static_range(1, COUNT):
        sums = sums + (tl.zeros((ROWS, UNITS), tl.float32),)
    for start in range(0, length, DEPTH):
        term = start + tl.arange(0, DEPTH)
        left = tl.load(source + term[None, :], mask=row_inside & (term[None, :] < length), other=0.0)
        right = matrix + term[:, None] * WIDTH + unit
        inside = unit_inside & (term[:, None] < length)
        longer = ()
        for n in tl.static_range(COUNT):
            block = tl.load(right + n * APART, mask=inside, other=0.0)
            longer = longer + (tl.dot(left, block, sums[n], input_precision="ieee"),)
        sums = longer
    return sums
