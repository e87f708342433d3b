# SPDX-License-Identifier: Apache-2.0
"""`python -m deploy.demo`: start everything, say where to look, end everything on one Ctrl-C or SIGTERM."""

import fcntl
import os
import re
import shutil
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import FrameType

import click
import psycopg

from consumer.errors import SchemaError
from deploy.demo.errors import DemoError
from deploy.demo.legend import legend
from deploy.demo.pipeline import Names, Pipeline
from deploy.demo.progress import Progress, write
from deploy.demo.simulated_fleet import start_fleet
from deploy.lab import services
from deploy.lab.definition import DEFINITION
from deploy.lab.errors import LabError
from deploy.lab.guest import DEFAULT_GUESTS
from deploy.lab.lab import libvirt_with_guests
from deploy.lab.readiness import wait_until
from publisher.settings import default_host

# Not in the cache of root's home: the database runs as another user and must reach its files. Not in /tmp:
# others could make the folder first.
DEFAULT_FOLDER = Path("/var/lib/kvmgrid-demo")
NEEDED_BYTES = 3 * 1024**3
FIRST_SAMPLE_TIMEOUT_SECONDS = 60.0
SUPERVISION_SECONDS = 1.0
HIGHEST_PORT = 65_535


class Port(click.ParamType[int]):
    """A TCP port that can be listened on."""

    name = "port"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return its number."""
        text = str(value)
        if not re.fullmatch(r"[0-9]{1,5}", text) or not 1 <= int(text) <= HIGHEST_PORT:
            self.fail(f"{text!r} is no port: a number from 1 to {HIGHEST_PORT} is, such as 8051", param, ctx)
        return int(text)


@contextmanager
def kept_environment() -> Iterator[None]:
    """Hold what the setup asks for before it changes the environment that this interpreter is of."""
    mark = Path(sys.prefix, "pyvenv.cfg")
    if not mark.is_file():
        yield
        return
    with mark.open() as lock:
        # Waits for a setup that looks at it; shared, so that a second demo can say what is the matter.
        fcntl.flock(lock, fcntl.LOCK_SH)
        yield


class Interrupted(BaseException):
    """SIGINT or SIGTERM arrived while the demo was starting."""


@contextmanager
def only_demo(folder: Path) -> Iterator[None]:
    """Hold the lock of the one demo that may run; the kernel frees it however its holder ends."""
    folder.mkdir(mode=0o711, parents=True, exist_ok=True)
    with (folder / "lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoError(
                "a demo runs already on this machine; end it with Ctrl-C where it was started"
            ) from error
        yield


def check_machine(port: int, folder: Path) -> None:
    """Raise DemoError for what would stop the demo half-way."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise DemoError(
                f"port {port} on 127.0.0.1 cannot be used ({error.strerror}); "
                f"choose another: make demo PORT={port + 1 if port < HIGHEST_PORT else 8051}"
            ) from error
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < NEEDED_BYTES:
        raise DemoError(
            f"{folder} has {free_bytes / 1e9:.1f} GB free, the demo needs {NEEDED_BYTES / 1e9:.1f} GB"
        )


def await_first_sample(pipeline: Pipeline, since_seconds: float) -> None:
    """Wait until the host and its running VMs are in the database with figures of this run."""
    question = """
        SELECT true FROM kvmgrid.hosts_now
        WHERE host = %s AND sampled_at > to_timestamp(%s)
            AND cpu_busy_ratio IS NOT NULL AND domain_active_count >= %s
    """

    def arrived() -> bool:
        pipeline.require_running()
        with psycopg.connect(pipeline.database_url) as connection:
            row = connection.execute(
                question, [pipeline.names.host, since_seconds, len(DEFAULT_GUESTS)]
            ).fetchone()
        return row is not None

    if not wait_until(arrived, timeout_seconds=FIRST_SAMPLE_TIMEOUT_SECONDS):
        raise DemoError(
            f"no sample arrived in {FIRST_SAMPLE_TIMEOUT_SECONDS:g} s; see {pipeline.folder}/*.log"
        )


@contextmanager
def kept_data(home: Path) -> Iterator[None]:
    """Follow what fails on the data of an earlier demo by what to do."""
    try:
        yield
    except DemoError as error:
        raise DemoError(
            f"{error}\nIf its history is of another version, remove {home} to begin anew."
        ) from error


def run(home: Path, port: int, started: threading.Event, stop: threading.Event) -> None:
    """Start everything, set `started`, and stay until `stop` is set or a process fails."""
    folder = home / DEFINITION.key
    progress = Progress(7)
    with kept_environment(), only_demo(home), ExitStack() as stack:
        check_machine(port, home)
        began_at = time.time()
        with progress.step("message broker (RabbitMQ)"):
            broker = stack.enter_context(services.broker(directory=folder / "rabbitmq"))
        with progress.step("database (PostgreSQL, TimescaleDB)"):
            database = stack.enter_context(services.database(directory=folder / "postgresql"))
        with progress.step("libvirt and three VMs"):
            guests = libvirt_with_guests(DEFAULT_GUESTS, directory=folder / "libvirt")
            daemon = stack.enter_context(guests)
        pipeline = stack.enter_context(
            Pipeline(
                folder / "kvmgrid",
                names=Names(host=default_host()),
                broker=broker,
                database=database,
                hypervisor_uri=daemon.uri_read_only,
                port=port,
                channels=daemon.channels,
            )
        )
        with progress.step("users, roles, migrations"), kept_data(home):
            pipeline.prepare()
        with progress.step("consumer, publisher, alerts, dashboard"):
            for role in ("consumer", "publisher", "dashboard"):
                pipeline.start(role)
            pipeline.start_alerts()
        with progress.step("first samples"), kept_data(home):
            await_first_sample(pipeline, began_at)
            # Its address is shown next.
            pipeline.await_page()
        with progress.step("simulated fleet"):
            start_fleet(pipeline)
        started.set()
        write(legend(pipeline, broker, daemon, home))
        while not stop.wait(SUPERVISION_SECONDS):
            pipeline.require_running()
        write("\nstopping … ")
    write("everything ended\n")


@click.command()
@click.option(
    "--port",
    default=8050,
    show_default=True,
    type=Port(),
    help="Port of the dashboard on 127.0.0.1.",
)
@click.option(
    "--folder",
    default=DEFAULT_FOLDER,
    show_default=True,
    type=click.Path(file_okay=False, readable=False, path_type=Path),
    help="Where data, settings and logs are.",
)
def main(port: int, folder: Path) -> None:
    """Run the whole pipeline on this machine with three real VMs and a simulated fleet, until Ctrl-C."""
    if os.geteuid() != 0:
        raise DemoError("the demo starts servers and VMs in namespaces of their own and needs root")
    # Servers reach their folders as users of their own; what is secret gets its mode by name.
    os.umask(0o022)
    stop = threading.Event()
    started = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        # While starting there is no loop that would look at the event.
        if not stop.is_set():
            stop.set()
            if not started.is_set():
                raise Interrupted

    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGTERM, end)
    run(folder, port, started, stop)


def command_line() -> None:
    """Run `main` and turn what went wrong into one message and a status."""
    try:
        main(standalone_mode=False)
    except click.ClickException as error:
        sys.exit(f"demo: {error.format_message()}")
    except (DemoError, LabError, SchemaError, psycopg.Error, OSError) as error:
        sys.exit(f"\ndemo: {error}")
    except Interrupted:
        sys.exit("\ndemo: ended before it was ready; nothing was left behind")


if __name__ == "__main__":
    command_line()
