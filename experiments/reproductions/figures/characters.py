"""Figures of the claims on character models."""

from __future__ import annotations

from matplotlib.figure import Figure

from experiments.lab.characters.report.plots import plot_learning
from experiments.lab.characters.report.sections import REPORTED
from experiments.reading.plots import model_styles
from experiments.reproductions.evidence import Evidence


def draw_training(evidence: Evidence) -> Figure:
    """Accuracy, loss and learning rate by step; training dashed, validation solid; for E2 the reported accuracies."""
    curves: dict[str, list] = {}
    for run, curve in evidence.curves():
        curves.setdefault(run.settings.model.label, []).append(curve)
    styles = model_styles(curves)
    figure = Figure(figsize=(9, 7.5), layout="constrained")
    accuracy, loss, rate = figure.subplots(3, 1, sharex=True, height_ratios=(3, 3, 1.2))
    for ax, training, validation, ylabel in (
        (accuracy, "train_accuracy_100", "validation_accuracy", "accuracy"),
        (loss, "train_loss", "validation_loss", "loss, nats per character"),
    ):
        plot_learning(curves, ax, metric=training, ylabel=ylabel, styles=styles, line="--")
        plot_learning(curves, ax, metric=validation, ylabel=ylabel, styles=styles)
        ax.set_xlabel("")
    plot_learning(curves, rate, metric="learning_rate", ylabel="learning rate", styles=styles)
    rate.set_ylim(bottom=0)
    accuracy.plot([], [], "--", color="0.3", label="training, last 100 batches")
    accuracy.plot([], [], "-", color="0.3", label="validation")
    if evidence.claim.id == "E2":
        accuracy.plot(list(REPORTED), list(REPORTED.values()), "k*", ms=9, label="report E")
    accuracy.legend(loc="lower right", fontsize=8, frameon=False)
    accuracy.set_title(", ".join(curves) + ": one line per seed", fontsize=10)
    return figure


def draw_sharpness(evidence: Evidence) -> Figure:
    """Share of the most probable character and entropy against τ."""
    found = evidence.numbers
    figure = Figure(figsize=(8, 3.4), layout="constrained")
    for ax, values, ylabel in zip(
        figure.subplots(1, 2),
        (found["top"], found["entropy"]),
        ("share of the most probable character", "entropy, bits"),
    ):
        ax.bar([f"{tau:g}" for tau in found["sharpness"]], values, width=0.5)
        ax.set(xlabel="τ in softmax(τ x)", ylabel=ylabel, ylim=(0, None))
        ax.grid(axis="y", color="0.9")
        ax.set_axisbelow(True)
    return figure
