# SPDX-License-Identifier: Apache-2.0
"""What rollups are told in the transaction that stores samples (docs/decisions/0035).

The rule: whoever adds samples passes the gate. A statement after it reads up to when buckets were announced.
Samples from before that are noted. A mark that was remembered would be too old.
"""

from datetime import datetime

from msgspec import convert

from consumer.database import Connection, translated_errors
from consumer.errors import SchemaError
from consumer.rows.flush_rows import from_microseconds, microseconds
from consumer.rows.instants import Instants
from consumer.statements import statement


def pass_gate(connection: Connection) -> datetime:
    """Return up to when buckets were announced; it stays until the end of the transaction.

    Raises SchemaError where the database was not migrated.
    """
    try:
        with translated_errors():
            connection.execute(statement("store/rollup_gate"))
            ((announced,),) = connection.execute(statement("store/rollup_announced")).fetchall()
    except SchemaError as error:
        raise SchemaError(f"run kvmgrid-consumer migrate first: {error}") from error
    return convert(announced, datetime)


def note_late(connection: Connection, instants: Instants, announced: datetime) -> None:
    """Note the buckets of samples that were taken before what was announced: they come after it."""
    mark, oldest = microseconds(announced), instants.oldest
    if oldest is None or oldest >= mark:
        return
    late = instants.buckets_before(mark)
    parameters = {
        "subjects": [each.subject for each in late],
        "entity_ids": [each.entity_id for each in late],
        "buckets": [from_microseconds(each.bucket) for each in late],
    }
    connection.execute(statement("store/rollup_late_add"), parameters)
