# SPDX-License-Identifier: Apache-2.0
"""What hosts and VMs can be found by: the rows of the database, and their texts in small letters."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboard.database import Database
from dashboard.queries import Query

# A bound of memory: 50,000 VMs take some 50 MB.
HOST_COUNT_MAX = 20_000
DOMAIN_COUNT_MAX = 200_000
# Between two texts of one object; in no name, and in no text that is searched for.
BREAK = "\n"


class HostNames(NamedTuple):
    """One host."""

    host: str
    hostname: str
    tags: list[str]


class DomainNames(NamedTuple):
    """One VM; ``host`` is None where libvirt knows it no longer."""

    uuid: str
    name: str
    host: str | None
    owner: str | None
    tags: list[str] | None
    former_names: list[str] | None


HOST_NAMES = Query(__package__, "host_names", HostNames)
DOMAIN_NAMES = Query(__package__, "domain_names", DomainNames)


class Named(NamedTuple):
    """What the texts of a host or VM are, in small letters, each between two BREAKs."""

    name: str
    labels: str
    former: str = ""
    uuid: str = ""


class Directory(NamedTuple):
    """Hosts and VMs in the order of their names, and beside each its texts."""

    hosts: Sequence[HostNames]
    domains: Sequence[DomainNames]
    host_texts: Sequence[Named]
    domain_texts: Sequence[Named]


def read_directory(database: Database) -> Directory:
    """Return all hosts and VMs; raise a DatabaseError."""
    hosts = database.fetch(HOST_NAMES, {"limit": HOST_COUNT_MAX})
    return directory(hosts, database.fetch(DOMAIN_NAMES, {"limit": DOMAIN_COUNT_MAX}))


def directory(hosts: Sequence[HostNames], domains: Sequence[DomainNames]) -> Directory:
    """Return hosts and VMs with their texts."""
    return Directory(
        hosts=hosts,
        domains=domains,
        host_texts=[Named(_enclosed([row.host, row.hostname]), _enclosed(row.tags)) for row in hosts],
        domain_texts=[
            Named(
                _enclosed([row.name]),
                _enclosed([*filter(None, [row.owner]), *(row.tags or [])]),
                _enclosed(row.former_names or []),
                _enclosed([row.uuid]),
            )
            for row in domains
        ],
    )


def _enclosed(texts: Sequence[str]) -> str:
    return f"{BREAK}{BREAK.join(texts)}{BREAK}".casefold() if texts else ""
