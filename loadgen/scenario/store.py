# SPDX-License-Identifier: Apache-2.0
"""What kvmgrid stored, read as any client may: the public views, with the dashboard's rights.

The only place of loadgen that knows psycopg. Every method raises StoreError.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import NamedTuple, Self

import psycopg
from psycopg import sql

from loadgen.errors import StoreError
from loadgen.scenario.comparison import StoredSample
from loadgen.settings import DatabaseSettings
from publisher.wire.settings import read_secret

_TIMEOUT_SECONDS = 10
_POLL_SECONDS = 0.2
_SOURCES = {
    "domain": "domain_metrics WHERE host = %(host)s AND name = %(name)s",
    "host": "host_metrics WHERE host = %(host)s",
    "disk": """
        (SELECT *, sampled_at AS time FROM host_disk_samples JOIN hosts USING (host_id)
         JOIN (SELECT host_id, sampled_at, interval_seconds FROM host_samples) AS h
            USING (host_id, sampled_at)
        ) AS disks WHERE host = %(host)s AND device = %(name)s
    """,
}


class Place(NamedTuple):
    """What has samples: ``kind`` is "domain", "host" or "disk"; ``name`` is the domain's or the device's."""

    kind: str
    name: str | None = None


class HostNow(NamedTuple):
    """What is known about the host of a scenario."""

    tick_seconds: float
    cpu_count: int | None
    memory_total_bytes: int
    publisher_version: str | None


class Store:
    """One connection; a context manager. All questions are about one host."""

    def __init__(self, settings: DatabaseSettings, host: str) -> None:
        self._host = host
        self._uuids: dict[str, str] = {}
        password = read_secret(settings.password_file) if settings.password_file else None
        try:
            self._connection = psycopg.connect(
                settings.url,
                password=password or None,
                autocommit=True,
                connect_timeout=_TIMEOUT_SECONDS,
                application_name="kvmgrid-loadgen",
                options="-c search_path=kvmgrid,public -c timezone=UTC",
            )
        except psycopg.Error as error:
            raise StoreError(f"the database does not let us in: {error}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def host_now(self) -> HostNow:
        """Return the host as it is now, if kvmgrid hears of it."""
        with _translated():
            row = self._connection.execute(
                """
                SELECT tick_seconds, cpu_count, memory_total_bytes, publisher_version
                FROM hosts_now WHERE host = %s AND freshness <> 'stale' AND memory_total_bytes IS NOT NULL
                """,
                [self._host],
            ).fetchone()
        if row is None:
            raise StoreError(f"kvmgrid hears nothing of the host {self._host!r} now")
        return HostNow(*row)

    def domain_value(self, domain: str, column: str) -> object:
        """Return a column of ``domains_now`` for a VM that was on this host when it was first asked for."""
        query = sql.SQL("SELECT {} FROM domains_now WHERE uuid = %s").format(sql.Identifier(column))
        with _translated():
            row = self._connection.execute(query, [self.domain_uuid(domain)]).fetchone()
        return row[0] if row else None

    def domain_uuid(self, domain: str) -> str:
        """Return which VM a name means; one that has just come is in the database a tick later."""
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while domain not in self._uuids:
            with _translated():
                found = self._connection.execute(
                    "SELECT uuid::text FROM domains_now WHERE host = %s AND name = %s", [self._host, domain]
                ).fetchall()
            if len(found) == 1:
                self._uuids[domain] = found[0][0]
            elif time.monotonic() > deadline:
                raise StoreError(f"kvmgrid knows {len(found) or 'no'} VM named {domain!r} on {self._host}")
            else:
                time.sleep(_POLL_SECONDS)
        return self._uuids[domain]

    def samples(
        self, place: Place, columns: Sequence[str], *, since_seconds: float, until_seconds: float
    ) -> list[StoredSample]:
        """Return the samples that end in a time, those with an interval."""
        query = sql.SQL(
            "SELECT extract(epoch FROM time)::float8, interval_seconds, {columns} FROM {source}"
            " AND interval_seconds IS NOT NULL"
            " AND time BETWEEN to_timestamp(%(since)s) AND to_timestamp(%(until)s) ORDER BY time"
        ).format(
            columns=sql.SQL(", ").join(map(sql.Identifier, columns)),
            source=sql.SQL(_SOURCES[place.kind]),
        )
        parameters = {
            "host": self._host, "name": place.name, "since": since_seconds, "until": until_seconds
        }  # fmt: skip
        with _translated():
            rows = self._connection.execute(query, parameters).fetchall()
        return [StoredSample(row[0], row[1], dict(zip(columns, row[2:], strict=True))) for row in rows]


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise StoreError(f"the database does not answer as it should: {error}") from error
