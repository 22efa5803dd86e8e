"""Runs on a Ray cluster. No shared disk is needed: what a run wrote comes back with its answer."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Sequence
from concurrent.futures import Future
from contextlib import ExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Any

from experiments.core.catalogue import read_settings
from experiments.core.execution import Execution
from experiments.core.own.files import digest
from experiments.core.run import Run
from experiments.records.device import origin, record_origin
from experiments.records.files import remove_parts, synchronise, write_beside, write_json
from experiments.records.locks import LockedError, remove_locks, run_lock
from experiments.records.records import read_result
from experiments.records.results_folder import SHARED
from experiments.running.engines.engine import ATTEMPTS, WorkerKilledError
from experiments.running.engines.together import Answer
from experiments.running.execute import done_again, execute_once

WINDOW = 256  # runs asked of the cluster at once; each holds one file open here, its lock
PACKAGES = ("experiments", "gnnlab", "seq")

Files = dict[str, bytes]


class RayEngine:
    """Each run is a task of the cluster, and asks for the CPUs and the share of a GPU that it needs.

    This process holds the lock of every run it has asked for, and is the only one that writes to the results folder.
    A node works in a folder of its own below its temporary folder, where a run whose worker was killed finds its last
    checkpoint if Ray tries it again on the same node.

    Args:
        out: Results folder, prepared.
        how: The address, and what a run asks for.

    Raises:
        ValueError: Ray is not installed, the cluster is not there, or it is too small.
    """

    window = WINDOW

    def __init__(self, out: Path, how: Execution) -> None:
        try:
            import ray
        except ImportError:
            raise ValueError("engine: ray is not installed; pip install 'gnnlab[ray]' brings it") from None
        self._ray, self._out, self._how = ray, out, how
        self._held: set[ExitStack] = set()
        self._connect()
        # What runs share beside their settings, as the documents of a corpus: sent once, however many runs there are.
        self._shared = self._ray.put(_read_files(out / SHARED))

    def _connect(self) -> None:
        root = str(Path(__file__).resolve().parents[3])
        variables = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
        options: dict[str, Any] = {"logging_level": "error", "runtime_env": {"env_vars": variables}}
        address = self._how.engine if "://" in self._how.engine else os.environ.get("RAY_ADDRESS", "local")
        options["address"] = address
        if address == "local":
            options |= {"log_to_driver": False, "include_dashboard": False}
            variables["PYTHONPATH"] = os.pathsep.join([root, *filter(None, [os.environ.get("PYTHONPATH")])])
        else:
            # The nodes run this very code, whatever they have installed of it.
            options["runtime_env"]["py_modules"] = [f"{root}/{package}" for package in PACKAGES]
        try:
            self._ray.init(**options)
        except (ConnectionError, RuntimeError, ValueError, TimeoutError) as error:
            reason = " ".join(str(error).split())
            raise ValueError(f"engine: no Ray cluster answers at {address} ({reason})") from error

    def submit(self, runs: Sequence[Run]) -> list[Future[Answer]]:
        """Ask the cluster for the runs, each of them a task of its own."""
        return [self._submit(run) for run in runs]

    def _submit(self, settings: Run) -> Future[Answer]:
        """Ask the cluster for a run, unless another sweep is doing it or has done it."""
        answer: Future[Answer] = Future()
        held = ExitStack()
        folder = self._out / settings.folder
        try:
            held.enter_context(run_lock(self._out, settings.folder))
            there = read_result(folder)
            if there is not None and not done_again(settings, self._out, self._how, there):
                held.close()
                answer.set_result((there, False))
                return answer
            self._held.add(held)
            task = self._ray.remote(_run_on_node).options(
                name=settings.folder, max_retries=ATTEMPTS - 1, **self._resources(settings)
            )
            sources = {code.sha256: Path(code.file).read_bytes() for code in settings.code}
            reference = task.remote(
                settings.to_dict(), self._how, self._name(), origin(), self._shared, sources
            )
        except (LockedError, ValueError) as error:
            held.close()
            answer.set_exception(error)
            return answer

        def end(future: Future[tuple[dict[str, Any], Files]]) -> None:
            try:
                with held:
                    result, files = self._result(future)
                    _write(folder, settings, files)
                self._held.discard(held)
                answer.set_result((result, True))
            except BaseException as error:  # all of it belongs to who waits for the answer
                answer.set_exception(error)

        reference.future().add_done_callback(end)
        return answer

    def _result(self, future: Future[tuple[dict[str, Any], Files]]) -> tuple[dict[str, Any], Files]:
        errors = self._ray.exceptions
        try:
            return future.result()
        except (errors.WorkerCrashedError, errors.NodeDiedError, errors.OutOfMemoryError) as error:
            raise WorkerKilledError(f"its worker was killed ({type(error).__name__})") from error
        except errors.RayTaskError as error:
            # What the sweep has to know apart comes as itself, not as a failure of the task.
            raise (error.cause if isinstance(error.cause, OSError | LockedError) else error) from None

    def _resources(self, settings: Run) -> dict[str, float]:
        threads = settings.threads
        on_gpu = settings.device.startswith("cuda")
        cpus, gpus = self._how.cpus_per_run, self._how.gpus_per_run
        asked = {
            "num_cpus": float(threads) if cpus is None else cpus,
            "num_gpus": float(on_gpu) if gpus is None else gpus,
        }
        there = self._ray.cluster_resources()
        for kind, name in (("num_cpus", "CPU"), ("num_gpus", "GPU")):
            if asked[kind] > there.get(name, 0):
                raise ValueError(
                    f"{kind[4:]}_per_run: a run asks for {asked[kind]:g} {name}s, and the cluster has "
                    f"{there.get(name, 0):g}"
                )
        return asked

    def _name(self) -> str:
        """A name for this results folder on the nodes: the same when the command is given again."""
        return hashlib.sha256(f"{os.uname().nodename}:{self._out.resolve()}".encode()).hexdigest()[:16]

    def __enter__(self) -> RayEngine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ray.shutdown()  # ends the tasks that this process asked for
        for held in list(self._held):
            held.close()


def _run_on_node(
    values: dict[str, Any],
    how: Execution,
    name: str,
    origin: dict[str, Any],
    shared: Files,
    sources: Files,
) -> tuple[dict[str, Any], Files]:
    """A task of the cluster: do one run in a folder of this node, and hand its files back."""
    record_origin(origin)
    out = Path(tempfile.gettempdir()) / f"gnnlab-{os.getuid()}-{name}"
    out.mkdir(parents=True, exist_ok=True)
    settings = read_settings(values | {"code": _placed(values.get("code", []), sources)})
    for file, content in shared.items():
        (out / SHARED).mkdir(exist_ok=True)
        if not (out / SHARED / file).exists():
            write_beside(out / SHARED / file, lambda beside, content=content: beside.write_bytes(content))  # type: ignore[misc]
    result, _ = execute_once(settings, out, how=how)
    folder = out / settings.folder
    files = _read_files(folder)
    shutil.rmtree(folder)
    remove_locks(out)
    with suppress(OSError):  # another run is there
        out.rmdir()
    return result, files


def _placed(codes: list[dict[str, Any]], sources: Files) -> list[dict[str, Any]]:
    """A user's files by where this node has them: where they were, or else in a folder of their own."""
    placed = []
    for code in codes:
        path = Path(code["file"])
        if not path.is_file() or digest(path) != code["sha256"]:
            path = Path(tempfile.gettempdir()) / f"gnnlab-{os.getuid()}-own" / code["sha256"] / path.name
            path.parent.mkdir(parents=True, exist_ok=True)
            content = sources[code["sha256"]]
            write_beside(path, lambda beside, content=content: beside.write_bytes(content))  # type: ignore[misc]
        placed.append(code | {"file": str(path)})
    return placed


def _read_files(folder: Path) -> Files:
    return (
        {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
        if folder.is_dir()
        else {}
    )


def _write(folder: Path, settings: Run, files: Files) -> None:
    """Make a run's folder from the files that came back, ``result.json`` last."""
    folder.mkdir(parents=True, exist_ok=True)
    remove_parts(folder)
    (folder / "result.json").unlink(missing_ok=True)
    if files.pop("config.json", None) is not None:  # a user's files are where they are here, and not there
        write_json(folder / "config.json", settings.to_dict())
    for name in sorted(files, key=lambda name: name == "result.json"):
        content = files[name]
        write_beside(folder / name, lambda beside, content=content: beside.write_bytes(content))  # type: ignore[misc]
    for changed in (folder, folder.parent):
        synchronise(changed)
