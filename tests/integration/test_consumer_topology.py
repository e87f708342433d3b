# SPDX-License-Identifier: Apache-2.0
"""Exchanges and bindings that somebody deletes under a running consumer are back by themselves."""

from functools import partial

from deploy.lab.errors import BrokerUserError
from publisher.wire.topics import EVENTS_EXCHANGE, INGEST_QUEUE, SAMPLES_EXCHANGE
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, recent, small_fleet
from tests.services import MigratedDatabase, VirtualHost


def delete(virtual_host: VirtualHost, path: str) -> None:
    """Delete something of the virtual host as the broker's administrator."""
    kind, _, rest = path.partition("/")
    virtual_host.broker.admin.request("DELETE", f"{kind}/{virtual_host.name}/{rest}")


def binding_count(virtual_host: VirtualHost, exchange: str) -> int:
    """Return how many bindings lead from an exchange to the queue of the consumers; 0 without exchange."""
    path = f"bindings/{virtual_host.name}/e/{exchange}/q/{INGEST_QUEUE}"
    try:
        return len(virtual_host.broker.admin.request("GET", path))
    except BrokerUserError:
        return 0


def test_a_deleted_binding_and_a_deleted_exchange_come_back(
    virtual_host: VirtualHost, database: MigratedDatabase, consumer: ConsumerProcess
) -> None:
    """Within a minute messages flow again, on the connection of before."""
    delete(virtual_host, f"bindings/e/{SAMPLES_EXCHANGE}/q/{INGEST_QUEUE}/%2A.sample")
    delete(virtual_host, f"exchanges/{EVENTS_EXCHANGE}")
    assert (0, 0) == (
        binding_count(virtual_host, SAMPLES_EXCHANGE),
        binding_count(virtual_host, EVENTS_EXCHANGE),
    )
    for exchange in (SAMPLES_EXCHANGE, EVENTS_EXCHANGE):
        eventually(partial(binding_count, virtual_host, exchange), 1, timeout_seconds=60.0)
    sender = AnyHostSender.enrolled(virtual_host)
    sender.send(small_fleet(host_count=1).batch(0, recent(), 1))
    sender.close()

    eventually(StoredRows(database).message_count, 1)
    assert 1 == consumer.output().count("broker_connected")
    assert "topology_differs" not in consumer.output()
