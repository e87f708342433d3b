# SPDX-License-Identifier: Apache-2.0
"""A database of the Apache edition gets the form of the Community edition, with all that is in it."""

from collections.abc import Iterator
from datetime import UTC, datetime

import psycopg
import pytest

from consumer.errors import SchemaError
from consumer.schema.migration import Wanted, migrate
from consumer.schema.roles import Login, bootstrap
from consumer.statements import statement
from tests.community.conftest import CommunityServer, running_server
from tests.community.history import columns_of, copy_migrations, seed_two_stretches, shown
from tests.migration.rolling_up import roll_up
from tests.migration.seeding import HYPERTABLES
from tests.migration.test_grants import GRANTS

COLUMNSTORE = """
SELECT hypertable::text, segmentby, orderby
FROM timescaledb_information.hypertable_columnstore_settings
ORDER BY 1
"""
VIEWS = """
SELECT viewname, definition FROM pg_views WHERE schemaname = 'kvmgrid' ORDER BY 1
"""
FUNCTIONS = """
SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid)
FROM pg_proc AS p
WHERE pronamespace = 'kvmgrid'::regnamespace AND prokind = 'f'
ORDER BY 1
"""
HISTORY = "SELECT number, name, edition, checksum FROM kvmgrid.schema_migrations ORDER BY 1"
NOW = datetime.now(UTC)
# A server that starts and migrates takes a minute where nothing else runs.
pytestmark = pytest.mark.timeout(1_200)


@pytest.fixture(scope="module")
def apache_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommunityServer]:
    """Give a server with the Community edition, whose database has the form of Apache."""
    with running_server() as server:
        with server.connect() as connection:
            bootstrap(connection, [Login("kvmgrid_owner", "kvmgrid_owner", "any")])
            folder = copy_migrations(tmp_path_factory.mktemp("before"))
            migrate(connection, Wanted(edition="apache"), folder=folder)
            connection.execute("SET search_path = kvmgrid, public")
            seed_two_stretches(connection, NOW)
        server.command("keep")
        yield server


@pytest.fixture
def apache(apache_server: CommunityServer) -> Iterator[psycopg.Connection]:
    """Give a superuser's connection to that database."""
    apache_server.command("restore")
    with apache_server.connect() as connection:
        yield connection


def bring_up_to_date(connection: psycopg.Connection) -> None:
    """Migrate and roll up in the form that the database has."""
    migrate(connection)
    connection.execute("SET search_path = kvmgrid, public")
    connection.execute("SET ROLE kvmgrid_ingest")
    roll_up(connection)
    connection.execute("RESET ROLE")


def move(connection: psycopg.Connection) -> list[str]:
    """Give the database the form of the Community edition, and return what was told."""
    told: list[str] = []
    migrate(connection, Wanted(edition="community"), tell=told.append)
    connection.execute("SET search_path = kvmgrid, public")
    return told


def columns_count(connection: psycopg.Connection) -> object:
    """Return how many tables have columns, as `check` asks it."""
    (row,) = connection.execute(statement("check/server")).fetchall()
    return row[3]


def test_a_filled_database_gets_the_form_of_a_new_one(
    apache: psycopg.Connection, community: psycopg.Connection
) -> None:
    """From a version before: the form is kept until another is asked for; then nothing in a view changes."""
    bring_up_to_date(apache)
    assert {"apache", "both"} == {edition for _, _, edition, _ in apache.execute(HISTORY).fetchall()}
    assert 0 == columns_count(apache)

    columns = columns_of(apache)
    before = shown(apache, columns)
    told = move(apache)

    assert before == shown(apache, columns)
    assert 29 == columns_count(apache)
    for query in (COLUMNSTORE, VIEWS, FUNCTIONS, HISTORY, GRANTS.read_text()):
        assert community.execute(query.encode()).fetchall() == apache.execute(query.encode()).fetchall()
    assert () == migrate(apache)
    assert () == migrate(apache, Wanted(edition="community"))

    apache.execute("SET search_path = kvmgrid, public")
    apache.execute("SET ROLE kvmgrid_ingest")
    converted = len(apache.execute("SELECT convert_chunk(chunk) FROM chunks_due()").fetchall())
    roll_up(apache)
    apache.execute("RESET ROLE")
    assert 2 * len(HYPERTABLES) < converted
    assert before == shown(apache, columns)
    (said,) = [line for line in told if line.startswith("then consumers convert ")]
    assert converted == int(said.split()[3])
    assert any("locked for a moment" in line for line in told)
    assert any("MB of disk meanwhile" in line for line in told)


@pytest.mark.long
def test_an_interrupted_move_goes_on(apache: psycopg.Connection) -> None:
    """Some tables have columns, and a chunk of these is converted already: the rest follows."""
    bring_up_to_date(apache)
    apache.execute(
        "ALTER TABLE domain_samples SET"
        " (timescaledb.enable_columnstore, timescaledb.segmentby = 'domain_id',"
        " timescaledb.orderby = 'sampled_at DESC')"
    )
    apache.execute("SELECT convert_chunk(chunk) FROM chunks_due() LIMIT 1")
    columns = columns_of(apache)
    before = shown(apache, columns)
    move(apache)

    assert 29 == columns_count(apache)
    assert before == shown(apache, columns)


def test_there_is_no_way_back(community: psycopg.Connection) -> None:
    """Columns cannot be read by the Apache edition: the database is left as it is."""
    with pytest.raises(SchemaError, match="no way back"):
        migrate(community, Wanted(edition="apache"))
    assert () == migrate(community)
