# SPDX-License-Identifier: Apache-2.0
"""What the consumer's integration tests share: a sender for any host, and questions to the database."""

import contextlib
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Self

import pika
import psycopg
from psycopg import sql

from deploy.lab.readiness import wait_until
from loadgen.fleet.fleet import Fleet, FleetShape
from publisher.wire.codec import encode, message_id
from publisher.wire.samples import Event, SampleBatch
from publisher.wire.topics import EVENTS_EXCHANGE, SAMPLES_EXCHANGE, event_key, sample_key
from tests.services import MigratedDatabase, VirtualHost

WAIT_SECONDS = 60.0
DAY_SECONDS = 86_400.0


def small_fleet(*, host_count: int = 2, domain_count: int = 5) -> Fleet:
    """Return a fleet of a few VMs with a disk and an interface each."""
    return Fleet(FleetShape(host_count=host_count, domain_count_per_host=domain_count))


def recent(tick: int = 0) -> float:
    """Return a time of ten minutes ago, plus ten seconds a tick."""
    return float(int(time.time()) - 600 + 10 * tick)


def yesterday() -> float:
    """Return a time of yesterday, at noon."""
    now = time.time()
    return now - now % DAY_SECONDS - DAY_SECONDS / 2


def eventually(question: Callable[[], Any], expected: object, timeout_seconds: float = WAIT_SECONDS) -> None:
    """Wait until the answer is as expected; show both when it never is."""
    answers = []

    def is_as_expected() -> bool:
        answers.append(question())
        return bool(answers[-1] == expected)

    wait_until(is_as_expected, timeout_seconds=timeout_seconds)
    assert expected == answers[-1]


class AnyHostSender:
    """A broker user that may send for any host, and so also what no host may send."""

    def __init__(self, url: str) -> None:
        self._connection = pika.BlockingConnection(pika.URLParameters(url))
        self._channel = self._connection.channel()
        self._channel.confirm_delivery()

    @classmethod
    def enrolled(cls, virtual_host: VirtualHost) -> Self:
        """Make the user in a test's virtual host and log in."""
        admin, name = virtual_host.broker.admin, f"{virtual_host.name}-sender"
        admin.request("PUT", f"users/{name}", {"password": "sender", "tags": "impersonator"})
        everything = {"configure": ".*", "write": ".*", "read": ".*"}
        admin.request("PUT", f"permissions/{virtual_host.name}/{name}", everything)
        return cls(virtual_host.broker.amqp_url(name, "sender", virtual_host.name))

    def send(self, *messages: SampleBatch | Event) -> None:
        """Publish messages as their hosts would."""
        for message in messages:
            if isinstance(message, Event):
                exchange, key = EVENTS_EXCHANGE, event_key(message.host, message.kind)
            else:
                exchange, key = SAMPLES_EXCHANGE, sample_key(message.host)
            self.send_body(
                encode(message), key, user_id=message.host, exchange=exchange, message_id=message_id(message)
            )

    def insist(self, *messages: SampleBatch | Event) -> None:
        """Publish messages, again where a broker that has just started has no leader for its queue yet."""
        for message in messages:
            taken = wait_until(partial(self._is_taken, message), timeout_seconds=WAIT_SECONDS)
            assert taken, "the broker takes no message"

    def _is_taken(self, message: SampleBatch | Event) -> bool:
        try:
            self.send(message)
        except pika.exceptions.NackError:
            return False
        return True

    def send_body(
        self,
        body: bytes,
        key: str,
        *,
        user_id: str | None,
        exchange: str = SAMPLES_EXCHANGE,
        **properties: Any,
    ) -> None:
        """Publish any bytes; raise where the broker does not take them."""
        self._channel.basic_publish(
            exchange,
            key,
            body,
            pika.BasicProperties(
                delivery_mode=2, user_id=user_id, content_type="application/json", **properties
            ),
            mandatory=True,
        )

    def close(self) -> None:
        """Close the connection, if the broker has not done so or been killed."""
        with contextlib.suppress(pika.exceptions.AMQPError):
            self._connection.close()


class StoredRows:
    """Questions to a test's database, as its administrator."""

    def __init__(self, database: MigratedDatabase) -> None:
        self._url = database.administrator_url

    def rows(self, query: str | sql.Composed, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Return the rows of a query."""
        with psycopg.connect(self._url, autocommit=True) as connection:
            connection.execute("SET search_path = kvmgrid, public")
            text = query.encode() if isinstance(query, str) else query
            return connection.execute(text, parameters).fetchall()

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.rows(sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table)))[0][0])

    def value(self, query: str, parameters: Sequence[object] = ()) -> Any:
        """Return the single value of a query."""
        return self.rows(query, parameters)[0][0]

    def message_count(self) -> int:
        """Return how many batches are stored."""
        return int(self.value("SELECT count(*) FROM publisher_reports"))

    def end_consumers_sessions(self) -> None:
        """End the sessions of all consumers, as a network or a proxy does."""
        self.rows(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND starts_with(application_name, 'kvmgrid-consumer')"
        )

    def domain_keys(self) -> set[tuple[str, float]]:
        """Return UUID and time of each stored domain sample."""
        query = """
            SELECT d.uuid::text, extract(epoch FROM s.sampled_at)::float8
            FROM domain_samples AS s JOIN domains AS d USING (domain_id)
        """
        return {(uuid, second) for uuid, second in self.rows(query)}


def keys_of(*batches: SampleBatch) -> set[tuple[str, float]]:
    """Return what ``StoredRows.domain_keys`` gives when exactly these are stored."""
    return {
        (report.uuid, batch.sampled_at.timestamp()) for batch in batches for report in batch.domains or ()
    }


@contextlib.contextmanager
def locked_past(database: MigratedDatabase) -> Iterator[None]:
    """Lock the chunks of days before today as their conversion does, of every table."""
    with psycopg.connect(database.administrator_url) as connection:
        chunks = connection.execute(
            "SELECT chunk_schema, chunk_name FROM timescaledb_information.chunks"
            " WHERE hypertable_schema = 'kvmgrid' AND range_end <= date_trunc('day', now())"
        ).fetchall()
        assert chunks
        for schema, name in chunks:
            relation = sql.Identifier(schema, name)
            connection.execute(sql.SQL("LOCK TABLE {} IN EXCLUSIVE MODE").format(relation))
        yield
