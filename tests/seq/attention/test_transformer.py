"""The Transformer against torch's own layer, complex numbers by hand, and changes of the future and of the padding."""

import cmath
import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.func import functional_call, grad, hessian, jacfwd, jacrev, jvp, vmap

from seq import Transformer, jacobians, sensitivity
from seq.attention import transformer as module
from seq.attention.rotary import rotate

# torch compiles some functions through parts of itself that it calls deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

I, H, HEADS, B, T = 3, 12, 2, 5, 7
LENGTHS = torch.tensor([7, 3, 1, 5, 2])
POSITIONS = {"rotary": {}, "learned": {"max_length": 11}, "none": {}}
every_position = pytest.mark.parametrize("position", POSITIONS)
both_directions = pytest.mark.parametrize("causal", [True, False])


def make(position="rotary", **options):
    torch.manual_seed(0)
    return Transformer(I, H, num_heads=HEADS, position=position, **POSITIONS[position], **options).double()


def draw(*shape):
    return torch.randn(*shape, dtype=torch.double)


def torch_layer(block):
    """torch's layer with the weights of a block."""
    layer = nn.TransformerEncoderLayer(
        H, HEADS, block.up.out_features, 0.0, "gelu", batch_first=True, norm_first=True
    ).double()
    pairs = [
        (layer.self_attn.in_proj_weight, block.qkv.weight),
        (layer.self_attn.in_proj_bias, block.qkv.bias),
        (layer.self_attn.out_proj.weight, block.out.weight),
        (layer.self_attn.out_proj.bias, block.out.bias),
        (layer.linear1.weight, block.up.weight),
        (layer.linear1.bias, block.up.bias),
        (layer.linear2.weight, block.down.weight),
        (layer.linear2.bias, block.down.bias),
        (layer.norm1.weight, block.norm_attention.weight),
        (layer.norm1.bias, block.norm_attention.bias),
        (layer.norm2.weight, block.norm_feedforward.weight),
        (layer.norm2.bias, block.norm_feedforward.bias),
    ]
    with torch.no_grad():
        for theirs, ours in pairs:
            nn.init.normal_(ours, std=0.5)  # so that no bias is zero and no norm's weight is one
            theirs.copy_(ours)
    return layer, [theirs for theirs, _ in pairs], [ours for _, ours in pairs]


@both_directions
@pytest.mark.parametrize("with_lengths", [False, True])
def test_a_block_is_torchs_layer_with_gradients(causal, with_lengths):
    transformer = make("none", causal=causal, feedforward=17)
    layer, theirs, ours = torch_layer(transformer.blocks[1])
    x = draw(B, T, H).requires_grad_()
    later = torch.ones(T, T, dtype=torch.bool).triu(1) if causal else None
    padding = torch.arange(T) >= LENGTHS.unsqueeze(1) if with_lengths else None
    found = transformer.block(1, x, LENGTHS if with_lengths else None)
    expected = layer(x, src_mask=later, src_key_padding_mask=padding)
    if with_lengths:
        expected = expected.masked_fill(padding.unsqueeze(-1), 0.0)
    torch.testing.assert_close(found, expected)
    weighting = draw(B, T, H)
    grads = [
        torch.autograd.grad((out * weighting).sum(), [x, *parameters])
        for out, parameters in ((found, ours), (expected, theirs))
    ]
    for one, other in zip(*grads):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("window", [1, 4, 6, 40])
def test_a_block_with_a_window_is_torchs_layer_with_a_band(window):
    transformer = make("none", window=window, feedforward=17)
    layer, theirs, ours = torch_layer(transformer.blocks[1])
    x = draw(B, T, H).requires_grad_()
    hidden = torch.tensor([[not 0 <= t - s <= window for s in range(T)] for t in range(T)])
    found, expected = transformer.block(1, x), layer(x, src_mask=hidden)
    torch.testing.assert_close(found, expected)
    torch.testing.assert_close(vmap(lambda one: transformer.block(1, one[None])[0])(x), expected)
    weighting = draw(B, T, H)
    grads = [
        torch.autograd.grad((out * weighting).sum(), [x, *parameters])
        for out, parameters in ((found, ours), (expected, theirs))
    ]
    for one, other in zip(*grads):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize("layers", [1, 2, 3])
