# SPDX-License-Identifier: Apache-2.0
"""The processes of kvmgrid on given servers: users, roles, settings, migration, processes.

Every process runs with the rights it has in production. The broker has a user per publisher, named by the
host id, and a consumer's. The database has the roles owner, ingest, dashboard and operator. Passwords are
made for each run and stand in files that only root reads.
"""

import secrets
import socket
from pathlib import Path
from typing import NamedTuple, Self

from deploy.demo.child import Child, run_to_end
from deploy.demo.errors import DemoError
from deploy.demo.logins import (
    CONSUMER_LOGIN,
    DASHBOARD_LOGIN,
    OPERATOR_LOGIN,
    OWNER_LOGIN,
    Logins,
    prepare,
    random_logins,
)
from deploy.lab.readiness import wait_until
from deploy.lab.services import Broker, Database

BROKER_CONSUMER = "kvmgrid-consumer"
BROKER_LOADGEN = "kvmgrid-loadgen"
BROKER_SCENARIO = "kvmgrid-scenario"
_PAGE_SECONDS = 60.0


class Names(NamedTuple):
    """What the pipeline is called on servers that others use too."""

    host: str
    virtual_host: str = "kvmgrid"
    database: str = "kvmgrid"


class Timing(NamedTuple):
    """How often the publisher samples and the page asks."""

    interval_seconds: float = 2.0
    refresh_seconds: float = 1.0


