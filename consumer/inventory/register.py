# SPDX-License-Identifier: Apache-2.0
"""The tables of hosts and domains: what is looked up there, entered and changed.

A function is one transaction and, where rows are entered, one round trip: a fleet may arrive within a tick.
A host is entered before its domains, and these by UUID: two consumers wait for each other at most once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import psycopg

from consumer.database import Connection
from consumer.inventory.labels import NO_LABELS, read_labels
from consumer.statements import statement
from publisher.wire.columns import ColumnBatch
from publisher.wire.samples import DomainDescription

_REHEARSAL_HOST, _REHEARSAL_UUID = "rehearsal", "00000000-0000-0000-0000-000000000000"
# Until the commit, other consumers that enter one of these domains wait.
_ENTERED_COUNT_MAX = 1_024
_Cursor = psycopg.Cursor[tuple[object, ...]]


class Domain(NamedTuple):
    """A domain as it was read; a rename or a description may have come since, but no earlier one."""

    domain_id: int
    name: str
    named_at: datetime | None
    described_at: datetime | None


class NamedDomains(NamedTuple):
    """Domains in a full list of a host: their names and descriptions by UUID."""

    host: str
    # No later than the list arrived.
    at: datetime
    names: Mapping[str, str]
    descriptions: Mapping[str, DomainDescription]


def find_or_enter_host(
    connection: Connection, batch: ColumnBatch, named: NamedDomains
) -> tuple[int, bool, dict[str, Domain]]:
    """Return the key of a host, whether it was new, and its domains, after entering what is new."""
    first, *others = _portions(named)
    with connection.pipeline(), connection.transaction():
        entered = connection.execute(statement("inventory/host_enter"), {"host": batch.host, **_facts(batch)})
        found = _enter(connection, first)
        host = connection.execute(statement("inventory/host_find"), {"host": batch.host})
    row = host.fetchone()
    assert row is not None  # noqa: S101 - it was there or was entered
    domains = _domains(found)
    for portion in others:
        domains |= _find_or_enter(connection, portion)
    return _key(row[0]), entered.rowcount > 0, domains


def find_or_enter_domains(connection: Connection, named: NamedDomains) -> dict[str, Domain]:
    """Return domains of a known host, after entering those that are new."""
    domains: dict[str, Domain] = {}
    for portion in _portions(named):
        domains |= _find_or_enter(connection, portion)
    return domains


def find_domains(connection: Connection, uuids: Sequence[str]) -> dict[str, Domain]:
    """Return domains as they are now."""
    return _domains(connection.execute(statement("inventory/domains_find"), {"uuids": uuids}))


def find_host(connection: Connection, host: str, at: datetime) -> int:
    """Return the key of a host, after adding its name where it is not known."""
    parameters = {"host": host, "at": at}
    row = connection.execute(statement("inventory/host_find"), parameters).fetchone()
    if row is None:
        connection.execute(statement("inventory/host_add"), parameters)
        row = connection.execute(statement("inventory/host_find"), parameters).fetchone()
    assert row is not None  # noqa: S101 - hosts are never deleted
    return _key(row[0])


def describe_host(connection: Connection, host_id: int, batch: ColumnBatch) -> None:
    """Note a host's description of itself, and its name."""
    names = {"host_id": host_id, "name": batch.identity.hostname, "at": batch.sampled_at}
    with connection.pipeline(), connection.transaction():
        connection.execute(statement("inventory/host_describe"), {"host_id": host_id, **_facts(batch)})
        connection.execute(statement("inventory/host_name_close"), names)
        connection.execute(statement("inventory/host_name_open"), names)


def rename_domains(connection: Connection, names: Mapping[int, str], at: datetime) -> None:
    """Begin names of domains by key, unless later ones are known."""
    parameters = {"domain_ids": list(names), "names": list(names.values()), "at": at}
    with connection.transaction():
        connection.execute(statement("inventory/domains_lock"), {"domain_ids": list(names)})
        connection.execute(statement("inventory/domain_names_close"), parameters)
        connection.execute(statement("inventory/domain_names_open"), parameters)


def describe_domains(
    connection: Connection, described: Sequence[tuple[int, datetime, DomainDescription]]
) -> None:
    """Note the descriptions of domains: key, time, description."""
    ids, ats, descriptions = zip(*described, strict=True)
    connection.execute(
        statement("inventory/domains_describe"),
        {"domain_ids": list(ids), "ats": list(ats), **_columns(descriptions)},
    )


def rehearse(connection: Connection) -> None:
    """Enter a host and a domain, and take them back. Where the names are taken, nothing is added."""
    with connection.transaction(force_rollback=True):
        at = datetime.now(UTC)
        connection.execute(statement("inventory/host_add"), {"host": _REHEARSAL_HOST, "at": at})
        _enter(connection, NamedDomains(_REHEARSAL_HOST, at, {_REHEARSAL_UUID: ""}, {}))


def _facts(batch: ColumnBatch) -> dict[str, object]:
    identity, uptime = batch.identity, batch.sample.uptime_seconds
    return {
        "hostname": identity.hostname,
        "kernel": identity.kernel,
        "machine": identity.machine,
        "cpu_count": identity.cpu_count,
        "tags": identity.tags,
        "boot_id": batch.boot_id,
        "booted_at": None if uptime is None else batch.sampled_at - timedelta(seconds=uptime),
        "publisher_version": batch.publisher_version,
        "at": batch.sampled_at,
    }


def _portions(named: NamedDomains) -> list[NamedDomains]:
    """Return the domains in portions that are entered in one transaction each; at least one, if empty."""
    names = list(named.names.items())
    starts = range(0, max(1, len(names)), _ENTERED_COUNT_MAX)
    return [named._replace(names=dict(names[start : start + _ENTERED_COUNT_MAX])) for start in starts]


def _find_or_enter(connection: Connection, named: NamedDomains) -> dict[str, Domain]:
    with connection.pipeline(), connection.transaction():
        found = _enter(connection, named)
    return _domains(found)


def _enter(connection: Connection, named: NamedDomains) -> _Cursor:
    """Enter the domains that are new, then find all; waits for other consumers that enter the same."""
    descriptions = [named.descriptions.get(uuid) for uuid in named.names]
    uuids = list(named.names)
    entries = {
        "host": named.host,
        "at": named.at,
        "uuids": uuids,
        "names": list(named.names.values()),
        "described_ats": [each and named.at for each in descriptions],
        **_columns(descriptions),
    }
    connection.execute(statement("inventory/domains_enter"), entries)
    connection.execute(statement("inventory/claims_apply_new"), {"uuids": uuids})
    return connection.execute(statement("inventory/domains_find"), {"uuids": uuids})


def _columns(descriptions: Sequence[DomainDescription | None]) -> dict[str, object]:
    labels = [read_labels(each.metadata) if each else NO_LABELS for each in descriptions]
    return {
        "titles": [each and each.title for each in descriptions],
        "metadata": [each and each.metadata for each in descriptions],
        "autostart": [each and each.autostart for each in descriptions],
        "persistent": [each and each.persistent for each in descriptions],
        "owners": [each.owner for each in labels],
        # A list of lists would have to be as long in each row.
        "tags": [" ".join(each.tags) for each in labels],
    }


def _domains(rows: Iterable[Sequence[object]]) -> dict[str, Domain]:
    return {
        str(uuid): Domain(_key(domain_id), str(name), _time(named_at), _time(described_at))
        for uuid, domain_id, name, named_at, described_at in rows
    }


def _key(value: object) -> int:
    return int(str(value))


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None
