"""Ctrl-C, SIGTERM and SIGHUP as requests: a step ends, a checkpoint is written, and only then the run stops."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


@contextmanager
def stop_requests() -> Iterator[Callable[[], bool]]:
    """Give a function that says whether such a signal came while the body runs; a second one interrupts at once.

    A signal that is ignored stays ignored, as Ctrl-C does in a worker, whose parent asks it with SIGTERM.

    Raises:
        KeyboardInterrupt: One came, and the body ended by itself.
    """
    asked: list[int] = []

    def ask(number: int, frame: object) -> None:
        if asked:
            raise KeyboardInterrupt
        asked.append(number)

    if threading.current_thread() is not threading.main_thread():
        yield lambda: False  # signals reach the main thread only
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}
    caught = [number for number, handler in before.items() if handler not in (signal.SIG_IGN, None)]
    for number in caught:
        signal.signal(number, ask)
    try:
        yield lambda: bool(asked)
    finally:
        for number in caught:
            signal.signal(number, before[number])
    if asked:
        raise KeyboardInterrupt("stopped at the end")