class Pipeline:
    """The processes; a context manager that ends them."""

    def __init__(  # noqa: PLR0913 - the outside world of the processes, all named
        self,
        folder: Path,
        *,
        names: Names,
        broker: Broker,
        database: Database,
        hypervisor_uri: str,
        port: int,
        timing: Timing | None = None,
        channels: Path | None = None,
    ) -> None:
        self.folder = folder
        self.names = names
        self.port = port
        self._broker = broker
        self._database = database
        self._hypervisor_uri = hypervisor_uri
        self._timing = timing or Timing()
        self._channels = channels
        self._children: dict[str, Child] = {}
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def url(self) -> str:
        """Where the dashboard is."""
        return f"http://127.0.0.1:{self.port}/"

    @property
    def database_url(self) -> str:
        """The pipeline's database, as the administrator."""
        return self._database.admin.url_for(self.names.database)

    def prepare(self) -> None:
        """Make users, roles and database where they are missing, write the settings, migrate."""
        self._prepare_database(random_logins())
        self._prepare_broker()
        self._write("consumer.toml", self._consumer_settings())
        self._write("publisher.toml", self._publisher_settings())
        self._write("dashboard.toml", self._dashboard_settings())
        self._write("loadgen.toml", self._loadgen_settings())
        run_to_end("kvmgrid-consumer", "migrate", "--config", str(self.folder / "consumer.toml"))

    def _prepare_broker(self) -> None:
        admin, virtual_host = self._broker.admin, self.names.virtual_host
        admin.add_virtual_host(virtual_host)
        admin.add_consumer(BROKER_CONSUMER, self._new_secret("consumer"), virtual_host)
        admin.add_publisher(self.names.host, self._new_secret("publisher"), virtual_host)
        admin.add_impersonator(BROKER_LOADGEN, self._new_secret("loadgen"), virtual_host)
        admin.add_scenario(BROKER_SCENARIO, self._new_secret("scenario"), virtual_host)

    def _prepare_database(self, logins: Logins) -> None:
        admin = self._database.admin
        if not admin.has_database(self.names.database):
            admin.create_database(self.names.database)
        prepare(admin, self.names.database, logins)
        names = (OWNER_LOGIN, CONSUMER_LOGIN, DASHBOARD_LOGIN, OPERATOR_LOGIN)
        for name, password in zip(names, logins, strict=True):
            self._write_secret(name, password)

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.touch(0o600)
        path.write_text(text, encoding="utf-8")

    def _write_secret(self, name: str, secret: str) -> None:
        self._write(f"{name}.secret", secret)

    def _new_secret(self, name: str) -> str:
        secret = secrets.token_urlsafe(18)
        self._write_secret(name, secret)
        return secret

    def _secret(self, name: str) -> str:
        return str(self.folder / f"{name}.secret")

    def _login(self, login: str) -> str:
        return self._database.admin.url_for(self.names.database, login)

    def _consumer_settings(self) -> str:
        return f"""\
[broker]
url = "{self._broker.amqp_url(BROKER_CONSUMER, None, self.names.virtual_host)}"
password_file = "{self._secret("consumer")}"

[database]
url = "{self._login(CONSUMER_LOGIN)}"
password_file = "{self._secret(CONSUMER_LOGIN)}"
owner_url = "{self._login(OWNER_LOGIN)}"
owner_password_file = "{self._secret(OWNER_LOGIN)}"

[ingest]
# What the consumer has in hand of the fleet's past, the real host's samples wait behind.
prefetch_count = 600

[alerts]
# It need not be there.
rules_file = "{self.folder / "alerts.toml"}"
"""

    def _publisher_settings(self) -> str:
        return f"""\
host = "{self.names.host}"
interval_seconds = {self._timing.interval_seconds}

[broker]
url = "{self._broker.amqp_url(self.names.host, None, self.names.virtual_host)}"
password_file = "{self._secret("publisher")}"

[spool]
directory = "{self.folder / "spool"}"

[hypervisor]
uri = "{self._hypervisor_uri}"
"""

    def _dashboard_settings(self) -> str:
        return f"""\
[database]
url = "{self._login(DASHBOARD_LOGIN)}"
password_file = "{self._secret(DASHBOARD_LOGIN)}"

[web]
port = {self.port}

[page]
refresh_seconds = {self._timing.refresh_seconds}
"""

    def _loadgen_settings(self) -> str:
        channels = "" if self._channels is None else f'channel_folder = "{self._channels}"\n'
        return f"""\
host = "{self.names.host}"
trial = true
dashboard_url = "{self.url}"
{channels}
[broker]
url = "{self._broker.amqp_url(BROKER_SCENARIO, None, self.names.virtual_host)}"
password_file = "{self._secret("scenario")}"

[database]
url = "{self._login(DASHBOARD_LOGIN)}"
password_file = "{self._secret(DASHBOARD_LOGIN)}"
"""

    def start(self, role: str) -> Child:
        """Start "publisher", "consumer" or "dashboard" (again) and return its process."""
        child = Child(
            f"kvmgrid-{role}",
            "run",
            "--config",
            str(self.folder / f"{role}.toml"),
            log=self.folder / f"{role}.log",
        )
        self._children[role] = child
        return child

    def start_alerts(self) -> Child:
        """Start the evaluator of alerts and return its process."""
        child = Child(
            "kvmgrid-consumer",
            "alerts",
            "run",
            "--config",
            str(self.folder / "consumer.toml"),
            log=self.folder / "alerts.log",
        )
        self._children["alerts"] = child
        return child

    def start_loadgen(self, *options: str) -> Child:
        """Start a simulated fleet on the same broker and return its process."""
        child = Child(
            "kvmgrid-loadgen",
            "fleet",
            "--broker-url",
            self._broker.amqp_url(BROKER_LOADGEN, None, self.names.virtual_host),
            "--password-file",
            self._secret("loadgen"),
            *options,
            log=self.folder / "loadgen.log",
        )
        self._children["loadgen"] = child
        return child

    def child(self, role: str) -> Child:
        """Return the process of a role that was started."""
        return self._children[role]

    def stop_one(self, role: str) -> None:
        """End one process; `start` starts it again."""
        self._children.pop(role).stop()

    def require_running(self) -> None:
        """Raise DemoError if one of the processes has ended."""
        for child in self._children.values():
            child.require_running()

    def await_page(self) -> None:
        """Wait until the dashboard takes connections; raise DemoError."""

        def listens() -> bool:
            self.require_running()
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        if not wait_until(listens, timeout_seconds=_PAGE_SECONDS):
            raise DemoError(f"the dashboard does not listen on port {self.port}; see {self.folder}/*.log")

    def stop(self) -> None:
        """End the processes in the order of the data, so that nothing is in flight."""
        for role in ("loadgen", "publisher", "alerts", "consumer", "dashboard"):
            child = self._children.pop(role, None)
            if child is not None and child.exit_status is None:
                child.stop()