@pytest.mark.parametrize("position", ["rotary", "none"])
def test_an_output_depends_on_as_many_steps_as_layers_times_window(position, layers):
    transformer = make(position, window=3, num_layers=layers)
    x = draw(B, 17, I).requires_grad_()
    (slope,) = torch.autograd.grad(transformer(x)[:, 14].pow(2).sum() + transformer(x)[:, 14].sum(), x)
    seen = (slope != 0).any(-1).all(0).tolist()
    assert seen == [0 <= 14 - t <= 3 * layers for t in range(17)]


@settings(max_examples=25, deadline=None)
@given(
    pieces=st.lists(st.integers(1, 9), min_size=1, max_size=6),
    window=st.none() | st.integers(1, 12),
    position=st.sampled_from(["rotary", "none"]),
    at_once=st.sampled_from([2, 5, 1024]),
)
def test_pieces_give_the_outputs_and_gradients_of_the_whole(pieces, window, position, at_once):
    transformer = make(position, window=window)
    x = draw(2, sum(pieces), I).requires_grad_()
    weighting = draw(2, sum(pieces), H)
    whole = transformer(x)
    state, read, outputs = None, 0, []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "AT_ONCE", at_once)
        for piece in x.split(pieces, dim=1):
            found, state = transformer.resume(piece, state)
            outputs.append(found)
            read += piece.shape[1]
            kept = read if window is None else min(read, window)
            assert {tuple(part.shape) for part in state} == {(2, HEADS, kept, H // HEADS)}
    torch.testing.assert_close(torch.cat(outputs, dim=1), whole)
    inputs = [x, *transformer.parameters()]
    slopes = torch.autograd.grad((torch.cat(outputs, dim=1) * weighting).sum(), inputs)
    for one, other in zip(slopes, torch.autograd.grad((whole * weighting).sum(), inputs)):
        torch.testing.assert_close(one, other)


def test_pieces_go_through_torch_func():
    transformer, x = make(window=3), draw(B, T, I)
    _, state = transformer.resume(x[:, :4])
    for steps in (1, 3):
        new = x[:, 4 : 4 + steps]
        found = vmap(lambda one, *s: transformer.resume(one[None], tuple(p[None] for p in s))[0][0])(
            new, *state
        )
        torch.testing.assert_close(found, transformer(x)[:, 4 : 4 + steps])


def test_what_cannot_be_read_in_pieces_is_named():
    x = draw(B, T, I)
    with pytest.raises(ValueError, match="window must be None where causal is False"):
        make(causal=False, window=3)
    with pytest.raises(ValueError, match="window must be"):
        make(window=0)
    with pytest.raises(ValueError, match="transformer must be causal to read in pieces"):
        make(causal=False).resume(x)
    with pytest.raises(ValueError, match="must have the position 'rotary' or 'none' to read in pieces"):
        make("learned").resume(x)
    transformer = make(window=3)
    _, state = transformer.resume(x)
    wrong = (
        state[:2],
        1,
        state[:3],
        tuple(part[:1] for part in state),
        (*state[:3], state[3][:, :, 1:]),
        [0] * 4,
    )
    for values in wrong:
        with pytest.raises(
            ValueError, match=r"state must be what resume returned: 4 tensors of shape \(5, 2, steps, 6\)"
        ):
            transformer.resume(x, values)


@both_directions
def test_the_whole_is_its_parts(causal):
    transformer, x = make("learned", causal=causal, num_layers=3), draw(B, T, I)
    y = x @ transformer.input.weight.t() + transformer.input.bias + transformer.position.weight[:T]
    torch.testing.assert_close(transformer.embed(x), y)
    for number, block in enumerate(transformer.blocks):
        torch.testing.assert_close(transformer.block(number, y), block(y))
        y = block(y)
    outputs = transformer(x)
    torch.testing.assert_close(outputs, transformer.norm(y))
    # A norm without weights: mean 0 and variance 1.
    torch.testing.assert_close(outputs.mean(-1), torch.zeros(B, T, dtype=torch.double))
    same = Transformer(H, H, num_heads=HEADS)
    assert same.input is None
    x = torch.randn(B, T, H)
    assert same.embed(x) is x


def test_rotation_is_a_product_with_complex_numbers():
    x = draw(2, T, 6)
    found = rotate(x)
    for t in range(T):
        for j in range(3):
            turn = cmath.exp(1j * t * 10_000 ** (-2 * j / 6))
            for row, expected in zip(found[:, t], x[:, t]):
                value = complex(expected[j], expected[j + 3]) * turn
                assert row[j].item() == pytest.approx(value.real, abs=1e-12)
                assert row[j + 3].item() == pytest.approx(value.imag, abs=1e-12)


def test_rotated_products_see_distances_alone():
    q, k = draw(1, 1, 8).expand(1, 40, 8), draw(1, 1, 8).expand(1, 40, 8)
    products = rotate(q) @ rotate(k).transpose(1, 2)  # (1, 40, 40) of one query and one key at all steps
    for distance in (-13, -1, 0, 1, 17):
        along = products[0].diagonal(distance)
        torch.testing.assert_close(along, along[:1].expand_as(along))
    assert products[0, 0].std() > 0.01


@pytest.mark.parametrize("prefix", [1, 4])
def test_a_full_rotary_network_does_not_see_where_a_sequence_starts(prefix):
    """With what stands before masked out of sight, which no option does: here by the attention of a block alone."""
    block = make(causal=False).blocks[0]
    x = draw(B, T, H)
    q, k, v = (block._heads(part) for part in block.qkv(block.norm_attention(x)).chunk(3, dim=-1))
    moved = [rotate(nn.functional.pad(part, (0, 0, prefix, 0)))[:, :, prefix:] for part in (q, k)]
    expected = block._attend(rotate(q), rotate(k), v, None)
    torch.testing.assert_close(block._attend(*moved, v, None), expected)


def test_without_positions_full_attention_takes_a_set():
    x, order = draw(B, T, I), torch.randperm(T)
    transformer = make("none", causal=False)
    torch.testing.assert_close(transformer(x[:, order]), transformer(x)[:, order])
    for position in ("rotary", "learned"):
        transformer = make(position, causal=False)
        assert not torch.allclose(transformer(x.flip(1)), transformer(x).flip(1))


@every_position
def test_later_steps_change_no_earlier_output(position):
    transformer, x = make(position), draw(B, T, I)
    changed = x.clone()
    changed[:, 4:] = draw(B, T - 4, I)
    before, after = transformer(x), transformer(changed)
    torch.testing.assert_close(before[:, :4], after[:, :4], rtol=0, atol=1e-13)
    assert not torch.allclose(before[:, 4:], after[:, 4:])
    x.requires_grad_()
    (slope,) = torch.autograd.grad(transformer(x)[:, :4].square().sum() + transformer(x)[:, :4].sum(), x)
    assert (slope[:, 4:] == 0).all()
    assert (slope[:, :4] != 0).any(-1).all()


@every_position
def test_full_attention_sees_the_future(position):
    transformer = make(position, causal=False)
    reach = sensitivity(lambda x: transformer(x)[:, 0], draw(B, T, I))
    assert (reach > 0).all()
    reach = sensitivity(lambda x: make(position)(x)[:, 2], draw(B, T, I))
    assert (reach[:, :3] > 0).all()
    assert (reach[:, 3:] == 0).all()


@both_directions
@every_position
def test_padding_has_no_effect_and_no_gradient(position, causal):
    transformer, x = make(position, causal=causal), draw(B, T, I)
    for b, n in enumerate(LENGTHS):
        x[b, n:] = float("nan")
    x.requires_grad_()
    outputs = transformer(x, lengths=LENGTHS)
    for b, n in enumerate(LENGTHS.tolist()):
        torch.testing.assert_close(outputs[b, :n], transformer(x[b : b + 1, :n])[0])
        assert (outputs[b, n:] == 0).all()
    (outputs * draw(B, T, H)).sum().backward()
    for b, n in enumerate(LENGTHS.tolist()):
        assert (x.grad[b, n:] == 0).all()
        assert (x.grad[b, :n] != 0).any()
    assert all(p.grad.isfinite().all() for p in transformer.parameters())


@settings(max_examples=20, deadline=None)
@given(
    sizes=st.tuples(
        st.integers(1, 4), st.integers(1, 9), st.integers(1, 5), st.integers(1, 3), st.integers(1, 3)
    ),
    causal=st.booleans(),
    position=st.sampled_from(["rotary", "learned", "none"]),
    seed=st.integers(0, 99),
)
def test_a_batch_equals_separate_runs(sizes, causal, position, seed):
    batch, steps, features, heads, layers = sizes
    torch.manual_seed(seed)
    transformer = Transformer(
        features,
        2 * heads,
        num_layers=layers,
        num_heads=heads,
        causal=causal,
        position=position,
        max_length=9,
    ).double()
    x, lengths = draw(batch, steps, features), torch.randint(1, steps + 1, (batch,))
    outputs = transformer(x, lengths=lengths)
    for b, n in enumerate(lengths.tolist()):
        torch.testing.assert_close(outputs[b, :n], transformer(x[b : b + 1, :n])[0])


def test_jacobian_of_a_block():
    transformer = make()
    x = draw(2, 3, H)
    found = jacobians(lambda x: transformer.block(0, x), x)
    whole = torch.autograd.functional.jacobian(lambda e: transformer.blocks[0](e), x[:1])
    torch.testing.assert_close(found[:1], whole.reshape(1, 3 * H, 3 * H))


@both_directions
def test_torch_func_and_export(causal):
    transformer, x = make("rotary", causal=causal), draw(B, 4, I)
    lengths = torch.tensor([4, 1, 3, 2, 4])
    expected = transformer(x, lengths=lengths)
    found = vmap(lambda one, n: transformer(one[None], lengths=n[None])[0])(x, lengths)
    torch.testing.assert_close(found, expected)
    one, direction = x[:1], x[1:2]
    jacobian = torch.autograd.functional.jacobian(transformer, one)
    torch.testing.assert_close(jacrev(transformer)(one), jacobian)
    torch.testing.assert_close(jacfwd(transformer)(one), jacobian)
    along = (jacobian * direction).sum((-3, -2, -1))
    torch.testing.assert_close(jvp(transformer, (one,), (direction,))[1], along)
    parameters = dict(transformer.named_parameters())

    def loss(parameters, one):
        return functional_call(transformer, parameters, (one[None],)).pow(3).sum()

    slopes = vmap(grad(loss), (None, 0))(parameters, x)
    alone = torch.autograd.grad(transformer(x[2:3]).pow(3).sum(), list(parameters.values()))
    for name, slope in zip(parameters, alone):
        torch.testing.assert_close(slopes[name][2], slope)
    several = {name: torch.stack([p, 2 * p]) for name, p in parameters.items()}  # seeds as a batch
    twice = vmap(lambda p: functional_call(transformer, p, (x,), {"lengths": lengths}))(several)
    torch.testing.assert_close(twice[0], expected)
    curvature = hessian(lambda x: transformer(x).pow(3).sum())(one)
    step = 1e-5 * direction
    slope = jacrev(lambda x: transformer(x).pow(3).sum())
    # Central differences of the gradient, with an error of the square of the step.
    torch.testing.assert_close(
        (curvature * step).sum((-3, -2, -1)),
        (slope(one + step) - slope(one - step)) / 2,
        rtol=1e-5,
        atol=1e-8,
    )
    program = torch.export.export(transformer, (x,), {"lengths": lengths}, strict=False).module()
    torch.testing.assert_close(program(x, lengths=lengths), expected)
    torch._dynamo.reset()
    compiled = torch.compile(transformer, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x, lengths=lengths), expected)
    nowhere = copy.deepcopy(transformer).to("meta")
    assert nowhere(x.to("meta"), lengths=lengths.to("meta")).shape == expected.shape


def test_plain_attention_and_torchs_are_the_same_in_training_too():
    """Dropout of the same numbers: the share that is dropped, and what is left is scaled by it."""
    torch.manual_seed(0)
    block = Transformer(I, H, num_heads=HEADS, dropout=0.25).blocks[0]
    q, k = torch.zeros(2, 50, HEADS, 40, 6)
    v = torch.ones(50, HEADS, 40, 6)
    for attend in (block._attend, lambda q, k, v, mask: block._plain_attention(q, k, v, mask)):
        kept = attend(q, k, v, None)[:, :, -1]
        # 40 weights of 1/40, each kept with 3/4 and scaled by 4/3: 100 means with a standard error of 0.009 together.
        assert kept.mean().item() == pytest.approx(1.0, abs=0.05)
        assert (kept != 1).any()


def test_dropout_acts_in_training_only():
    transformer, x = make(dropout=0.5), draw(B, T, I)
    assert not torch.equal(transformer(x), transformer(x))
    transformer.eval()
    assert torch.equal(transformer(x), transformer(x))
    plain = make().eval()
    plain.load_state_dict(transformer.state_dict())
    torch.testing.assert_close(transformer(x), plain(x))


def test_reset_under_a_seed():
    transformer = make("learned")

    def reset(seed):
        torch.manual_seed(seed)
        transformer.reset_parameters()
        return torch.cat([p.detach().flatten().clone() for p in transformer.parameters()])

    assert torch.equal(reset(1), reset(1))
    assert not torch.equal(reset(1), reset(2))


def test_short_types_and_autocast():
    torch.manual_seed(0)
    transformer, x = Transformer(I, H, num_heads=HEADS), torch.randn(B, T, I)
    expected = transformer(x)
    with torch.autocast("cpu", torch.bfloat16):
        torch.testing.assert_close(transformer(x).float(), expected, rtol=0, atol=0.1)
    short = copy.deepcopy(transformer).bfloat16()
    assert short(x.bfloat16()).dtype == torch.bfloat16
    torch.testing.assert_close(short(x.bfloat16()).float(), expected, rtol=0, atol=0.15)


def test_number_of_parameters():
    count = sum(p.numel() for p in make("learned", feedforward=17).parameters())
    block = 4 * (H * H + H) + 2 * 2 * H + (17 * H + 17) + (17 * H + H)
    assert count == (I * H + H) + 11 * H + 2 * block + 2 * H


def test_bad_arguments_are_named():
    with pytest.raises(ValueError, match="hidden_size must be a multiple of num_heads, 4, got 6"):
        Transformer(I, 6)
    with pytest.raises(
        ValueError, match="hidden_size must be an even number of features for each of the 4 heads"
    ):
        Transformer(I, 12)
    with pytest.raises(ValueError, match="max_length must be given for the position 'learned'"):
        Transformer(I, 8, position="learned")
    with pytest.raises(ValueError, match="position must be one of rotary, learned, none; got 'sine'"):
        Transformer(I, 8, position="sine")
    transformer = make("learned")
    with pytest.raises(ValueError, match="x must have at most 11 steps, max_length, has 13"):
        transformer(draw(B, 13, I))
    with pytest.raises(ValueError, match=r"x must have shape \(B, T, 3\)"):
        transformer(draw(B, T, I + 1))
    with pytest.raises(ValueError, match=r"x must hold torch.float64, as the weights do"):
        transformer(draw(B, T, I).float())
    with pytest.raises(ValueError, match="lengths must lie between 1 and the 7 steps"):
        transformer(draw(B, T, I), lengths=torch.tensor([1, 2, 3, 4, 8]))
    for number in (-1, 2, True, 1.0, "0"):
        with pytest.raises(ValueError, match="number must be that of a block, 0 to 1"):
            transformer.block(number, draw(B, T, H))


def test_an_attention_by_hand():
    """One head of one block, in Python's numbers: the weights of each step sum to one."""
    block = Transformer(I, 2, num_heads=1, num_layers=1, position="none").double().blocks[0]
    q, k, v = (draw(1, 1, 3, 2) for _ in range(3))
    found = block._attend(q, k, v, None)[0, 0]
    for t in range(3):
        scores = [math.exp(float(q[0, 0, t] @ k[0, 0, s]) / math.sqrt(2)) for s in range(t + 1)]
        expected = sum(w * v[0, 0, s] for s, w in enumerate(scores)) / sum(scores)
        torch.testing.assert_close(found[t], expected)
    torch.testing.assert_close(block._plain_attention(q, k, v, None)[0, 0], found)
