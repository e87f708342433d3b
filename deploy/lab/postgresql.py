# SPDX-License-Identifier: Apache-2.0
"""A private PostgreSQL 17 server with TimescaleDB (Apache edition) on a loopback port.

Every login needs a password (scram-sha-256), the superuser's is random. Durable by default: fsync and
synchronous_commit are on; `durable=False` is for tests that never cut the power, not for benchmarks and
outage tests.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from deploy.lab.database_admin import DatabaseAdmin
from deploy.lab.errors import DatabaseError
from deploy.lab.instance import Command, Instance
from deploy.lab.ports import free_ports

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from deploy.lab.enclosure import Enclosure
    from deploy.lab.rootfs import RootFolder

SUPERUSER = "postgres"
BINARIES = "/usr/lib/postgresql/17/bin"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_preload_libraries": "timescaledb",
    "timescaledb.telemetry_level": "off",
    "max_connections": "100",
    # For consumers and the owner (roles.sql): whatever readers hold, these come in.
    "reserved_connections": "20",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_compression": "lz4",
    "synchronous_commit": "on",
    # TimescaleDB keeps one launcher, and one scheduler in every database that has the extension; tests make
    # many databases.
    "max_worker_processes": "64",
    "timescaledb.max_background_workers": "48",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %q%u@%d ",
}
NOT_DURABLE = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
ACCESS_RULES = """\
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
host replication all 127.0.0.1/32 scram-sha-256
"""


class PostgreSql(Instance):
    """A PostgreSQL server of its own."""

    NAME = "postgresql"
    # "Fast shutdown": open sessions are ended, transactions rolled back (postgres(1)).
    STOP_SIGNAL = signal.SIGINT

    def __init__(
        self,
        *,
        directory: Path | None = None,
        root: RootFolder | None = None,
        durable: bool = True,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(directory=directory, root=root)
        self.superuser_password = self.secret("superuser")
        self.port = 0
        self.data_directory = self.directory / "data"
        self._settings = SETTINGS | ({} if durable else NOT_DURABLE) | dict(settings or {})
        self._user = self.root.user("postgres")

    def _choose_ports(self) -> None:
        (self.port,) = free_ports(1)

    def _prepare(self, enclosure: Enclosure) -> None:
        run = self.directory / "run"
        for folder in (self.data_directory, run):
            folder.mkdir(exist_ok=True)
            self._user.own(folder)
        self.data_directory.chmod(0o700)
        if not (self.data_directory / "PG_VERSION").exists():
            self._initialise(enclosure)
        lines = [f"{name} = '{value}'" for name, value in self._settings.items()]
        lines += [f"port = {self.port}", f"unix_socket_directories = '{run}'"]
        (self.data_directory / "postgresql.conf").write_text("\n".join(lines) + "\n")
        (self.data_directory / "pg_hba.conf").write_text(ACCESS_RULES)

    def _initialise(self, enclosure: Enclosure) -> None:
        password_file = self.directory / "initdb-password"
        password_file.touch(0o600)
        password_file.write_text(self.superuser_password)
        self._user.own(password_file)
        # initdb needs not sync: its files are synced by the server's first checkpoint, or the whole folder is
        # thrown away.
        arguments = [
            "--username",
            SUPERUSER,
            "--pwfile",
            str(password_file),
            "--auth",
            "scram-sha-256",
            "--no-sync",
        ]
        enclosure.run(
            [
                f"{BINARIES}/initdb",
                "--pgdata",
                str(self.data_directory),
                "--encoding",
                "UTF8",
                "--locale",
                "C.UTF-8",
                *arguments,
            ],
            log=self.log_path,
            user=self._user,
        )
        password_file.unlink()

    def _command(self) -> Command:
        return Command(arguments=[f"{BINARIES}/postgres", "-D", str(self.data_directory)], user=self._user)

    def _is_ready(self) -> bool:
        try:
            return self.admin.data_directory() == self.data_directory
        except DatabaseError:
            return False

    @property
    def admin(self) -> DatabaseAdmin:
        """Roles and databases, as the superuser."""
        return DatabaseAdmin(self.database_url())

    def database_url(
        self, user: str = SUPERUSER, password: str | None = None, database: str = "postgres"
    ) -> str:
        """Connection URL of a role and database; without arguments the superuser's."""
        return DatabaseAdmin.url(
            host="127.0.0.1", port=self.port, database=database,
            user=user, password=self.superuser_password if password is None else password,
        )  # fmt: skip
