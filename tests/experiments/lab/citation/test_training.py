import dataclasses
import math

import pytest
import torch

from experiments.data.node_graphs import load_task, most_frequent
from experiments.lab.citation.models import build_node_model
from experiments.lab.citation.settings import NodeTraining, papers_settings
from experiments.lab.citation.training import _Patience, _Window, train_nodes
from experiments.training.training import DivergedError


def trained(task, settings, name="gcn"):
    torch.manual_seed(0)
    model = build_node_model(papers_settings(name, "karate")[0], task.num_node_features, 2)
    rows = []
    return train_nodes(model, task, settings, on_row=rows.append), rows


def kept(rule, looks):
    """The last look whose weights are kept, and the look that ends, counted from 1."""
    best = None
    for number, (loss, accuracy) in enumerate(looks, 1):
        keep, end = rule.look(loss, accuracy)
        best = number if keep else best
        if end:
            return best, number
    return best, None


def test_window_ends_above_the_mean_of_the_last_losses():
    assert kept(_Window(2), [(5, 0), (3, 0), (3.9, 0), (3.5, 0)]) == (4, 4)  # 3.5 > (3 + 3.9) / 2
    assert kept(_Window(2), [(9, 0), (3, 0), (2, 0), (1, 0)]) == (4, None)
    assert kept(_Window(0), [(1, 0), (2, 0), (3, 0), (4, 0)]) == (4, None)


def test_patience_keeps_what_is_best_in_both_and_waits_for_either():
    looks = [(2, 0.5), (1, 0.4), (3, 0.6), (0.9, 0.6), (1, 0.5), (1, 0.5)]
    assert kept(_Patience(2), looks) == (4, 6)
    assert kept(_Patience(0), looks) == (4, None)


@pytest.mark.parametrize("name", ["gcn", "gat"])
def test_it_learns_the_karate_club(name):
    task = load_task("karate", 0)
    outcome, rows = trained(task, papers_settings(name, "karate")[1], name)
    # Four labels split the club better than always naming one faction; seed 0 of either model does.
    assert outcome.test_accuracy > most_frequent(task) + 0.2
    assert outcome.steps == len(rows)
    assert outcome.validation_accuracy == rows[outcome.selected_step - 1]["validation_accuracy"]


def test_test_labels_change_nothing_but_the_test_figures():
    task, other = load_task("karate", 0), load_task("karate", 0)
    other.y[other.test_mask] = 1 - other.y[other.test_mask]
    (first, rows), (second, others) = trained(task, NodeTraining()), trained(other, NodeTraining())
    assert rows == others
    assert first.test_accuracy == pytest.approx(1 - second.test_accuracy)


def test_a_loss_that_overflows_is_an_error():
    with pytest.raises(DivergedError, match="epoch"):
        trained(load_task("karate", 0), NodeTraining(learning_rate=1e30, epochs=50))


def test_last_weights_are_the_selected_ones():
    task = load_task("karate", 0)
    settings = dataclasses.replace(papers_settings("gat", "karate")[1], epochs=30)
    outcome, rows = trained(task, settings, "gat")
    model = build_node_model(papers_settings("gat", "karate")[0], 34, 2)
    model.load_state_dict(outcome.weights)
    model.eval()
    logits = model(task.x, task.edge_index)[task.val_mask]
    loss = torch.nn.functional.cross_entropy(logits, task.y[task.val_mask]).item()
    assert math.isclose(loss, rows[outcome.selected_step - 1]["validation_loss"], rel_tol=1e-6)
