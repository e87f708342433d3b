# SPDX-License-Identifier: Apache-2.0
"""A Community database with continuous aggregates is taken over: what outlived its samples is kept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from consumer.schema.migration import Wanted, migrate
from consumer.schema.roles import Login, bootstrap
from consumer.settings import RetentionSettings
from tests.community.conftest import CommunityServer, running_server
from tests.community.history import (
    DAY,
    FIRST_WITH_ROLLUPS,
    Shown,
    columns_of,
    copy_migrations,
    seed_two_stretches,
    shown,
)
from tests.migration.rolling_up import LEVELS, roll_up
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
NOW = datetime.now(UTC)
# A server that starts and migrates takes a minute where nothing else runs. The migrations that these
# prove are landed and frozen.
pytestmark = [pytest.mark.long, pytest.mark.timeout(1_200)]


class StopError(Exception):
    """Somebody pressed Ctrl-C."""


def interrupt_at(number: int, words: str, told: list[str]) -> Callable[[str], None]:
    """Return a ``tell`` that ends the migration at the given one of the lines with these words."""
    lines: list[str] = []

    def tell(line: str) -> None:
        told.append(line)
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


def finish(connection: psycopg.Connection, wanted: Wanted | None = None) -> list[str]:
    """Migrate to the end, and return what was told."""
    told: list[str] = []
    migrate(connection, wanted, tell=told.append)
    connection.execute("SET search_path = kvmgrid, public")
    return told


def assert_forecast(told: list[str]) -> None:
    """Require how many buckets, how long, how much disk; what is locked and when; how far it is."""
    copy = next(number for number, line in enumerate(told) if "will be copied now" in line)
    assert "of 28 continuous aggregates" in told[copy]
    assert 400 < int(told[copy].split()[1].replace(",", "")) < 4_000
    assert "about 1 min" in told[copy + 1]
    assert "MB of disk until these go" in told[copy + 1]
    assert "interrupted" in told[copy + 2]
    assert ["each table of samples", "the views of the rollups", "domain_block_samples"] == [
        line.split(": ")[1].split(" while")[0].split(",")[0] for line in told if line.startswith("locked")
    ]
    assert told.index("host_samples_1d: 100 % copied") < told.index("domain_samples: aggregates are dropped")


def test_aggregates_are_copied_out_and_dropped(
    old: psycopg.Connection, columns: dict[str, list[str]], before: Shown
) -> None:
    """Buckets whose samples were dropped are kept, others made anew; a late sample spoils neither."""
    assert len(HYPERTABLES) == len(old.execute(IN_COLUMNS, ["_samples$"]).fetchall())
    assert 2 * len(HYPERTABLES) == len(old.execute(IN_COLUMNS, ["^_materialized"]).fetchall())
    told = finish(old)

    assert_forecast(told)
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


def test_an_interrupted_takeover_goes_on(
    old: psycopg.Connection, columns: dict[str, list[str]], before: Shown
) -> None:
    """The views answer meanwhile; nothing is copied twice, or copied that is kept no longer."""
    # By the settings, not by what the database has: its 5 minutes of 40 days ago would be dropped at once.
    wanted = Wanted(retention=RetentionSettings(five_minutes="35d"))
    some = {view: columns[view] for view in ("domain_samples_1h", "host_samples_5m")}
    told: list[str] = []
    for number, words in ((1, "% copied"), (5, "% copied"), (9, "% copied"), (1, "dropped"), (5, "dropped")):
        with pytest.raises(StopError):
            migrate(old, wanted, tell=interrupt_at(number, words, told))
        old.execute("SET search_path = kvmgrid, public")
        if words != "dropped":
            assert {view: before[view] for view in some} == shown(old, some)
    told += finish(old, wanted)

    done = [line for line in told if line.endswith((": 100 % copied", ": aggregates are dropped"))]
    assert len(HYPERTABLES) * (len(LEVELS) + 1) == len(done) == len(set(done))
    assert [(None,)] == old.execute("SELECT to_regclass('kvmgrid.rollup_takeover')").fetchall()
    assert (0,) == old.execute("SELECT count(*) FROM host_samples_5m_buckets").fetchone()
    kept = {view: names for view, names in columns.items() if not view.endswith("_5m")}
    assert {view: before[view] for view in kept} == shown(old, kept)
    old.execute("SET ROLE kvmgrid_ingest")
    roll_up(old)
    old.execute("RESET ROLE")
    assert {view: before[view] for view in kept} == shown(old, kept)


def test_a_database_taken_over_in_one_go_goes_on(
    old: psycopg.Connection, columns: dict[str, list[str]], before: Shown, tmp_path: Path
) -> None:
    """Migration 19 was applied: nothing is copied again, and the views go on."""
    migrate(old, folder=copy_migrations(tmp_path, FIRST_WITH_ROLLUPS))
    told = finish(old)

    assert not [line for line in told if "copied" in line]
    assert [(FIRST_WITH_ROLLUPS,), (FIRST_WITH_ROLLUPS + 2,)] == old.execute(
        "SELECT number FROM schema_migrations WHERE name ~ '^rollup_(views|takeover)' ORDER BY number"
    ).fetchall()
    old.execute("SET ROLE kvmgrid_ingest")
    roll_up(old)
    old.execute("RESET ROLE")
    assert before == shown(old, columns)
