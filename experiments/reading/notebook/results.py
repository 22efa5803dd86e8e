"""Results as a program prints them and a notebook shows them: a table, and two figures."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd
from markupsafe import Markup

from experiments.reading import plots
from experiments.reading.frames import LABEL
from experiments.reading.notebook.axes import new_axes, said
from experiments.reading.notebook.html import reasons, table
from experiments.reading.page import write_report
from experiments.reading.results import Results
from experiments.reading.standard import curves_of
from experiments.reading.table_formats import heading, shown
from experiments.reading.tables import summary_rows, text_summary
from experiments.records.pictures import drawn

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_GROUPS = 60  # rows of the plot by model; the table has them all
SHARP = 160  # dots an inch of a picture in a notebook, shown at 96


class ShownResults(Results):
    """The runs of a folder, which print as a table, and which a notebook shows as a table and figures.

    Example:
        >>> from experiments import results
        >>> found = results("tests/recorded/palindrome")
        >>> print(found)  # doctest: +ELLIPSIS
        model ...
        >>> found.plot_curves().get_xlabel()
        'training step'
    """

    def __repr__(self) -> str:
        return text_summary(self)

    def _repr_html_(self) -> str:
        """The summary, how runs failed, and a figure of curves and of the metric, in the colours of the page."""
        return str(Markup("\n").join([table(summary_rows(self)), reasons(self.frame), self._figures()]))

    def report(self, baseline: str | None = None, equivalent: float | None = None) -> Path:
        """Write the page of all runs of the folder, and answer its path.

        Args:
            baseline: Model that the others are compared with; by default the experiment's own choice.
            equivalent: A difference of what judges the runs that would be none to you.

        Raises:
            FolderError: The page cannot be written.
            ValueError: There are no runs of the baseline.

        Example:
            >>> from experiments import results
            >>> results("runs/palindrome").report("lstm")  # doctest: +SKIP
            PosixPath('runs/palindrome/report.html')
        """
        region = self.equivalent if equivalent is None else equivalent
        return write_report(self.folder, baseline or self.asked, equivalent=region)

    def plot_accuracy(self, ax: Axes | None = None) -> Axes:
        """Draw what judges the runs against length, or by model where runs have one length or none.

        Against length: a dot per seed, a line through the means, a band of one standard deviation. By model: a dot per
        seed, and the mean with Student's interval, which is left out where some runs learned the task and others did
        not. Runs under different settings are rows of their own, and no mean goes over them.

        Args:
            ax: Where to draw; a new figure when left out, which a notebook shows below the cell.

        Example:
            >>> from experiments import results
            >>> results("tests/recorded/palindrome").plot_accuracy().get_ylabel()
            'test accuracy'
        """
        if self.ended[self.metric.key].dropna().empty:
            return said(ax or new_axes(6, 2), "no run has ended")
        if not self._against_length:
            groups = self._groups()
            return self._by_group(groups, ax or new_axes(7, 1.3 + 0.34 * len(groups)))
        return plots.plot_accuracy(
            self.frame, ax or new_axes(8, 4), chance=self._chance, order=self.models, metric=self.metric
        )

    def plot_curves(self, ax: Axes | None = None) -> Axes:
        """Draw training curves of the validation part, a line per run.

        Args:
            ax: Where to draw; a new figure when left out, which a notebook shows below the cell.

        Example:
            >>> from experiments import results
            >>> results("tests/recorded/palindrome").plot_curves().get_ylabel()
            'validation accuracy'
        """
        ax = ax or new_axes(8, 4)
        by_model = curves_of(self)
        found = dict.fromkeys(name for tables in by_model.values() for table in tables for name in table)
        wanted = (self.metric.curve, "validation_loss", *(name for name in found if name != "step"))
        column = next((name for name in wanted if name in found), None)
        if column is None:
            return said(ax, "no run has a curve")
        drawn = {m: [t for t in tables if column in t] for m, tables in by_model.items()}
        plots.plot_curves(drawn, ax, metric=column, styles=self.styles)
        ax.set_xlabel(f"training {self.experiment.step}")
        ax.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), fontsize=8, frameon=False)
        return ax

    @property
    def _against_length(self) -> bool:
        """Whether runs differ in model, seed and length, and in nothing else that a mean must not go over."""
        keys = self.summary().attrs["keys"]
        return (
            "length" in keys
            and self.frame["length"].nunique() > 1
            and all(
                self.frame[key].nunique(dropna=False) == 1 for key in keys if key not in (LABEL, "length")
            )
        )

    @property
    def _chance(self) -> float | None:
        """The score of guessing, where it is the same for all runs."""
        known = self.frame["chance"].dropna().unique() if "chance" in self.frame else []
        return float(known[0]) if len(known) == 1 else None

    def _groups(self) -> pd.DataFrame:
        summary = self.summary()
        return summary[summary["n"] > 0].head(MOST_GROUPS)

    def _by_group(self, groups: pd.DataFrame, ax: Axes) -> Axes:
        keys, scale = groups.attrs["keys"], self.metric.scale
        told = [key for key in keys[1:] if groups[key].nunique(dropna=False) > 1]
        for place, (_, row) in enumerate(groups.iterrows()):
            own = self.ended
            for key in keys:
                own = own[own[key].isna() if _missing(row[key]) else own[key] == row[key]]
            style = self.styles[row[LABEL]]
            ax.plot(
                scale * own[self.metric.key], [place] * len(own), "o", color=style["color"], ms=4, alpha=0.5
            )
            ends = ("mean", "mean") if row["bimodal"] or _missing(row["low"]) else ("low", "high")
            low, high = row[ends[0]], row[ends[1]]
            ax.plot([scale * low, scale * high], [place, place], color=style["color"], lw=2)
            ax.plot(
                scale * row["mean"], place, style["marker"], color=style["color"], ms=8, mfc="none", mew=1.5
            )
        texts = [
            ", ".join([row[LABEL], *(f"{heading(key)} {shown(row[key])}" for key in told)])
            for _, row in groups.iterrows()
        ]
        ax.set_yticks(range(len(texts)), texts)
        ax.set(xlabel=self.metric.heading, ylim=(len(texts) - 0.5, -0.5))
        ax.locator_params(axis="x", nbins=5)
        ax.grid(axis="x", color="0.9")
        if self._chance is not None and self.metric.key == plots.ACCURACY.key:
            ax.axvline(scale * self._chance, color="0.4", lw=1, ls=(0, (1, 2)))
            ax.set_title(f"dotted: chance ({self._chance:g})", fontsize=8, loc="right", color="0.35")
        return ax

    def _figures(self) -> Markup:
        """Both figures side by side, as a picture with a background of its own, so that any page can hold it."""
        from matplotlib.figure import Figure

        if self.ended.empty:
            return Markup("")
        rows = 0 if self._against_length else len(self._groups())
        figure = Figure(figsize=(11, max(3.4, 1.3 + 0.3 * rows)), layout="constrained", facecolor="white")
        left, right = figure.subplots(1, 2)
        self.plot_curves(left)
        self.plot_accuracy(right)
        if left.get_legend() is not None:
            left.get_legend().remove()  # the other panel names the same models in the same colours
        buffer = io.BytesIO()
        drawn(figure, buffer, format="png", dpi=SHARP)
        text = base64.b64encode(buffer.getvalue()).decode()
        about = f"Training curves, and {self.metric.heading}, of {', '.join(self.models)}"
        return Markup(
            '<img alt="{}" style="max-width:100%" width="{}" src="data:image/png;base64,{}">'
        ).format(about, round(96 * figure.get_figwidth()), text)


def _missing(value: Any) -> bool:
    return bool(pd.api.types.is_scalar(value) and pd.isna(value))
