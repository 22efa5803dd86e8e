"""Baselines and scores of node classification against loops."""

import numpy as np
import pytest
import torch
from sklearn.linear_model import LogisticRegression
from torch_geometric.data import Data

from experiments.data.node_graphs import load_task
from experiments.lab.citation.baselines import PENALTIES, baseline_scores, smoothed
from experiments.lab.citation.settings import NodeModel
from experiments.lab.citation.work import macro_f1, one_against_others, roc_auc


@pytest.fixture(scope="module")
def karate():
    return load_task("karate", 3)


def dense_gcn_matrix(task):
    """D^-1/2 (A + I) D^-1/2 by loops."""
    nodes = task.num_nodes
    a = np.eye(nodes)
    for source, target in task.edge_index.t().tolist():
        a[target, source] = 1.0
    degree = a.sum(1)
    return a / np.sqrt(degree[:, None] * degree[None, :])


@pytest.mark.parametrize("times", [0, 1, 3])
def test_smoothed_features_are_a_power_of_the_matrix(karate, times):
    expected = np.linalg.matrix_power(dense_gcn_matrix(karate), times) @ karate.x.double().numpy()
    assert np.allclose(smoothed(karate, times).numpy(), expected, atol=1e-6)


def test_sgc_is_the_logistic_regression_that_validation_likes_best(karate):
    x = np.linalg.matrix_power(dense_gcn_matrix(karate), 2) @ karate.x.double().numpy()
    y = karate.y.numpy()
    right = []
    for penalty in PENALTIES:
        model = LogisticRegression(C=penalty, max_iter=1000).fit(x[karate.train_mask], y[karate.train_mask])
        right.append((model.score(x[karate.val_mask], y[karate.val_mask]), model.predict(x)))
    best = max(score for score, _ in right)
    named = next(answers for score, answers in right if score == best)
    assert np.array_equal(baseline_scores(NodeModel("sgc"), karate).argmax(1).numpy(), named)


def test_labels_spread_along_a_path_from_their_nodes():
    """Two labelled ends: each half of the path takes the label of its own end, and features play no part."""
    ends = torch.tensor([[i for i in range(5)], [i + 1 for i in range(5)]])
    task = Data(
        edge_index=torch.cat([ends, ends.flip(0)], 1),
        y=torch.tensor([0, 0, 0, 1, 1, 1]),
        train_mask=torch.tensor([True, False, False, False, False, True]),
        num_nodes=6,
        class_names=["a", "b"],
    )
    assert baseline_scores(NodeModel("labels"), task).argmax(1).tolist() == [0, 0, 0, 1, 1, 1]


def test_test_labels_are_never_read(karate):
    other = karate.clone()
    other.y = torch.where(karate.test_mask, 1 - karate.y, karate.y)
    for name in ("sgc", "labels"):
        scores = [baseline_scores(NodeModel(name), task) for task in (karate, other)]
        assert torch.equal(*scores)


def test_macro_f1_is_the_mean_over_classes():
    y = torch.tensor([0, 0, 0, 1, 2])
    scores = torch.eye(3)[torch.tensor([0, 0, 1, 1, 0])]
    # class 0: precision 2/3, recall 2/3; class 1: 1/2 and 1; class 2 is never named
    assert macro_f1(scores, y) == pytest.approx((2 / 3 + 2 / 3 + 0) / 3)


def test_roc_auc_is_the_chance_of_the_higher_score():
    """Against counting pairs."""
    generator = torch.Generator().manual_seed(0)
    scores = torch.rand(40, 3, generator=generator).mul(8).round()
    y = torch.randint(3, (40,), generator=generator)
    expected = []
    for kind in range(3):
        own, others = scores[y == kind, kind], scores[y != kind, kind]
        pairs = own[:, None] - others[None, :]
        expected.append(((pairs > 0).double() + 0.5 * (pairs == 0)).mean().item())
    assert roc_auc(scores, y) == pytest.approx(np.mean(expected))
    assert roc_auc(scores[:, :2], torch.ones(40, dtype=torch.long)) is None


@pytest.mark.parametrize("names", [["a", "b"], ["z", "b"]])
def test_a_node_that_no_label_reaches_has_the_frequencies_of_the_training_labels(names):
    """Whatever the classes are called: nodes 4 and 5 have no path to a label, and b is the more frequent one."""
    order = sorted(names)
    task = Data(
        edge_index=torch.tensor([[0, 1, 1, 2, 4, 5], [1, 0, 2, 1, 5, 4]]),
        y=torch.tensor([order.index(names[kind]) for kind in (0, 1, 1, 1, 0, 1)]),
        train_mask=torch.tensor([True, True, False, True, False, False]),
        num_nodes=6,
        class_names=order,
    )
    answers = baseline_scores(NodeModel("labels"), task).argmax(1)
    assert [order[kind] for kind in answers[[4, 5]].tolist()] == ["b", "b"]


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_sgc_names_the_right_classes_where_one_has_no_training_node(absent):
    y = torch.arange(3).repeat(20)
    train = torch.arange(60) < 30
    task = Data(
        x=torch.eye(3)[y] + 0.01 * torch.rand(60, 3, generator=torch.Generator().manual_seed(0)),
        edge_index=torch.stack([torch.arange(60), torch.arange(60)]),
        y=y,
        train_mask=train & (y != absent),
        val_mask=~train,
        num_nodes=60,
        class_names=["a", "b", "c"],
    )
    answers = baseline_scores(NodeModel("sgc"), task).argmax(1)
    assert torch.equal(answers[y != absent], y[y != absent])
    task.train_mask = train & (y == absent)  # one class alone
    assert torch.equal(baseline_scores(NodeModel("sgc"), task).argmax(1), torch.full((60,), absent))


def test_roc_auc_tells_nodes_apart_whose_probabilities_are_all_1():
    logits = torch.stack([torch.zeros(60), torch.arange(20.0, 80.0)], 1).double()
    y = (torch.arange(60) >= 30).long()
    assert roc_auc(one_against_others(logits), y) == 1.0
    three = torch.randn(50, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    p = three.softmax(1)
    torch.testing.assert_close(one_against_others(three), (p / (1 - p)).log())
