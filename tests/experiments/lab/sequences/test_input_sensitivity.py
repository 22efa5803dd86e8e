import pytest
import torch

from experiments.core.specs import parse_model
from experiments.lab.sequences.input_sensitivity import EXAMPLES, measure_sensitivity
from experiments.lab.sequences.models.models import build_model
from experiments.lab.sequences.tasks.drawn import IGNORED
from experiments.lab.sequences.tasks.tasks import DigitPalindromes
from experiments.lab.sequences.work import make_task
from tests.experiments.runs import sequence_run


def measured(label, experiment="palindrome", length=7):
    task = make_task(sequence_run(label, length, experiment=experiment))
    torch.manual_seed(0)
    model = build_model(parse_model(label), task, 12)
    return (
        task,
        model,
        {row["r"]: row["sensitivity"] for row in measure_sensitivity(model, parse_model(label), task)},
    )


@pytest.mark.parametrize("label", ["rnn", "lstm-2", "gru-bidirectional", "phased"])
def test_recurrent_inputs_are_as_many_steps_away_as_they_travel(label):
    _, _, found = measured(label)
    assert sorted(found) == list(range(1, 7))
    assert all(value >= 0 for value in found.values())


def test_it_is_the_mean_over_examples_of_the_frobenius_norm():
    task, model, found = measured("lstm")
    tokens = task.batch("validation", EXAMPLES, task.generator("validation")).inputs
    wide = model.double().eval()
    norms = []
    for example in tokens:
        e = wide.embedding(example).detach()
        whole = torch.autograd.functional.jacobian(
            lambda e: wide.head(wide.layer(e.unsqueeze(0))[1][0])[0], e
        )  # (C, T, I)
        norms.append(whole.pow(2).sum((0, 2)).sqrt())
    mean = torch.stack(norms).mean(0)
    for position, value in enumerate(mean.tolist()):
        assert found[6 - position] == pytest.approx(value, rel=1e-9)


@pytest.mark.parametrize(
    ("label", "heard"),
    [
        ("gcn-2", {0, 1, 2}),
        ("gat-3-directed", {0, 1, 2, 3}),
        ("gcn-1-mirrored", {0, 1, 6}),
        ("gcn-1-skip3", {0, 1, 3}),
        ("gcn-2-virtual", set(range(7))),
        ("gat-1-fulllast", set(range(7))),
        ("gcn-1-noedges", {0}),
    ],
)
def test_graphs_hear_exactly_what_their_edges_bring(label, heard):
    _, _, found = measured(label)
    assert sorted(found) == list(range(7))  # the query node itself is at 0, a virtual node is nobody's input
    assert {r for r, value in found.items() if value > 0} == heard


def test_a_read_out_over_all_nodes_counts_as_recurrent_networks_do():
    _, _, found = measured("gcn-2-mean")
    assert sorted(found) == list(range(1, 7))
    assert all(value > 0 for value in found.values())


@pytest.mark.parametrize(
    ("label", "experiment", "length", "distances"),
    [
        ("rnn-onehot", "palindrome", 5, range(1, 5)),
        ("lstm-scalar", "palindrome", 5, range(1, 5)),
        ("lstm", "copy-memory", 3, range(1, 24)),
        ("gcn-2", "copy-memory", 3, range(23)),
        ("lstm", "selective-copying", 6, range(1, 11)),
        ("gcn-2", "selective-copying", 6, range(10)),
        ("lstm", "first-symbol", 5, range(1, 6)),
        ("lstm", "ring", 3, range(1, 6)),
        ("gcn-2", "ring", 3, range(4)),
        ("lstm", "adding", 7, range(1, 8)),
        ("gcn-2-sum", "adding", 7, range(1, 8)),
        ("gcn-2-directed", "tree-neighbors", 3, range(4)),
        ("lstm", "tree-neighbors", 2, range(1, 8)),
    ],
)
def test_every_kind_of_input_has_its_distances(label, experiment, length, distances):
    _, _, found = measured(label, experiment, length)
    assert sorted(found) == list(distances)


@pytest.mark.parametrize(("label", "own"), [("lstm", 1), ("gcn-2", 0)])
def test_where_few_steps_ask_it_is_that_of_the_last_answer(label, own):
    task, model, found = measured(label, "recall", 20)
    batch = task.batch("validation", EXAMPLES, task.generator("validation"))
    wide, sums = model.double().eval(), {}
    for tokens, targets in zip(batch.inputs, batch.targets.tolist()):
        end = max(step for step, target in enumerate(targets) if target != IGNORED)
        e = wide.encode(tokens.unsqueeze(0)).detach()
        whole = torch.autograd.functional.jacobian(lambda e, end=end: wide.read(e)[:, end], e)
        norms = whole[0, :, 0].pow(2).sum((0, 2)).sqrt().tolist()  # of (C, T, D)
        for position, norm in enumerate(norms[: end + 1]):
            sums.setdefault(end + own - position, []).append(norm)
    assert found == {r: pytest.approx(sum(v) / len(v), rel=1e-9, abs=0) for r, v in sums.items()}


@pytest.mark.parametrize("label", ["lstm", "phased", "gcn-2-mean"])
def test_padding_is_nobodys_input(label):
    task, _, found = measured(label, "frequency", 20)
    lengths = task.batch("validation", EXAMPLES, task.generator("validation")).extras["lengths"]
    assert sorted(found) == list(range(1, int(lengths.max()) + 1))


@pytest.mark.parametrize("length", [20, 23])
def test_short_sequences_are_as_many_hops_from_the_query_as_their_padding_adds(length):
    task, _, found = measured("gcn-3", "frequency", length)
    lengths = task.batch("validation", EXAMPLES, task.generator("validation")).extras["lengths"].tolist()
    assert max(lengths) < length + 1  # the query is node number `length`
    assert set(found) == {length - position for own in lengths for position in range(own)}
    assert {r for r, value in found.items() if value > 0} == {r for r in found if r <= 3}


def test_the_model_and_the_stream_of_random_numbers_stay_as_they_were():
    task = DigitPalindromes(6, 0)
    spec = parse_model("lstm")
    model = build_model(spec, task, 12)
    weights = [p.clone() for p in model.parameters()]
    state = torch.get_rng_state()
    measure_sensitivity(model, spec, task)
    assert torch.equal(state, torch.get_rng_state())
    assert model.training
    assert all(p.grad is None and torch.equal(p, w) for p, w in zip(model.parameters(), weights))


def test_what_is_too_small_for_a_number_is_not_said_to_be_out_of_reach():
    task = DigitPalindromes(20, 0)
    spec = parse_model("rnn")
    torch.manual_seed(0)
    model = build_model(spec, task, 12)
    with torch.no_grad():
        model.layer.weight_h.mul_(1e-30)  # D falls by 30 powers of ten a step, and a float64 has 308
    found = {row["r"]: row["sensitivity"] for row in measure_sensitivity(model, spec, task)}
    assert sorted(found) == list(range(1, len(found) + 1))
    assert 9 <= len(found) <= 11
    assert all(value > 0 for value in found.values())
