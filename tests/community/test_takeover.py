# SPDX-License-Identifier: Apache-2.0
"""A Community database with continuous aggregates is taken over: what outlived its samples is kept."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from psycopg import sql

from consumer.schema.migration import migrate
from consumer.schema.migration_files import migrations_folder
from consumer.schema.roles import Login, bootstrap
from tests.community.conftest import running_server
from tests.migration.rolling_up import LEVELS, roll_up
from tests.migration.seeding import HYPERTABLES, seed_samples

LAST_BEFORE_ROLLUPS = 17
DAY = timedelta(days=1)
VIEWS = [f"{table}_{level}" for table in HYPERTABLES for level in LEVELS]
REFRESH = """
SELECT view_name FROM timescaledb_information.continuous_aggregates
ORDER BY array_position(ARRAY['1m', '5m', '1h', '1d'], right(view_name, 2))
"""


def shown(connection: psycopg.Connection, view: str, columns: list[str]) -> list[tuple[object, ...]]:
    """Return some columns of a view in the order of its rows."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    return connection.execute(
        sql.SQL("SELECT {} FROM {} AS r ORDER BY ({})::text").format(names, sql.Identifier(view), names)
    ).fetchall()


def columns_of(connection: psycopg.Connection, view: str) -> list[str]:
    """Return the columns of a view in their order."""
    cursor = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(sql.Identifier(view)))
    return [column.name for column in cursor.description or ()]


def test_aggregates_are_copied_out_and_dropped(tmp_path: Path) -> None:
    """Buckets whose samples were dropped are kept, others made anew; a late sample spoils neither."""
    for entry in migrations_folder().iterdir():
        if int(entry.name[:4]) <= LAST_BEFORE_ROLLUPS:
            shutil.copy(str(entry), tmp_path)
    now = datetime.now(UTC)
    with running_server() as server, server.connect() as connection:
        bootstrap(connection, [Login("kvmgrid_owner", "kvmgrid_owner", "any")])
        migrate(connection, folder=tmp_path)
        # What the migration set is gone with it.
        connection.execute("SET search_path = kvmgrid, public")
        seed_samples(connection, now - 40 * DAY, 60, timedelta(minutes=10))
        seed_samples(connection, now - 3 * DAY, 400, timedelta(minutes=10))
        for (view,) in connection.execute(REFRESH).fetchall():
            connection.execute(
                sql.SQL("CALL refresh_continuous_aggregate({}, NULL, NULL)").format(sql.Literal(view))
            )
        for table in HYPERTABLES:
            connection.execute("SELECT drop_chunks(%s, older_than => INTERVAL '30 days')", [table])
        columns = {view: columns_of(connection, view) for view in VIEWS}
        before = {view: shown(connection, view, columns[view]) for view in VIEWS}
        migrate(connection)
        connection.execute("SET search_path = kvmgrid, public")

        assert before == {view: shown(connection, view, columns[view]) for view in VIEWS}
        connection.execute("SET ROLE kvmgrid_ingest")
        connection.execute(
            "INSERT INTO rollup_late (subject, entity_id, bucket)"
            " VALUES ('domain', 1, %s), ('domain', 1, %s)",
            [now - 39.9 * DAY, now - 2 * DAY],
        )
        roll_up(connection)
        connection.execute("RESET ROLE")
        assert before == {view: shown(connection, view, columns[view]) for view in VIEWS}
