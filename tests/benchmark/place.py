# SPDX-License-Identifier: Apache-2.0
"""Broker and database of a benchmark's own, and copies of a database that are all alike."""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

import pika

from consumer.broker.topology import declare, ingest_arguments
from consumer.settings import IngestSettings
from deploy.lab import services
from publisher.wire.topics import SAMPLES_EXCHANGE
from tests.benchmark.processor_time import Clocks
from tests.services import (
    Logins,
    MigratedDatabase,
    as_seen_by_each_role,
    migrate_as_owner,
    prepare,
    random_logins,
)

# A queue like the pipeline's that gets the same messages. The consumer's user may use what begins so.
TWIN_QUEUE = "kvmgrid.twin"


class Servers(NamedTuple):
    """A broker and a durable database server, with nothing else in them."""

    broker: services.Broker
    database: services.Database

    def pids(self) -> dict[str, Callable[[], list[int]]]:
        """Return what runs for them, unless the environment named them."""
        found = {"postgresql": self.database.instance, "rabbitmq": self.broker.instance}
        return {name: instance.pids for name, instance in found.items() if instance is not None}

    def clocks(self, **others: Callable[[], list[int]]) -> Clocks:
        """Return their CPU clocks, with those of other processes."""
        return Clocks(others | self.pids())


class Place(NamedTuple):
    """A virtual host and a migrated database of the benchmark's own."""

    servers: Servers
    virtual_host: str
    consumer_url: str
    sender_url: str
    database: MigratedDatabase
    logins: Logins

    def declare(self, *, twin: bool = False) -> None:
        """Make exchanges and queues before any consumer does, with the twin of the queue if it is wanted."""
        with pika.BlockingConnection(pika.URLParameters(self.consumer_url)) as connection:
            channel = connection.channel()
            declare(channel, IngestSettings())
            if twin:
                channel.queue_declare(TWIN_QUEUE, durable=True, arguments=ingest_arguments(IngestSettings()))
                channel.queue_bind(TWIN_QUEUE, SAMPLES_EXCHANGE, "*.sample")

    def purge(self, queue: str) -> None:
        """Throw the messages of a queue away."""
        with pika.BlockingConnection(pika.URLParameters(self.consumer_url)) as connection:
            connection.channel().queue_purge(queue)

    def seal(self) -> None:
        """Make the database a template: from now on it is only copied."""
        self.servers.database.admin.seal_template(self.database.name)

    @contextmanager
    def copy(self) -> Iterator[MigratedDatabase]:
        """Give a copy of the sealed database, dropped afterwards."""
        admin, name = self.servers.database.admin, f"bench_{secrets.token_hex(4)}"
        admin.create_database(name, template=self.database.name)
        try:
            # A copy has the tables, but not the settings and grants of the database.
            prepare(admin, name, self.logins)
            yield as_seen_by_each_role(admin, name, self.logins)
        finally:
            admin.drop_database(name)


@contextmanager
def servers() -> Iterator[Servers]:
    """Give a broker and a database server, ended afterwards."""
    with services.broker() as broker, services.database() as database:
        yield Servers(broker, database)


@contextmanager
def place_on(servers: Servers) -> Iterator[Place]:
    """Give a place on running servers, removed afterwards."""
    name = f"bench-{secrets.token_hex(4)}"
    consumer, sender, password = f"{name}-consumer", f"{name}-sender", secrets.token_urlsafe(12)
    broker, admin = servers.broker, servers.database.admin
    broker.admin.add_virtual_host(name)
    broker.admin.add_consumer(consumer, password, name)
    broker.admin.add_impersonator(sender, password, name)
    logins, database = random_logins(), name.replace("-", "_")
    admin.create_database(database)
    try:
        prepare(admin, database, logins)
        migrate_as_owner(admin, database, logins)
        yield Place(
            servers,
            name,
            broker.amqp_url(consumer, password, name),
            broker.amqp_url(sender, password, name),
            as_seen_by_each_role(admin, database, logins),
            logins,
        )
    finally:
        admin.drop_database(database)
        broker.admin.delete_virtual_host(name)
        for user in (consumer, sender):
            broker.admin.delete_user(user)


@contextmanager
def place() -> Iterator[Place]:
    """Give a place with servers of its own."""
    with servers() as running, place_on(running) as here:
        yield here
