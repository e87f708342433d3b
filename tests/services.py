# SPDX-License-Identifier: Apache-2.0
"""Fixtures of the real services: a broker and a database server a run, a virtual host and a database a test.

The servers are those of KVMGRID_AMQP_URL and KVMGRID_DATABASE_URL or private ones of the lab. A test that
stops or kills a server takes ``own_broker`` or ``own_postgresql``, which nobody else uses.
"""

import os
import secrets
from collections.abc import Iterator
from typing import NamedTuple

import psycopg
import pytest

from consumer.schema.migration import migrate
from deploy.demo.logins import (
    CONSUMER_LOGIN,
    DASHBOARD_LOGIN,
    OPERATOR_LOGIN,
    OWNER_LOGIN,
    Logins,
    prepare,
    random_logins,
)
from deploy.lab import services
from deploy.lab.database_admin import DatabaseAdmin
from deploy.lab.postgresql import PostgreSql
from deploy.lab.rabbitmq import RabbitMq

# Whoever takes these fixtures prepares databases of its own like this.
__all__ = ["Logins", "prepare", "random_logins"]


class MigratedDatabase(NamedTuple):
    """A migrated database of its own, as each role sees it."""

    name: str
    administrator_url: str
    owner_url: str
    ingest_url: str
    dashboard_url: str
    operator_url: str


class VirtualHost(NamedTuple):
    """A virtual host of its own on the broker, with a consumer; publishers are added by the test."""

    broker: services.Broker
    name: str
    consumer_url: str

    def add_publisher(self, host: str) -> str:
        """Enrol a publisher and return its URL."""
        password = secrets.token_urlsafe(12)
        self.broker.admin.add_publisher(host, password, self.name)
        return self.broker.amqp_url(host, password, self.name)


def migrate_as_owner(admin: DatabaseAdmin, name: str, logins: Logins) -> None:
    """Apply the migrations to a prepared database."""
    with psycopg.connect(admin.url_for(name, OWNER_LOGIN, logins.owner), autocommit=True) as connection:
        migrate(connection)


def as_seen_by_each_role(admin: DatabaseAdmin, name: str, logins: Logins) -> MigratedDatabase:
    """Return the URLs of a prepared database."""
    return MigratedDatabase(
        name=name,
        administrator_url=admin.url_for(name),
        owner_url=admin.url_for(name, OWNER_LOGIN, logins.owner),
        ingest_url=admin.url_for(name, CONSUMER_LOGIN, logins.consumer),
        dashboard_url=admin.url_for(name, DASHBOARD_LOGIN, logins.dashboard),
        operator_url=admin.url_for(name, OPERATOR_LOGIN, logins.operator),
    )


@pytest.fixture(scope="session")
def broker() -> Iterator[services.Broker]:
    """Give the run's broker. Use ``virtual_host`` unless the test is about the broker itself."""
    with services.broker() as running:
        yield running


@pytest.fixture
def virtual_host(broker: services.Broker) -> Iterator[VirtualHost]:
    """Give a virtual host of the test's own, removed afterwards with all its queues."""
    name = f"test-{secrets.token_hex(4)}"
    user, password = f"consumer-{secrets.token_hex(4)}", secrets.token_urlsafe(12)
    broker.admin.add_virtual_host(name)
    broker.admin.add_consumer(user, password, name)
    yield VirtualHost(broker, name, broker.amqp_url(user, password, name))
    broker.admin.delete_virtual_host(name)
    broker.admin.delete_user(user)


@pytest.fixture(scope="session")
def database_server() -> Iterator[services.Database]:
    """Give the run's database server; checked to be the run's own unless the environment names one."""
    with services.database(durable=False) as running:
        if running.instance is not None:
            running.admin.require_data_directory(running.instance.data_directory)
        yield running


@pytest.fixture(scope="session")
def template_database(database_server: services.Database) -> Iterator[tuple[str, Logins]]:
    """Migrate one database, from which each test's own is copied in a fraction of a second."""
    name = f"kvmgrid_template_{os.getpid()}"
    logins = random_logins()
    database_server.admin.create_database(name)
    prepare(database_server.admin, name, logins)
    migrate_as_owner(database_server.admin, name, logins)
    database_server.admin.seal_template(name)
    yield name, logins
    database_server.admin.drop_database(name)


@pytest.fixture
def database(
    database_server: services.Database, template_database: tuple[str, Logins]
) -> Iterator[MigratedDatabase]:
    """Give a migrated database of the test's own, dropped afterwards."""
    template, logins = template_database
    name = f"test_{secrets.token_hex(4)}"
    database_server.admin.create_database(name, template=template)
    # A copy has the tables, but not the settings and grants of the database.
    prepare(database_server.admin, name, logins)
    yield as_seen_by_each_role(database_server.admin, name, logins)
    database_server.admin.drop_database(name)


@pytest.fixture(scope="module")
def shared_database(
    database_server: services.Database, template_database: tuple[str, Logins]
) -> Iterator[MigratedDatabase]:
    """Give a migrated database to the tests of a module that change nothing in it."""
    template, logins = template_database
    name = f"shared_{secrets.token_hex(4)}"
    database_server.admin.create_database(name, template=template)
    prepare(database_server.admin, name, logins)
    yield as_seen_by_each_role(database_server.admin, name, logins)
    database_server.admin.drop_database(name)


@pytest.fixture
def own_broker() -> Iterator[RabbitMq]:
    """Give a broker that the test may stop, freeze and kill."""
    with RabbitMq.start() as instance:
        yield instance


@pytest.fixture
def own_postgresql() -> Iterator[PostgreSql]:
    """Give a durable database server that the test may stop, freeze and kill."""
    with PostgreSql.start() as instance:
        yield instance


@pytest.fixture
def own_database(own_postgresql: PostgreSql) -> MigratedDatabase:
    """Give a migrated database on a server that the test may stop."""
    admin, logins = own_postgresql.admin, random_logins()
    admin.require_data_directory(own_postgresql.data_directory)
    admin.create_database("outage")
    prepare(admin, "outage", logins)
    migrate_as_owner(admin, "outage", logins)
    return as_seen_by_each_role(admin, "outage", logins)
