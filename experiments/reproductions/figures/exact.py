"""Figures of claims whose numbers are computed."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from matplotlib.figure import Figure

from experiments.data.named_graphs import parse_graph
from experiments.reading.plots import model_styles, plot_curves
from experiments.reproductions.evidence import Evidence
from experiments.reproductions.measures.ravine import height, ravine
from experiments.reproductions.measures.steps import best_rates
from gnnlab import draw_adjacency, draw_graph


def draw_a5(evidence: Evidence) -> Figure:
    """The graph, Ã, and the power of A with which C first reaches E."""
    numbers = evidence.numbers
    names, layers = numbers["names"], numbers["layers"]
    figure = Figure(figsize=(12, 4.2), layout="constrained")
    axes = figure.subplots(1, 3)
    target = evidence.plan.options["target"]
    title = f"hops from which {target} hears each node"
    draw_graph(
        parse_graph("example"), axes[0], labels=names, receptive_field_of=names.index(target), title=title
    )
    loops = torch.tensor(numbers["adjacency_with_self_loops"], dtype=torch.float)
    draw_adjacency(loops, ax=axes[1], title="Ã = A + I")
    draw_adjacency(torch.linalg.matrix_power(loops, layers), ax=axes[2], title=f"Ã to the power of {layers}")
    for ax in axes[1:]:
        ax.set_xticks(range(len(names)), names)
        ax.set_yticks(range(len(names)), names)
    return figure


def draw_b2(evidence: Evidence) -> Figure:
    """k(t) of each unit over t."""
    numbers, options = evidence.numbers, evidence.plan.options
    figure = Figure(figsize=(9, 5.2), layout="constrained")
    axes = figure.subplots(len(options["tau"]), 1, sharex=True, sharey=True)
    units = zip(options["tau"], options["shift"], options["r_on"], numbers["training"], axes)
    for i, (tau, shift, r_on, k, ax) in enumerate(units):
        ax.fill_between(numbers["times"], k, color=f"C{i}", alpha=0.25, lw=0)
        ax.plot(numbers["times"], k, color=f"C{i}", lw=1.2)
        ax.set_title(f"period τ = {tau:g}, shift s = {shift:g}, open ratio r_on = {r_on:g}", fontsize=10)
        ax.set(ylabel="k(t)", ylim=(-0.05, 1.1))
        ax.grid(axis="y", color="0.9")
    axes[-1].set_xlabel("time t")
    return figure


def draw_gradients(evidence: Evidence) -> Figure:
    """‖dL(T)/dh(t)‖ by step on a logarithmic axis, a line per seed."""
    norms = evidence.numbers["norms"]
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    ax = figure.subplots()
    for name, style in model_styles(norms).items():
        for i, row in enumerate(norms[name]):
            steps = np.arange(1, len(row) + 1)
            label = name if i == 0 else None
            ax.semilogy(steps, row, color=style["color"], linestyle=style["linestyle"], lw=1.3, label=label)
    ax.set(xlabel="step t", ylabel="‖dL(T)/dh(t)‖, mean over examples")
    ax.set_title("How much of the last step's loss arrives at each step (one line per seed)", fontsize=10)
    ax.grid(axis="y", color="0.9")
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    return figure


def draw_optimizers(evidence: Evidence) -> Figure:
    """Paths on the ravine's contours, and training curves on palindromes."""
    paths, options = evidence.numbers, evidence.plan.options
    styles = model_styles(paths)
    figure = Figure(figsize=(9, 8.4), layout="constrained")
    parts: Any = figure.subfigures(2, 1, height_ratios=(1.25, 1))
    top, bottom = parts
    matrix = ravine(options["steepness"], options["angle"])
    points = np.concatenate([np.array(found["points"]) for found in paths.values()])
    low, high = points.min(0) - 0.8, points.max(0) + 0.8
    grid = np.stack(np.meshgrid(*(np.linspace(a, b, 200) for a, b in zip(low, high))), axis=-1)
    levels = np.geomspace(0.02, height(matrix, grid).max(), 14)
    for (name, found), ax in zip(paths.items(), top.subplots(2, 2, sharex=True, sharey=True).ravel()):
        ax.contour(grid[..., 0], grid[..., 1], height(matrix, grid), levels, colors="0.8", linewidths=0.7)
        x, y = np.array(found["points"]).T
        ax.plot(x, y, color=styles[name]["color"], lw=1.1, marker=".", ms=4)
        ax.plot(0, 0, "*", color="0.2", ms=9)
        ax.set_title(f"{name}, step size {found['rate']:g}: {found['crossings']} crossings", fontsize=10)
    top.suptitle(f"{options['steps']} steps down a ravine; the star is the minimum", fontsize=10)
    ax = bottom.subplots()
    best = best_rates(evidence)
    curves = {
        f"{name}, step size {runs[0][0].settings.train.learning_rate:g}": [curve for _, curve in runs]
        for name, runs in ((name, best[name]) for name in paths)
    }
    plot_curves(curves, ax, metric="validation_accuracy", styles=model_styles(curves))
    ax.set(ylim=(-0.03, 1.05))
    ax.set_title("LSTM on palindromes, each optimiser at its best step size, one line per seed", fontsize=10)
    ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
    return figure
