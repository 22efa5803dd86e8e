"""Progress bars: widgets in a notebook, lines in a terminal, nothing anywhere else."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable
from importlib.util import find_spec
from typing import Any

from tqdm import tqdm

# All bars are of one process. A lock between processes would begin another one, which the end of a terminal kills.
tqdm.set_lock(threading.RLock())


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook."""
    ipython = sys.modules.get("IPython")
    return ipython is not None and hasattr(ipython.get_ipython(), "kernel")


def is_watched() -> bool:
    """Whether somebody sees a bar: in a notebook, or where stderr is a terminal."""
    return in_notebook() or sys.stderr.isatty()


def bar(items: Iterable[Any] | None = None, *, show: bool | None = None, **options: Any) -> Any:
    """A bar of tqdm, of the kind that can be seen here.

    Args:
        items: What to go through; None where the bar is moved by ``update``.
        show: Whether there is one; by default where somebody sees it.
        **options: Of ``tqdm``.
    """
    shown = is_watched() if show is None else show
    return _kind(shown)(items, disable=not shown, **options)


def _kind(shown: bool) -> Any:
    # Without ipywidgets tqdm would warn before it falls back to text.
    if not shown or not in_notebook() or find_spec("ipywidgets") is None:
        return tqdm
    from tqdm.auto import tqdm as widget

    return widget


def spoken(seconds: float) -> str:
    """A time as a person says it.

    Example:
        >>> spoken(0.4), spoken(95), spoken(7500)
        ('0.4 s', '1.6 min', '2.1 h')
    """
    if seconds < 60:
        return f"{seconds:.2g} s"
    return f"{seconds / 60:.1f} min" if seconds < 3600 else f"{seconds / 3600:.1f} h"
