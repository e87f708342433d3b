# SPDX-License-Identifier: Apache-2.0
"""What people said, in the database: read, and added with its line of the audit log in one transaction.

Rows are added and never changed: the end of a silence is a row too (docs/decisions/0050).
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec
from psycopg.types.json import Jsonb

from consumer.alerts.withheld.judgement import Acknowledgement, Said, Silence
from consumer.alerts.withheld.maintenance import Maintenance
from consumer.alerts.withheld.selector import AlertMarks, Selector, read_selector
from consumer.database import Connection, translated_errors
from consumer.errors import ConsumerError
from consumer.statements import statement


class Author(NamedTuple):
    """Who says something, and from where: ``command``, or the address of a browser."""

    name: str
    origin: str


class NotThere(ConsumerError):  # noqa: N818 - names what was found
    """What somebody wants to end or acknowledge does not exist or is over."""


class Reach(NamedTuple):
    """How many hosts and VMs a selector is about now."""

    host_count: int
    domain_count: int


def read_said(connection: Connection, now: datetime) -> Said:
    """Return all that is not over."""
    with translated_errors():
        acknowledgements = [
            msgspec.convert(dict(zip(Acknowledgement.__struct_fields__, row, strict=True)), Acknowledgement)
            for row in connection.execute(statement("withheld/acknowledgements")).fetchall()
        ]
    return Said(
        tuple(read_silences(connection, now)),
        tuple(read_maintenances(connection, now)),
        {each.alert_id: each for each in acknowledgements},
    )


def read_silences(connection: Connection, now: datetime, *, with_over: bool = False) -> Iterator[Silence]:
    """Give silences, the newest first."""
    for row in _rows(connection, "withheld/silences", {"now": now, "with_over": with_over}):
        yield msgspec.convert(_named(Silence, row) | {"selector": read_selector(row[1])}, Silence)


def read_maintenances(
    connection: Connection, now: datetime, *, with_over: bool = False
) -> Iterator[Maintenance]:
    """Give maintenance, the newest first."""
    for row in _rows(connection, "withheld/maintenances", {"now": now, "with_over": with_over}):
        yield msgspec.convert(_named(Maintenance, row) | {"selector": read_selector(row[1])}, Maintenance)


def read_open_alerts(connection: Connection, *, rules: Iterable[str] | None = None) -> Iterator[AlertMarks]:
    """Give what open alerts are chosen by; ``rules``: of these alone."""
    given = {"rules": None if rules is None else sorted(rules)}
    for row in _rows(connection, "withheld/open_alerts", given):
        yield msgspec.convert(_named(AlertMarks, row), AlertMarks)


def read_hosts(connection: Connection) -> frozenset[str]:
    """Return the names of all hosts."""
    return frozenset(msgspec.convert(host, str) for (host,) in _rows(connection, "withheld/hosts", {}))


def read_reach(connection: Connection, selector: Selector) -> Reach:
    """Return how many hosts and VMs a selector is about; a rule and a severity choose none of them."""
    given = {"host": selector.host, "uuid": selector.uuid, "tag": selector.tag}
    (row,) = _rows(connection, "withheld/counts", given)
    return msgspec.convert(row, Reach)


def add_silence(connection: Connection, silence: Silence, author: Author) -> int:
    """Add a silence and return its number."""
    return _add(connection, "silence", msgspec.structs.asdict(silence), author)


def add_maintenance(connection: Connection, maintenance: Maintenance, author: Author) -> int:
    """Add a maintenance and return its number."""
    given = msgspec.structs.asdict(maintenance)
    days = maintenance.weekdays
    return _add(connection, "maintenance", given | {"weekdays": None if days is None else list(days)}, author)


def end_silence(connection: Connection, number: int, author: Author) -> None:
    """End a silence; raise NotThere where there is none or it is over."""
    _end(connection, "silence", number, author)


def end_maintenance(connection: Connection, number: int, author: Author) -> None:
    """End a maintenance; raise NotThere where there is none or it is over."""
    _end(connection, "maintenance", number, author)


def acknowledge(connection: Connection, alert_id: int, note: str, author: Author) -> None:
    """Acknowledge an alert; raise NotThere where there is none or it is over."""
    given = {"alert_id": alert_id, "note": note, "said_by": author.name}
    with translated_errors(), connection.transaction():
        if not connection.execute(statement("withheld/add_acknowledgement"), given).rowcount:
            raise NotThere(f"no alert {alert_id} is open")
        _audit(connection, "acknowledge", {"alert_id": alert_id, "note": note}, author)


def _add(connection: Connection, what: str, given: Mapping[str, object], author: Author) -> int:
    selector = msgspec.to_builtins(given["selector"])
    with translated_errors(), connection.transaction():
        ((number,),) = connection.execute(
            statement(f"withheld/add_{what}"), {**given, "selector": Jsonb(selector)}
        ).fetchall()
        number = msgspec.convert(number, int)
        left_out = {f"{what}_id", "said_by", "said_at", "ended_at"}
        details = {key: value for key, value in given.items() if key not in left_out and value is not None}
        _audit(connection, what, {f"{what}_id": number, **details, "selector": selector}, author)
    return number


def _end(connection: Connection, what: str, number: int, author: Author) -> None:
    with translated_errors(), connection.transaction():
        given = {f"{what}_id": number, "said_by": author.name}
        if not connection.execute(statement(f"withheld/end_{what}"), given).rowcount:
            raise NotThere(
                f"no {what} {number} is under way or to come; list --all shows those that are over"
            )
        _audit(connection, f"{what}_end", {f"{what}_id": number}, author)


def _audit(connection: Connection, action: str, details: Mapping[str, object], author: Author) -> None:
    connection.execute(
        statement("withheld/add_audit_entry"),
        {
            "who": author.name,
            "action": action,
            "details": Jsonb(msgspec.to_builtins(details)),
            "origin": author.origin,
        },
    )


def _rows(connection: Connection, name: str, given: Mapping[str, object]) -> list[tuple[object, ...]]:
    with translated_errors():
        return connection.execute(statement(name), given).fetchall()


def _named(kind: type[msgspec.Struct], row: tuple[object, ...]) -> dict[str, object]:
    """Return a row by the names of the fields of a struct, which are its columns in their order."""
    return dict(zip(kind.__struct_fields__, row, strict=True))
