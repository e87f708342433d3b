# SPDX-License-Identifier: Apache-2.0
"""The state of the pipeline as broker and database see it: for a person, or as JSON."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from consumer.broker.backlog import read_backlog
from consumer.database import Connection, connect, translated_errors
from consumer.settings import ConsumerSettings
from consumer.statements import statement


class HostStatus(Struct, frozen=True):
    """One host. Staleness: age of its newest sample; lag: from sampling to arrival; missing: within a day."""

    host: str
    publisher_version: str | None
    staleness_seconds: float | None
    lag_seconds: float | None
    spool_message_count: int | None
    dropped_message_count: int | None
    missing_message_count: int


class QuarantineStatus(Struct, frozen=True):
    """Messages set aside for one reason within a day."""

    reason: str
    message_count: int
    newest_at: str


class Status(Struct, frozen=True, kw_only=True):
    """Everything ``kvmgrid-consumer status`` tells. Counts without a period are of the last day."""

    backlog_message_count: int
    dead_letter_message_count: int
    migration_count: int
    quarantine: list[QuarantineStatus]
    hosts: list[HostStatus]


def read_status(settings: ConsumerSettings) -> Status:
    """Ask broker and database; raise BrokerAway, BrokerRefused, DatabaseAway, SchemaError, SettingsError."""
    backlog = read_backlog(settings.broker)
    with connect(settings.database, "status", autocommit=True) as connection, translated_errors():
        return Status(
            backlog_message_count=backlog.ingest_message_count,
            dead_letter_message_count=backlog.dead_letter_message_count,
            migration_count=int(str(_rows(connection, "status/moves")[0][0])),
            quarantine=msgspec.convert(
                _named(connection, "status/quarantine", QuarantineStatus), list[QuarantineStatus]
            ),
            hosts=msgspec.convert(_named(connection, "status/hosts", HostStatus), list[HostStatus]),
        )


def lines(status: Status) -> Iterator[str]:
    """Yield the status as text within 80 columns."""
    yield f"waiting in the queue   {status.backlog_message_count:>10,} messages"
    yield f"dead letters           {status.dead_letter_message_count:>10,} messages"
    yield f"moves of VMs, 24 h     {status.migration_count:>10,}"
    for each in status.quarantine:
        yield f"quarantined, 24 h      {each.message_count:>10,} {each.reason}, newest {each.newest_at}"
    if not status.hosts:
        yield "no host has sent anything yet: is a publisher running, with this broker?"
        return
    yield ""
    yield f"{'host':<28}{'age':>9}{'lag':>9}{'spool':>8}{'dropped':>9}{'missing':>9}"
    for host in status.hosts:
        yield (
            f"{host.host:<28}{_seconds(host.staleness_seconds):>9}{_seconds(host.lag_seconds):>9}"
            f"{_count(host.spool_message_count):>8}{_count(host.dropped_message_count):>9}"
            f"{_count(host.missing_message_count):>9}"
        )


def _rows(connection: Connection, name: str) -> list[tuple[object, ...]]:
    return connection.execute(statement(name)).fetchall()


def _named(connection: Connection, name: str, kind: type[Struct]) -> list[dict[str, object]]:
    return [dict(zip(kind.__struct_fields__, row, strict=True)) for row in _rows(connection, name)]


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:,.1f} s"


def _count(value: int | None) -> str:
    return "-" if value is None else f"{value:,}"
