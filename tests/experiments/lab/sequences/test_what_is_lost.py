"""What layers and edges keep of a signal, against products of matrices."""

import numpy as np
import pytest
import torch

from experiments.core.specs import parse_model
from experiments.lab.sequences.models.models import build_model
from experiments.lab.sequences.report.losses import DEFINITION, loss_rows, losses, mean, words_of_loss
from experiments.lab.sequences.tasks.tasks import BaumSweet, DigitPalindromes
from experiments.lab.sequences.what_is_lost import measure_losses
from experiments.reading.results import Results
from experiments.reading.tables import model_rows
from tests.experiments.runs import TINY, sequence_run, sweep


def measured(label, length=6, hidden=5, seed=0):
    spec, task = parse_model(label), DigitPalindromes(length, seed)
    torch.manual_seed(seed)
    model = build_model(spec, task, hidden)
    (row,) = measure_losses(model, spec, task)
    return row, model


def normalised_path(nodes):
    A = np.eye(nodes) + np.eye(nodes, k=1) + np.eye(nodes, k=-1)
    d = A.sum(1)
    return A / np.sqrt(d[:, None] * d[None, :])


@pytest.mark.parametrize(("layers", "length"), [(1, 2), (3, 3), (5, 6), (9, 6), (7, 8)])
def test_linear_layers_keep_the_product_of_their_weights_and_edges_that_of_their_matrix(layers, length):
    row, model = measured(f"gcn-{layers}-linear", length)
    power = np.linalg.matrix_power(normalised_path(length), layers)
    assert row["edges"] == pytest.approx(power[length - 1, 0], rel=1e-6)
    product = model.net.head.weight.detach().double().numpy()
    for conv in reversed(model.net.convs):
        (weight,) = (p.detach().double().numpy() for p in conv.parameters() if p.dim() == 2)
        product = product @ weight
    head = np.linalg.norm(model.net.head.weight.detach().double().numpy())
    assert row["depth"] == pytest.approx(np.linalg.norm(product) / head, rel=1e-9)
    assert row["resistance"] == pytest.approx(length - 1)


def test_energy_of_linear_layers_is_a_quadratic_form():
    row, model = measured("gcn-4-linear", 6)
    task = DigitPalindromes(6, 0)
    tokens = task.batch("validation", 8, task.generator("validation")).inputs
    with torch.no_grad():
        X = model.double().hidden(model.encode(tokens)).numpy()
    S = normalised_path(6)

    def energy(H):
        return np.trace(H.T @ (np.eye(6) - S) @ H) / (H**2).sum()

    kept = []
    for example in X:
        H = example
        for conv in model.net.convs:
            (weight,) = (p.detach().numpy() for p in conv.parameters() if p.dim() == 2)
            bias = conv.bias.detach().numpy()
            H = S @ H @ weight.T + bias
        kept.append(energy(H) / energy(example))
    assert row["energy"] == pytest.approx(np.mean(kept), rel=1e-6)


def test_what_is_out_of_reach_passes_no_edge():
    row, _ = measured("gcn-3", 6)
    assert row["edges"] == 0
    assert row["depth"] > 0


def test_gain_mends_what_layers_keep_and_leaves_what_edges_keep():
    plain, _ = measured("gcn-5", 6, hidden=32)
    wide, _ = measured("gcn-5-gain2", 6, hidden=32)
    assert wide["depth"] == pytest.approx(2**5 * plain["depth"], rel=1e-6)  # ReLU keeps factors
    assert wide["edges"] == pytest.approx(plain["edges"], rel=1e-6)


def test_a_mirrored_edge_mends_the_way():
    assert measured("gcn-5-mirrored", 6)[0]["edges"] > 10 * measured("gcn-5", 6)[0]["edges"]
    assert measured("gcn-5-mirrored", 6)[0]["resistance"] < 1


@pytest.mark.parametrize("label", ["gcn-5-directed", "gcn-5-noedges"])
def test_no_resistance_of_graphs_that_have_none(label):
    assert measured(label)[0]["resistance"] is None


@pytest.mark.parametrize("label", ["gcn-2-mean", "lstm", "transformer-2"])
def test_nothing_is_measured_without_a_read_out_at_a_node(label):
    spec, task = parse_model(label), DigitPalindromes(6, 0)
    assert measure_losses(build_model(spec, task, 4), spec, task) == []


def test_nothing_is_measured_where_the_answer_has_no_node():
    spec, task = parse_model("gcn-2"), BaumSweet(4, 0)
    assert measure_losses(build_model(spec, task, 4), spec, task) == []


@pytest.mark.parametrize("label", ["gat-3", "gatv2-3", "gin-3", "sage-3", "graphtransformer-2", "gnnssm-5"])
def test_every_convolution_is_measured(label):
    row, _ = measured(label, 4, hidden=8)
    assert row["depth"] > 0
    assert row["edges"] > 0


