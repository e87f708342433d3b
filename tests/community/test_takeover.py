# SPDX-License-Identifier: Apache-2.0
"""A Community database with continuous aggregates is taken over: what outlived its samples is kept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import psycopg
import pytest
from psycopg import sql

from consumer.schema.migration import Wanted, migrate
from consumer.schema.roles import Login, bootstrap
from consumer.settings import RetentionSettings
from tests.community.conftest import CommunityServer, running_server
from tests.community.history import DAY, Shown, columns_of, copy_migrations, seed_two_stretches, shown
from tests.migration.rolling_up import roll_up
from tests.migration.seeding import HYPERTABLES

REFRESH = """
SELECT view_name FROM timescaledb_information.continuous_aggregates
ORDER BY array_position(ARRAY['1m', '5m', '1h', '1d'], right(view_name, 2))
"""
CONVERT = "SELECT compress_chunk(c) FROM show_chunks(%s, older_than => INTERVAL '30 hours') AS c"
IN_COLUMNS = """
SELECT DISTINCT hypertable_name
FROM timescaledb_information.chunks
WHERE is_compressed AND hypertable_name ~ %s
"""
FINISHED = "SELECT relation, level FROM rollup_takeover WHERE copied_until >= edge AND level <> 'raw'"
NOW = datetime.now(UTC)


class StopError(Exception):
    """Somebody pressed Ctrl-C."""


def interrupt_at(number: int, words: str) -> Callable[[str], None]:
    """Return a ``tell`` that ends the migration at the given one of the lines with these words."""
    lines: list[str] = []

    def tell(line: str) -> None:
        lines.append(line)
        if len([each for each in lines if words in each]) == number:
            raise StopError

    return tell


@pytest.fixture(scope="module")
def old_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommunityServer]:
    """Give a server with a database of the version before: aggregates, dropped samples, chunks in columns."""
    with running_server() as server:
        with server.connect() as connection:
            bootstrap(connection, [Login("kvmgrid_owner", "kvmgrid_owner", "any")])
            migrate(connection, folder=copy_migrations(tmp_path_factory.mktemp("before")))
            # What the migration set is gone with it.
            connection.execute("SET search_path = kvmgrid, public")
            seed_two_stretches(connection, NOW)
            for (view,) in connection.execute(REFRESH).fetchall():
                connection.execute(
                    sql.SQL("CALL refresh_continuous_aggregate({}, NULL, NULL)").format(sql.Literal(view))
                )
            for table in HYPERTABLES:
                connection.execute("SELECT drop_chunks(%s, older_than => INTERVAL '30 days')", [table])
                for relation in (table, f"{table}_1m", f"{table}_5m"):
                    connection.execute(CONVERT, [relation])
        server.command("keep")
        yield server


@pytest.fixture
def old(old_server: CommunityServer) -> Iterator[psycopg.Connection]:
    """Give a superuser's connection to that database."""
    old_server.command("restore")
    with old_server.connect() as connection:
        yield connection


@pytest.fixture
def columns(old: psycopg.Connection) -> dict[str, list[str]]:
    """Give the columns that the views had before."""
    return columns_of(old)


@pytest.fixture
def before(old: psycopg.Connection, columns: dict[str, list[str]]) -> Shown:
    """Give what the views showed before."""
    return shown(old, columns)


def finish(connection: psycopg.Connection, retention: RetentionSettings | None = None) -> list[str]:
    """Migrate to the end, and return what was told."""
    told: list[str] = []
    migrate(connection, Wanted(retention=retention), tell=told.append)
    connection.execute("SET search_path = kvmgrid, public")
    return told


def test_aggregates_are_copied_out_and_dropped(
    old: psycopg.Connection, columns: dict[str, list[str]], before: Shown
) -> None:
    """Buckets whose samples were dropped are kept, others made anew; a late sample spoils neither."""
    assert len(HYPERTABLES) == len(old.execute(IN_COLUMNS, ["_samples$"]).fetchall())
    assert 2 * len(HYPERTABLES) == len(old.execute(IN_COLUMNS, ["^_materialized"]).fetchall())
    finish(old)

    assert before == shown(old, columns)
    # 5 minutes of 40 days ago are in columns already.
    assert len(HYPERTABLES) == len(old.execute(IN_COLUMNS, ["_5m_buckets$"]).fetchall())
    old.execute("SET ROLE kvmgrid_ingest")
    old.execute(
        "INSERT INTO rollup_late (subject, entity_id, bucket) VALUES ('domain', 1, %s), ('domain', 1, %s)",
        [NOW - 39.9 * DAY, NOW - 2 * DAY],
    )
    roll_up(old)
    old.execute("RESET ROLE")
    assert before == shown(old, columns)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (1, "% copied"),
        (5, "% copied"),
        (20, "% copied"),
        (2, "in columns"),
        (1, "dropped"),
        (7, "dropped"),
    ],
)
def test_an_interrupted_takeover_goes_on(
    old: psycopg.Connection, columns: dict[str, list[str]], before: Shown, number: int, words: str
) -> None:
    """The views answer meanwhile; run again, what was copied is not copied again, and all is exact."""
    with pytest.raises(StopError):
        migrate(old, tell=interrupt_at(number, words))
    old.execute("SET search_path = kvmgrid, public")

    assert before == shown(old, columns)
    finished = {f"{relation}_{level}" for relation, level in old.execute(FINISHED).fetchall()}
    again = finish(old)
    assert set() == finished & {line.split(":")[0] for line in again if "copied" in line}
    assert before == shown(old, columns)
    assert [(None,)] == old.execute("SELECT to_regclass('kvmgrid.rollup_takeover')").fetchall()
    old.execute("SET ROLE kvmgrid_ingest")
    roll_up(old)
    old.execute("RESET ROLE")
    assert before == shown(old, columns)


def test_what_is_kept_no_longer_is_not_copied(old: psycopg.Connection) -> None:
    """The settings count, not what the database had: 5 minutes of 40 days ago would be dropped at once."""
    finish(old, RetentionSettings(five_minutes="35d"))

    assert (0,) == old.execute("SELECT count(*) FROM host_samples_5m_buckets").fetchone()
    assert (60,) == old.execute("SELECT sum(sample_count)::int FROM host_samples_1h_buckets").fetchone()


def test_copy_and_locks_are_said_beforehand(old: psycopg.Connection) -> None:
    """How many buckets, how long, how much disk; what is locked, and when; how far it is."""
    told = finish(old)
    copy = next(number for number, line in enumerate(told) if "will be copied now" in line)

    assert "of 28 continuous aggregates" in told[copy]
    count = int(told[copy].split()[1].replace(",", ""))
    assert 400 < count < 4_000
    assert "about 1 min" in told[copy + 1]
    assert "MB of disk until these go" in told[copy + 1]
    assert "interrupted" in told[copy + 2]
    assert "each table of samples while its aggregates are dropped" in told[copy + 3]
    assert ["each table of samples", "the views of the rollups", "host_samples"] == [
        line.split(": ")[1].split(" while")[0].split(",")[0] for line in told if line.startswith("locked")
    ]
    assert "host_samples_5m: 100 % copied" in told
    assert told.index("host_samples_5m: 100 % copied") < told.index("domain_samples: aggregates are dropped")
