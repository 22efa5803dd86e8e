import dataclasses
import math

import pytest
import torch
from torch import nn

from experiments.data.node_graphs import load_task, most_frequent
from experiments.lab.citation.models import build_node_model
from experiments.lab.citation.settings import NodeTraining, papers_settings
from experiments.lab.citation.training import NodeTrainer, rule_of
from experiments.training.fit import DivergedError, fit


def trained(task, settings, name="gcn"):
    """What training ended with, and the test loss and accuracy."""
    torch.manual_seed(0)
    model = build_node_model(papers_settings(name, {"dataset": "karate"})[0], task.num_node_features, 2)
    trainer = NodeTrainer(model, task, settings)
    found = fit(trainer, rule_of(settings), steps=settings.epochs)
    return found, trainer.scores(trainer.test)


def kept(stop, patience, looks):
    """The last look whose weights are kept, and the look that ends, counted from 1."""
    rule, model = rule_of(NodeTraining(stop=stop, patience=patience)), nn.Linear(1, 1)
    for number, (loss, accuracy) in enumerate(looks, 1):
        row = {"step": number, "validation_loss": loss, "validation_accuracy": accuracy}
        if rule.look(row, model):
            return rule.row["step"], number
    return rule.row["step"], None


def test_window_ends_above_the_mean_of_the_last_losses():
    assert kept("window", 2, [(5, 0), (3, 0), (3.9, 0), (3.5, 0)]) == (4, 4)  # 3.5 > (3 + 3.9) / 2
    assert kept("window", 2, [(9, 0), (3, 0), (2, 0), (1, 0)]) == (4, None)
    assert kept("window", 0, [(1, 0), (2, 0), (3, 0), (4, 0)]) == (4, None)


def test_patience_keeps_what_is_best_in_both_and_waits_for_either():
    looks = [(2, 0.5), (1, 0.4), (3, 0.6), (0.9, 0.6), (1, 0.5), (1, 0.5)]
    assert kept("patience", 2, looks) == (4, 6)
    assert kept("patience", 0, looks) == (4, None)


@pytest.mark.parametrize("name", ["gcn", "gat"])
def test_it_learns_the_karate_club(name):
    task = load_task("karate", 0)
    found, (_, accuracy) = trained(task, papers_settings(name, {"dataset": "karate"})[1], name)
    # Four labels split the club better than always naming one faction; seed 0 of either model does.
    assert accuracy > most_frequent(task) + 0.2
    assert found.steps == len(found.rows)
    assert found.row == found.rows[found.row["step"] - 1]


def test_test_labels_change_nothing_but_the_test_figures():
    task, other = load_task("karate", 0), load_task("karate", 0)
    other.y[other.test_mask] = 1 - other.y[other.test_mask]
    (first, (_, one)), (second, (_, two)) = trained(task, NodeTraining()), trained(other, NodeTraining())
    assert first.rows == second.rows
    assert one == pytest.approx(1 - two)


def test_a_loss_that_overflows_is_an_error():
    with pytest.raises(DivergedError, match="loss became"):
        trained(load_task("karate", 0), NodeTraining(learning_rate=1e30, epochs=50))


def test_last_weights_are_the_selected_ones():
    task = load_task("karate", 0)
    spec, settings = papers_settings("gat", {"dataset": "karate"})
    found, _ = trained(task, dataclasses.replace(settings, epochs=30), "gat")
    model = build_node_model(spec, 34, 2)
    model.load_state_dict(found.weights)
    model.eval()
    logits = model(task.x, task.edge_index)[task.val_mask]
    loss = torch.nn.functional.cross_entropy(logits, task.y[task.val_mask]).item()
    assert math.isclose(loss, found.row["validation_loss"], rel_tol=1e-6)
