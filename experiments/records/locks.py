"""One writer for each run: locks that end with the process that holds them, however it ends."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on POSIX: there, only one sweep at a time should use a folder
    fcntl = None  # type: ignore[assignment]

LOCKS = ".locks"  # folder of lock files in a folder of results


class LockedError(ValueError):
    """Another process is doing this very run."""


@contextmanager
def run_lock(out: Path, run: str) -> Iterator[None]:
    """Be the one writer of a run's folder.

    The kernel lets go of the lock when its process ends, by ``kill -9`` too. The file holds the process number, and
    is removed at the end.

    Args:
        out: Results folder.
        run: Name of the run's folder.

    Raises:
        LockedError: Another process, or another part of this one, holds it.
    """
    path = out / LOCKS / f"{run}.lock"
    descriptor = _acquire(path)
    try:
        os.truncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        # Removed while it is still held: who opened it meanwhile finds that it lost its name, and opens it anew.
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _acquire(path: Path) -> int:
    while True:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o666)
        except (FileNotFoundError, FileExistsError):
            if path.parent.is_file():
                raise
            continue  # the folder of locks was removed in between
        try:
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_named(descriptor, path):
                return descriptor
        except BlockingIOError:
            owner = os.read(descriptor, 20).decode(errors="replace").strip()
            os.close(descriptor)
            raise LockedError(
                f"{path.parent.parent / path.stem}: process {owner or 'of another command'} is doing this run"
            ) from None
        except BaseException:
            os.close(descriptor)
            raise
        os.close(descriptor)


def _is_named(descriptor: int, path: Path) -> bool:
    """Whether the name still stands for the file that is open."""
    try:
        there = os.stat(path)
    except FileNotFoundError:
        return False
    return os.path.samestat(os.fstat(descriptor), there)


def remove_locks(out: Path) -> None:
    """Remove the folder of locks unless one is held, or was left by a process that was killed."""
    try:
        (out / LOCKS).rmdir()
    except OSError:
        return  # not empty, or not there
