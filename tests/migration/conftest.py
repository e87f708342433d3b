# SPDX-License-Identifier: Apache-2.0
"""Databases for the tests of the schema: prepared but empty ones, and connections as each role."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest

from deploy.lab import services
from tests.services import Logins, MigratedDatabase, as_seen_by_each_role, prepare


@pytest.fixture
def empty_database(
    database_server: services.Database, template_database: tuple[str, Logins]
) -> Iterator[MigratedDatabase]:
    """Give a database with roles, extension and an empty schema."""
    # Roles belong to the server: other passwords would lock the other tests out.
    _, logins = template_database
    name = f"empty_{secrets.token_hex(4)}"
    database_server.admin.create_database(name, timescaledb=False)
    prepare(database_server.admin, name, logins)
    yield as_seen_by_each_role(database_server.admin, name, logins)
    database_server.admin.drop_database(name)


@pytest.fixture
def owner(database: MigratedDatabase) -> Iterator[psycopg.Connection]:
    """Give a connection to a migrated database as its owner."""
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def ingest(database: MigratedDatabase) -> Iterator[psycopg.Connection]:
    """Give a connection to a migrated database as a consumer."""
    with psycopg.connect(database.ingest_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def dashboard(database: MigratedDatabase) -> Iterator[psycopg.Connection]:
    """Give a connection to a migrated database as a dashboard."""
    with psycopg.connect(database.dashboard_url, autocommit=True) as connection:
        yield connection


@pytest.fixture
def operator(database: MigratedDatabase) -> Iterator[psycopg.Connection]:
    """Give a connection to a migrated database as an operator of the page."""
    with psycopg.connect(database.operator_url, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="module")
def shared_owner(shared_database: MigratedDatabase) -> Iterator[psycopg.Connection]:
    """Give a connection as the owner to a database that the test leaves as it is."""
    with psycopg.connect(shared_database.owner_url, autocommit=True) as connection:
        yield connection
