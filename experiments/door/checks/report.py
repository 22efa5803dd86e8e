"""What a battery of checks found, as a table."""

from __future__ import annotations

import html
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

HOLDS, FAILS, WARNS, NOT_TRIED = "holds", "does not", "warning", "not tried"
_WIDTH = 110


@dataclass(frozen=True)
class Result:
    """One check.

    Args:
        check: Its name.
        asks: What it asks for, in a sentence.
        status: ``holds``, ``does not``, ``warning`` (it does not, and a comparison can do without) or ``not tried``.
        sentence: What does not hold and what to do, or why it was not tried.
    """

    check: str
    asks: str
    status: str
    sentence: str = ""


@dataclass(frozen=True)
class Report:
    """All checks of a model or a task, in order.

    Args:
        title: What was checked.
        results: A row a check.

    Example:
        >>> report = Report("lstm", (Result("shapes", "Logits have a row.", "holds"),))
        >>> report.ok, report.failed
        (True, [])
        >>> print(report)
        lstm: 1 of 1 checks holds
          holds      shapes
    """

    title: str
    results: tuple[Result, ...]

    def __iter__(self) -> Iterator[Result]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __getitem__(self, check: str) -> Result:
        return next(result for result in self if result.check == check)

    def _named(self, status: str) -> list[str]:
        return [result.check for result in self if result.status == status]

    @property
    def ok(self) -> bool:
        """Whether nothing that was tried fails; warnings do not count."""
        return not self.failed

    @property
    def failed(self) -> list[str]:
        """Names of the checks that do not hold."""
        return self._named(FAILS)

    @property
    def warned(self) -> list[str]:
        """Names of the checks that do not hold and that a comparison can do without."""
        return self._named(WARNS)

    def raise_if_failed(self) -> Report:
        """The report itself.

        Raises:
            AssertionError: A check does not hold; the message names each, with its sentence.
        """
        if self.failed:
            lines = [f"  {name}: {self[name].sentence}" for name in self.failed]
            raise AssertionError("\n".join([self._heading(), *lines]))
        return self

    def _heading(self) -> str:
        held = len(self._named(HOLDS))
        parts = [f"{held} of {len(self)} checks hold{'s' * (held == 1)}"]
        for status in (FAILS, WARNS, NOT_TRIED):
            if names := self._named(status):
                said = {FAILS: f"{len(names)} do{'es' * (len(names) == 1)} not"}
                parts.append(
                    said.get(status, f"{len(names)} {status}{'s' * (status == WARNS and len(names) > 1)}")
                )
        return f"{self.title}: {', '.join(parts)}"

    def __str__(self) -> str:
        width = max((len(result.check) for result in self), default=0)
        lines = [self._heading()]
        for result in self:
            start = f"  {result.status:9}  {result.check:{width}}  "
            wrapped = textwrap.wrap(
                result.sentence,
                _WIDTH,
                initial_indent=start,
                subsequent_indent=" " * len(start),
                break_on_hyphens=False,
            )
            lines += wrapped or [start.rstrip()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr title="{html.escape(result.asks)}"><td>{html.escape(result.check)}</td>'
            f"<td>{_marked(result.status)}</td>"
            f'<td style="text-align:left">{html.escape(result.sentence)}</td></tr>'
            for result in self
        )
        head = "<tr><th>check</th><th></th><th>what to do</th></tr>"
        caption = f"<caption>{html.escape(self._heading())}</caption>"
        return f"<table>{caption}<thead>{head}</thead><tbody>{rows}</tbody></table>"


def _marked(status: str) -> str:
    return f"<b>{status}</b>" if status in (FAILS, WARNS) else status
