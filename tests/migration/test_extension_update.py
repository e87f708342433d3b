# SPDX-License-Identifier: Apache-2.0
"""Nothing of ours is in the way of ALTER EXTENSION timescaledb UPDATE, whose script drops its views."""

import psycopg
import pytest
from psycopg import sql

from tests.services import MigratedDatabase

VIEWS = """
SELECT n.nspname, c.relname
FROM pg_depend AS d
JOIN pg_extension AS e ON e.oid = d.refobjid AND e.extname = 'timescaledb'
JOIN pg_class AS c ON c.oid = d.objid AND c.relkind = 'v'
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_extension'::regclass AND d.deptype = 'e'
"""


def drop_extension_views(connection: psycopg.Connection) -> int:
    """Drop every view of the extension without CASCADE, take it back, and return how many there were."""
    names = [sql.Identifier(*name) for name in connection.execute(VIEWS).fetchall()]
    with connection.transaction(force_rollback=True):
        for name in names:
            connection.execute(sql.SQL("ALTER EXTENSION timescaledb DROP VIEW {}").format(name))
        connection.execute(sql.SQL("DROP VIEW {}").format(sql.SQL(", ").join(names)))
    return len(names)


def test_no_view_is_needed(database: MigratedDatabase) -> None:
    """They can be dropped; a view of ours over one of them would be in the way."""
    with psycopg.connect(database.administrator_url, autocommit=True) as administrator:
        assert drop_extension_views(administrator) > 5

        administrator.execute("CREATE VIEW kvmgrid.ours AS SELECT * FROM timescaledb_information.chunks")
        with pytest.raises(psycopg.errors.DependentObjectsStillExist):
            drop_extension_views(administrator)
