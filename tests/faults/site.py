# SPDX-License-Identifier: Apache-2.0
"""The servers that faults strike: a broker, a durable database and a migrated template of the run's own."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from deploy.demo.logins import Logins, prepare, random_logins
from deploy.lab import services
from deploy.lab.postgresql import PostgreSql
from deploy.lab.rabbitmq import RabbitMq
from tests.faults.small_disk import SmallDisk, small_disk
from tests.services import MigratedDatabase, VirtualHost, as_seen_by_each_role, migrate_as_owner

_TEMPLATE = "kvmgrid_faults"


class Site(NamedTuple):
    """Servers for one run; each fault gets a virtual host and a database of its own on them."""

    broker: RabbitMq
    postgresql: PostgreSql
    logins: Logins
    # The database's, where it is one that a fault may fill.
    disk: SmallDisk | None = None

    @contextmanager
    def virtual_host(self) -> Iterator[VirtualHost]:
        """Give a virtual host with a consumer's login."""
        name = f"faults-{secrets.token_hex(4)}"
        admin = self.broker.admin
        admin.add_virtual_host(name)
        admin.add_consumer(f"{name}-consumer", "consumer", name)
        broker = services.Broker(self.broker.amqp_url(), admin, self.broker)
        try:
            yield VirtualHost(broker, name, broker.amqp_url(f"{name}-consumer", "consumer", name))
        finally:
            admin.delete_virtual_host(name)
            admin.delete_user(f"{name}-consumer")

    @contextmanager
    def database(self) -> Iterator[MigratedDatabase]:
        """Give a migrated database."""
        name = f"faults_{secrets.token_hex(4)}"
        admin = self.postgresql.admin
        admin.create_database(name, template=_TEMPLATE)
        # A copy has the tables, but not the settings and grants of the database.
        prepare(admin, name, self.logins)
        try:
            yield as_seen_by_each_role(admin, name, self.logins)
        finally:
            admin.drop_database(name)


@contextmanager
def running_site() -> Iterator[Site]:
    """Start the servers, which end with the context."""
    with RabbitMq.start() as broker, PostgreSql.start() as postgresql:
        yield Site(broker, postgresql, _make_template(postgresql))


@contextmanager
def on_small_disk(site: Site, size_bytes: int) -> Iterator[Site]:
    """Give the same broker with another database, whose disk can be filled."""
    with small_disk(size_bytes) as disk, PostgreSql.start(directory=disk.path / "server") as postgresql:
        yield Site(site.broker, postgresql, _make_template(postgresql), disk)


def _make_template(postgresql: PostgreSql) -> Logins:
    admin, logins = postgresql.admin, random_logins()
    admin.require_data_directory(postgresql.data_directory)
    admin.create_database(_TEMPLATE)
    prepare(admin, _TEMPLATE, logins)
    migrate_as_owner(admin, _TEMPLATE, logins)
    admin.seal_template(_TEMPLATE)
    return logins
