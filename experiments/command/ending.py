"""Ctrl-C, SIGTERM and SIGHUP end a command within ten seconds, and its workers with it."""

from __future__ import annotations

import multiprocessing
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

EXIT_INTERRUPTED = 130
PATIENCE = 8.0  # seconds from the signal to the end, whatever the command is doing
SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def heard() -> list[int]:
    """Those of the signals that nobody had this process ignore, as ``nohup`` does."""
    return [number for number in SIGNALS if signal.getsignal(number) not in (signal.SIG_IGN, None)]


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Treat all of them as Ctrl-C, so that workers end and the table of results is written."""

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, interrupt) for number in heard()}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@cache
def keep_deadline() -> None:
    """From now on end this process ``PATIENCE`` seconds after a signal, with its workers, if it is still there.

    Python hears a signal between two of its own steps. One step of a network may take longer, and a library may lose
    the interruption, so a thread waits beside. What is recorded by then is whole: files are renamed when they are
    complete. For the process of a command; a program that calls ``main`` lives on.
    """
    reader, writer = socket.socketpair()
    writer.setblocking(False)
    signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    threading.Thread(target=_watch, args=(reader, writer, heard()), daemon=True).start()


def _watch(reader: socket.socket, _writer: socket.socket, numbers: list[int]) -> None:
    """Wait for a signal, and then for the deadline; the other end is kept open meanwhile."""
    while not set(reader.recv(64)) & set(numbers):
        pass
    deadline = time.monotonic() + PATIENCE
    while (left := deadline - time.monotonic()) > 0:
        if select.select([reader], [], [], left)[0]:
            reader.recv(64)  # more of them change nothing
    for worker in multiprocessing.active_children():
        worker.kill()
    print("gnnlab: interrupted; what was recorded is kept", file=sys.stderr, flush=True)
    os._exit(EXIT_INTERRUPTED)