@pytest.mark.parametrize(
    ("kept", "in_reach", "words"),
    [
        ({"depth": 0.02, "edges": 0.02, "energy": 0.02}, [True, True], []),
        ({"depth": 0.009, "edges": 1.0, "energy": 1.0}, [True], ["vanishing through depth"]),
        ({"depth": 1.0, "edges": 0.009, "energy": 0.009}, [True], ["over-squashing", "over-smoothing"]),
        ({"depth": 1.0, "edges": 0.0, "energy": float("nan")}, [False, False], ["under-reaching"]),
        ({"depth": float("nan"), "edges": float("nan"), "energy": float("nan")}, [True], []),
        (
            {"depth": 1.0, "edges": 1e-5, "energy": 1.0},
            [True, False, True],
            ["under-reaching in 1 of 3 seeds", "over-squashing"],
        ),
    ],
)
def test_words_follow_from_shares(kept, in_reach, words):
    assert words_of_loss(kept, in_reach) == words


def test_means_are_geometric():
    import pandas as pd

    assert mean(pd.Series([1e-4, 1e-2])) == pytest.approx(1e-3)
    assert mean(pd.Series([1e-4, 0.0])) == 0
    assert np.isnan(mean(pd.Series([np.nan])))


def test_the_page_of_memory_names_what_is_lost(tmp_path):
    sweep(tmp_path, "memory", ["gcn-2", "gcn-5", "gcn-2-mirrored", "lstm"], [6], [0, 1], budget=3000)
    rows = {row["model"]: row for row in loss_rows(Results(tmp_path))}
    assert set(rows) == {"gcn-2", "gcn-5", "gcn-2-mirrored"}
    assert rows["gcn-2"]["lost by"].startswith("under-reaching")
    assert rows["gcn-2"]["edges keep"] == "0"
    assert "over-squashing" in rows["gcn-5"]["lost by"]
    assert "over-squashing" not in rows["gcn-2-mirrored"]["lost by"]
    assert losses(Results(tmp_path)).heading.startswith("What is lost")


def test_the_page_of_a_comparison_has_the_words_too(tmp_path):
    sweep(tmp_path, "palindrome", ["gcn-5", "gcn-reach"], [6], [0], **TINY, budget=3000)
    from experiments.lab.sequences.report.reach import reach_rows

    for row in reach_rows(Results(tmp_path)):
        assert row["layers"] == "5"
        assert "over-squashing" in row["lost by"]


def test_the_control_without_other_digits_leaves_the_answer():
    run = sequence_run("gcn-2", 6, others="constant")
    task = DigitPalindromes.of(run)
    tokens, targets, _ = task.batch("train", 50, task.generator("train"))
    assert (tokens[:, 0] == targets).all()
    assert (tokens[:, 1:] == 0).all()
    assert len(targets.unique()) == 10
    assert not task.disjoint
    assert DigitPalindromes.of(sequence_run("gcn-2", 6)).disjoint


def test_random_edges_are_told_by_seed(tmp_path):
    sweep(tmp_path, "memory", ["gcn-5-random2"], [16], [0, 1, 2, 3], budget=4000)
    (row,) = loss_rows(Results(tmp_path))
    found = {run.settings.seed: run.result for run in Results(tmp_path).runs}
    hops = sorted(result["hops"] for result in found.values())
    assert hops[0] < hops[-1]  # the seeds differ, or this tests nothing
    assert row["hops"] == f"{hops[0]} to {hops[-1]}"
    out = sum(not result["in_reach"] for result in found.values())
    assert 0 < out < 4
    assert row["lost by"].startswith(f"under-reaching in {out} of 4 seeds")
    assert float(row["edges keep"]) > 0


def test_what_each_model_is_names_every_model_and_its_depth(tmp_path):
    sweep(tmp_path, "palindrome", ["transformer-1", "gcn-reach", "lstm"], [6], [0], **TINY, budget=5000)
    rows = {row["model"]: row for row in model_rows(Results(tmp_path).listing)}
    assert set(rows) == {"transformer-1", "gcn-reach", "lstm"}
    assert rows["gcn-reach"]["layers"] == "5"


def test_each_control_changes_what_the_page_says_it_does():
    """Larger weights change the depth alone and other edges the way alone; residuals change both."""
    plain, gain, mirrored, residual = (
        measured(label)[0] for label in ("gcn-5", "gcn-5-gain1.414", "gcn-5-mirrored", "gcn-5-residual")
    )
    assert gain["depth"] > 2 * plain["depth"]
    assert gain["edges"] == pytest.approx(plain["edges"], rel=1e-4)
    assert mirrored["depth"] == pytest.approx(plain["depth"], rel=1e-9)
    assert mirrored["edges"] > 2 * plain["edges"]
    assert residual["depth"] > 2 * plain["depth"]
    assert residual["edges"] < plain["edges"] / 2
    said = " ".join(DEFINITION)
    assert "-residual changes both" in said
