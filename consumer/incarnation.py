# SPDX-License-Identifier: Apache-2.0
"""Which database the keys of hosts and domains belong to (docs/decisions/0027).

Hypertables have no foreign keys. A key of another database, or of this one before it was restored, would put
a sample under another host. So keys are read together with an incarnation, and each transaction that stores
rows first reads the incarnation again.
"""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import structlog

from consumer.database import Connection, translated_errors
from consumer.errors import DatabaseAway, SchemaError
from consumer.statements import statement


class Incarnation(NamedTuple):
    """One database between two events that may change the keys of hosts and domains.

    - ``system_identifier``: of the server's data, from initdb on; copies and standbys have the same
    - ``timeline``: new after a promotion and after a recovery to a point in time
    - ``server_started_at``: a copy that is put back needs another start of the server
    - ``database_oid``, ``hosts_file``, ``domains_file``: new for a database or table that was made again
    - ``token``: renewed by triggers where rows of hosts or domains are deleted or get other keys
    """

    system_identifier: int
    timeline: str
    server_started_at: datetime
    database_oid: int
    hosts_file: int
    domains_file: int
    token: UUID

    def differences(self, other: "Incarnation") -> tuple[str, ...]:
        """Return the names of the fields in which two incarnations differ."""
        return tuple(name for name, one, two in zip(self._fields, self, other, strict=True) if one != two)


class IncarnationChanged(DatabaseAway):
    """The keys in hand are not those of the database as it is now; they have to be read again."""


def read_incarnation(connection: Connection, *, locked: bool = False) -> Incarnation:
    """Return the incarnation; ``locked``: it stays the same until the end of the transaction.

    Raises DatabaseAway, also for a standby; SchemaError where the database was not migrated or is incomplete.
    """
    # Only where it is needed: a lock is a write, which alone waits for the disk.
    query = statement("incarnation/read") + (b"FOR SHARE" if locked else b"")
    try:
        with translated_errors():
            row = connection.execute(query).fetchone()
    except SchemaError as error:
        raise SchemaError(f"run kvmgrid-consumer migrate first: {error}") from error
    if row is None:
        # As in the middle of a restore.
        raise SchemaError("the table incarnation has no row: INSERT INTO kvmgrid.incarnation DEFAULT VALUES")
    found = Incarnation._make(row)
    if not found.timeline:
        raise DatabaseAway("the server is a standby, which takes no rows")
    return found


def require_incarnation(
    connection: Connection, known: AbstractSet[Incarnation], *, locked: bool = False
) -> None:
    """Raise IncarnationChanged where keys are of another incarnation than the database is now.

    ``locked`` and what else is raised: as for ``read_incarnation``. Without keys nothing is asked.
    """
    if not known:
        return
    found = read_incarnation(connection, locked=locked)
    for each in known:
        if each != found:
            differences = each.differences(found)
            structlog.get_logger().warning("incarnation_changed", differences=differences)
            raise IncarnationChanged(f"the keys are of another database, by {', '.join(differences)}")
