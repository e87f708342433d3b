# SPDX-License-Identifier: Apache-2.0
"""A program of the rivals' root folder as a process, on loopback, ended by its enclosure."""

import http.client
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from deploy.lab.enclosure import Enclosure, Plan
from deploy.lab.errors import LabError
from deploy.lab.instance import INSTANCES_FOLDER
from deploy.lab.readiness import log_tail, wait_until
from tests.benchmark.errors import BenchmarkError, UnavailableError
from tests.benchmark.rivals.root import rivals_root

START_SECONDS = 30.0
ANSWER_SECONDS = 60.0
OK_STATUSES = range(200, 300)


class Rival(NamedTuple):
    """A running program, with a folder of its own."""

    pid: int
    log: Path


@contextmanager
def rival_folder() -> Iterator[Path]:
    """Give a folder on a real disk, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="kvmgrid-bench-", dir=INSTANCES_FOLDER))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def rival(arguments: Sequence[str], folder: Path, binds: Sequence[tuple[Path, Path]] = ()) -> Iterator[Rival]:
    """Run a program that sees ``folder``. Raises UnavailableError when its package cannot be had."""
    try:
        root = rivals_root()
    except LabError as error:
        raise UnavailableError(f"the Debian packages cannot be installed: {error}") from error
    if not (root.path / arguments[0].lstrip("/")).exists():
        raise UnavailableError(f"Debian's packages have no {arguments[0]}")
    log = folder / f"{Path(arguments[0]).name}.log"
    with Enclosure(
        Plan(root=root.path, binds=((folder, folder), *binds)), log=folder / "enclosure.log"
    ) as enclosure:
        member = enclosure.spawn(arguments, log=log)
        if not member.process.is_alive():
            raise BenchmarkError(f"{arguments[0]} ended at once: {log_tail(log)}")
        yield Rival(member.process.pid, log)


def ask(port: int, path: str, body: bytes | None = None) -> bytes:
    """Return the answer of a program on loopback. Raises BenchmarkError."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)
    try:
        connection.request("GET" if body is None else "POST", path, body)
        answer = connection.getresponse()
        text = answer.read()
    except (OSError, http.client.HTTPException) as error:
        raise BenchmarkError(f"no answer to {path}: {error!r}") from error
    finally:
        connection.close()
    if answer.status not in OK_STATUSES:
        raise BenchmarkError(f"{path}: {answer.status} {text[:200]!r}")
    return text


def wait_for_answer(port: int, path: str, running: Rival) -> None:
    """Wait until a program answers; raise BenchmarkError with the end of its log when it does not."""

    def answers() -> bool:
        try:
            ask(port, path)
        except BenchmarkError:
            return False
        return True

    if not wait_until(answers, timeout_seconds=START_SECONDS):
        raise BenchmarkError(f"no answer to {path}; end of {running.log}:\n{log_tail(running.log)}")
