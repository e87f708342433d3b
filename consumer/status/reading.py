# SPDX-License-Identifier: Apache-2.0
"""Broker and database, asked for the state of the pipeline; what one answers is told without the other."""

from collections.abc import Callable
from typing import NamedTuple, TypeVar

import msgspec
from msgspec import Struct

from consumer.broker.backlog import read_backlog
from consumer.broker.management import read_management
from consumer.database import Connection, connect, translated_errors
from consumer.errors import ConsumerError
from consumer.settings import ConsumerSettings
from consumer.statements import statement
from consumer.status.problems import problems
from consumer.status.report import (
    BrokerHalf,
    DatabaseHalf,
    DueChunksStatus,
    HostStatus,
    LateNotesStatus,
    LevelStatus,
    ParkedStatus,
    QuarantinedHost,
    QuarantineStatus,
    SenderStatus,
    Status,
)
from publisher.wire.settings import SettingsError

_SENDER_COUNT_MAX = 10

_Half = TypeVar("_Half")
_Row = TypeVar("_Row", bound=Struct)


class StatusAnswer(NamedTuple):
    """The status, and the errors of the halves that did not answer."""

    status: Status
    errors: list[Exception]


def read_status(settings: ConsumerSettings) -> StatusAnswer:
    """Ask broker and database; what goes wrong with either is part of the answer. Changes nothing."""
    errors: list[Exception] = []
    broker, broker_error = _asked(lambda: _broker(settings), errors)
    management_error = None
    if broker is not None:
        broker, management_error = _with_management(broker, settings)
    database, database_error = _asked(lambda: _database(settings), errors)
    status = Status(
        broker_error=broker_error,
        management_error=management_error,
        database_error=database_error,
        backlog_message_count=broker.backlog_message_count if broker else None,
        backlog_bytes=broker.backlog_bytes if broker else None,
        in_hand_message_count=broker.in_hand_message_count if broker else None,
        in_hand_limit_count=broker.in_hand_limit_count if broker else None,
        consumer_count=broker.consumer_count if broker else None,
        dead_letter_message_count=broker.dead_letter_message_count if broker else None,
        newest_arrival_seconds=database.newest_arrival_seconds if database else None,
        migration_count=database.migration_count if database else None,
        migrated_seconds=database.migrated_seconds if database else None,
        parked=database.parked if database else None,
        parked_limit_bytes=settings.ingest.parked_bytes,
        levels=database.levels if database else [],
        late_notes=database.late_notes if database else None,
        due_chunks=database.due_chunks if database else None,
        senders=_senders(broker, database),
        quarantine=database.quarantine if database else [],
        quarantined_hosts=database.quarantined_hosts if database else [],
        never_heard_hosts=_never_heard(broker, database),
        hosts=database.hosts if database else [],
    )
    found = list(problems(status, database.stale_after_seconds if database else None))
    return StatusAnswer(msgspec.structs.replace(status, problems=found), errors)


def _asked(ask: Callable[[], _Half], errors: list[Exception]) -> tuple[_Half | None, str | None]:
    try:
        return ask(), None
    except (ConsumerError, SettingsError) as error:
        errors.append(error)
        return None, str(error)


def _broker(settings: ConsumerSettings) -> BrokerHalf:
    backlog = read_backlog(settings.broker)
    return BrokerHalf(
        backlog_message_count=backlog.ingest_message_count,
        dead_letter_message_count=backlog.dead_letter_message_count,
        consumer_count=backlog.consumer_count,
        in_hand_limit_count=backlog.consumer_count * settings.ingest.prefetch_count,
    )


def _with_management(broker: BrokerHalf, settings: ConsumerSettings) -> tuple[BrokerHalf, str | None]:
    if not settings.management.url:
        return broker, "[management] url is not set"
    try:
        found = read_management(settings.management, settings.broker)
    except (ConsumerError, SettingsError) as error:
        return broker, str(error)
    return (
        msgspec.structs.replace(
            broker,
            in_hand_message_count=found.in_hand_message_count,
            backlog_bytes=found.backlog_bytes,
            sent_bytes_per_second=found.sent_bytes_per_second,
            enrolled_hosts=found.enrolled_hosts,
        ),
        None,
    )


def _database(settings: ConsumerSettings) -> DatabaseHalf:
    with connect(settings.database, "status", autocommit=True) as connection, translated_errors():
        ((newest_arrival, stale_after),) = _rows(connection, "status/arrival")
        return DatabaseHalf(
            migration_count=int(str(_rows(connection, "status/moves")[0][0])),
            migrated_seconds=msgspec.convert(_rows(connection, "status/migrated")[0][0], float),
            newest_arrival_seconds=msgspec.convert(newest_arrival, float | None),
            stale_after_seconds=msgspec.convert(stale_after, float | None),
            parked=_named(connection, "status/parked", ParkedStatus)[0],
            levels=_named(connection, "status/levels", LevelStatus),
            late_notes=_named(connection, "status/late_notes", LateNotesStatus)[0],
            due_chunks=_named(connection, "status/due_chunks", DueChunksStatus)[0],
            senders=_named(connection, "status/senders", SenderStatus),
            quarantine=_named(connection, "status/quarantine", QuarantineStatus),
            quarantined_hosts=_named(connection, "status/quarantined_hosts", QuarantinedHost),
            hosts=_named(connection, "status/hosts", HostStatus),
        )


def _senders(broker: BrokerHalf | None, database: DatabaseHalf | None) -> list[SenderStatus]:
    """Return who sends most: by what the broker receives or, without that, by what is stored."""
    rates = broker.sent_bytes_per_second if broker else {}
    stored = {sender.host: sender for sender in database.senders} if database else {}
    senders = [
        msgspec.structs.replace(
            stored.get(host, SenderStatus(host, 0, 0)), sent_bytes_per_second=rates.get(host)
        )
        for host in stored.keys() | rates.keys()
    ]
    senders.sort(key=_sent, reverse=True)
    return senders[:_SENDER_COUNT_MAX]


def _sent(sender: SenderStatus) -> tuple[float, int]:
    return sender.sent_bytes_per_second or 0.0, sender.stored_message_count + sender.quarantined_message_count


def _never_heard(broker: BrokerHalf | None, database: DatabaseHalf | None) -> list[str] | None:
    """Return the enrolled hosts of which nothing was ever stored; None where either is not known."""
    if broker is None or broker.enrolled_hosts is None or database is None:
        return None
    return sorted(set(broker.enrolled_hosts) - {host.host for host in database.hosts})


def _rows(connection: Connection, name: str) -> list[tuple[object, ...]]:
    return connection.execute(statement(name)).fetchall()


def _named(connection: Connection, name: str, kind: type[_Row]) -> list[_Row]:
    rows = [dict(zip(kind.__struct_fields__, row, strict=False)) for row in _rows(connection, name)]
    return msgspec.convert(rows, list[kind])  # type: ignore[valid-type]  # a type that is known at run time only
