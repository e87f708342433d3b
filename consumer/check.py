# SPDX-License-Identifier: Apache-2.0
"""The findings of ``kvmgrid-consumer check``: broker and database as docs/install.md sets them up."""

from collections.abc import Iterator
from typing import Literal, NamedTuple

from consumer.broker.node_limits import read_node_limits
from consumer.database import connect, translated_errors
from consumer.errors import ConsumerError
from consumer.settings import ConsumerSettings
from consumer.statements import statement
from publisher.wire.broker import FRAME_BYTES_MAX, MESSAGE_BYTES_MAX
from publisher.wire.settings import SettingsError

Outcome = Literal["OK", "WARN", "FAIL"]


class Finding(NamedTuple):
    """One line, and what to do about it; ``error`` is what made a failure of it."""

    outcome: Outcome
    subject: str
    detail: str
    fix: str | None = None
    error: Exception | None = None


def findings(settings: ConsumerSettings) -> Iterator[Finding]:
    """Give the findings about the broker, then those about the database."""
    for subject, make in (("broker", _broker), ("database", _database)):
        try:
            yield from make(settings)
        except (ConsumerError, SettingsError) as error:
            yield Finding("FAIL", subject, str(error), error=error)


def _broker(settings: ConsumerSettings) -> Iterator[Finding]:
    limits = read_node_limits(settings.broker)
    if limits.frame_bytes > FRAME_BYTES_MAX:
        yield Finding(
            "WARN",
            "broker",
            f"it takes frames of {limits.frame_bytes:,} bytes: headers of that size can hold it up",
            f"set frame_max = {FRAME_BYTES_MAX} in rabbitmq.conf",
        )
    else:
        yield Finding("OK", "broker", f"takes frames of at most {limits.frame_bytes:,} bytes")
    if limits.message_bytes is None:
        yield Finding(
            "WARN",
            "broker",
            f"it takes messages of more than {MESSAGE_BYTES_MAX:,} bytes, which consumers keep in memory",
            f"set max_message_size = {MESSAGE_BYTES_MAX} in rabbitmq.conf",
        )
    else:
        yield Finding("OK", "broker", f"takes messages of at most {limits.message_bytes:,} bytes")


def _database(settings: ConsumerSettings) -> Iterator[Finding]:
    with connect(settings.database, "check", autocommit=True) as connection, translated_errors():
        ((readers_lock, reserved_count, may_operate, licence, columns_count),) = connection.execute(
            statement("check/server")
        ).fetchall()
    if readers_lock:
        yield Finding(
            "WARN",
            "database",
            "readers may take locks that hold up migrations",
            "run consumer/schema/roles.sql again as a superuser",
        )
    else:
        yield Finding("OK", "database", "readers take no locks of ours")
    if not reserved_count:
        yield Finding(
            "WARN",
            "database",
            "readers may take every connection",
            "set reserved_connections = 20 in postgresql.conf and restart the server",
        )
    else:
        yield Finding("OK", "database", f"keeps {reserved_count} connections back from readers")
    if may_operate:
        yield Finding("OK", "database", "operators may acknowledge and silence alerts")
    else:
        yield Finding(
            "WARN",
            "database",
            "the role kvmgrid_operator may not acknowledge and silence alerts, which the page needs",
            "run consumer/schema/roles.sql again as a superuser, after kvmgrid-consumer migrate",
        )
    yield edition_finding(licence, columns_count)


def edition_finding(licence: object, columns_count: object) -> Finding:
    """Tell the edition of TimescaleDB by its licence; warn if it could have columns and no table does."""
    if licence == "apache":
        return Finding("OK", "database", "Apache edition of TimescaleDB: samples are kept in rows")
    if columns_count:
        return Finding(
            "OK", "database", f"Community edition of TimescaleDB: {columns_count} tables in columns"
        )
    return Finding(
        "WARN",
        "database",
        "the Community edition of TimescaleDB could keep samples in columns, and has rows",
        "run kvmgrid-consumer migrate --edition community (docs/install.md)",
    )
