# SPDX-License-Identifier: Apache-2.0
"""The lab's RabbitMQ is a real broker that can be broken, with the users of the recipe."""

from collections.abc import Iterator
from contextlib import contextmanager

import pika
import psutil
import pytest
from pika.adapters.blocking_connection import BlockingChannel
from pika.exceptions import ChannelClosedByBroker, ProbableAuthenticationError

from deploy.lab import services
from deploy.lab.broker_users import Permissions
from deploy.lab.errors import BrokerUserError
from deploy.lab.process import find_process
from deploy.lab.rabbitmq import RabbitMq
from deploy.lab.readiness import amqp_answers, wait_until

PASSWORD = "not a secret"  # noqa: S105 - the broker exists for this test only
VIRTUAL_HOST = "kvmgrid"


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitMq]:
    """Run one broker for the module, with the two exchanges, a publisher and a consumer."""
    with RabbitMq.start() as running:
        running.admin.add_virtual_host(VIRTUAL_HOST)
        running.admin.add_publisher("web-1", PASSWORD, VIRTUAL_HOST)
        running.admin.add_consumer("consumer", PASSWORD, VIRTUAL_HOST)
        with channel(running, "consumer") as opened:
            for exchange in ("kvmgrid.samples", "kvmgrid.events"):
                opened.exchange_declare(exchange, "topic", durable=True)
            opened.queue_declare("kvmgrid.ingest", durable=True, arguments={"x-queue-type": "quorum"})
            opened.queue_bind("kvmgrid.ingest", "kvmgrid.samples", "#")
            opened.queue_bind("kvmgrid.ingest", "kvmgrid.events", "#")
        yield running


@contextmanager
def channel(broker: RabbitMq, user: str, password: str = PASSWORD) -> Iterator[BlockingChannel]:
    """Open a confirming channel of a user."""
    parameters = pika.URLParameters(broker.amqp_url(user, password, VIRTUAL_HOST))
    parameters.blocked_connection_timeout = 10
    connection = pika.BlockingConnection(parameters)
    try:
        opened = connection.channel()
        opened.confirm_delivery()
        yield opened
    finally:
        connection.close()


def publish(opened: BlockingChannel, exchange: str, key: str, user: str | None = "web-1") -> None:
    """Publish one persistent message."""
    properties = pika.BasicProperties(delivery_mode=2, user_id=user)
    opened.basic_publish(exchange, key, b"{}", properties, mandatory=True)


def take_all(broker: RabbitMq, count: int) -> list[str]:
    """Take this many messages from the queue and return their routing keys; a short queue fails the wait."""
    with channel(broker, "consumer") as opened:
        keys = []
        for delivery, _, _ in opened.consume("kvmgrid.ingest", inactivity_timeout=15):
            if delivery is None:
                break
            opened.basic_ack(delivery.delivery_tag)
            keys.append(delivery.routing_key)
            if len(keys) == count:
                break
        assert opened.basic_get("kvmgrid.ingest")[0] is None
    return keys


def test_it_is_a_broker_of_version_4(broker: RabbitMq) -> None:
    """The version is the management interface's word."""
    assert broker.admin.version().startswith("4.")


def test_it_listens_on_loopback_only(broker: RabbitMq) -> None:
    """No port of any of its processes is reachable from outside."""
    listening = {
        connection.laddr.ip
        for pid in broker.pids()
        for connection in psutil.Process(pid).net_connections("tcp")
        if connection.status == psutil.CONN_LISTEN
    }

    assert listening
    assert {"127.0.0.1", "::1"} >= listening


@pytest.mark.parametrize(("user", "password"), [("guest", "guest"), ("web-1", "wrong"), ("", "")])
def test_nobody_logs_in_without_an_account(broker: RabbitMq, user: str, password: str) -> None:
    """There is no guest, no anonymous login and no wrong password."""
    with pytest.raises(ProbableAuthenticationError), channel(broker, user, password):
        pass


def test_a_publisher_publishes_as_itself(broker: RabbitMq) -> None:
    """Its samples and events are confirmed and reach the quorum queue."""
    with channel(broker, "web-1") as opened:
        publish(opened, "kvmgrid.samples", "web-1.sample")
        publish(opened, "kvmgrid.events", "web-1.event.started")

    assert ["web-1.sample", "web-1.event.started"] == take_all(broker, 2)


@pytest.mark.parametrize(
    ("exchange", "key", "user"),
    [
        ("kvmgrid.samples", "web-2.sample", "web-1"),
        ("kvmgrid.samples", "web-1.event.started", "web-1"),
        ("kvmgrid.samples", "web-1.sample\n", "web-1"),
        ("kvmgrid.events", "web-1.sample", "web-1"),
        ("kvmgrid.events", "web-1.event.a.b", "web-1"),
        ("", "kvmgrid.ingest", "web-1"),
        ("amq.topic", "web-1.sample", "web-1"),
        ("kvmgrid.samples", "web-1.sample", "web-2"),
    ],
    ids=[
        "other host",
        "event as sample",
        "line feed",
        "sample as event",
        "longer",
        "default",
        "amq",
        "user_id",
    ],
)
def test_a_publisher_publishes_as_nobody_else(broker: RabbitMq, exchange: str, key: str, user: str) -> None:
    """Another host's key, another exchange and another's user_id close the channel."""
    with (
        channel(broker, "web-1") as opened,
        pytest.raises(ChannelClosedByBroker, match=r"refused|authenticated user was"),
    ):
        publish(opened, exchange, key, user)


def test_a_publisher_declares_and_reads_nothing(broker: RabbitMq) -> None:
    """Queues and messages are out of its reach."""
    with channel(broker, "web-1") as opened, pytest.raises(ChannelClosedByBroker, match="refused"):
        opened.queue_declare("kvmgrid.mine")
    with channel(broker, "web-1") as opened, pytest.raises(ChannelClosedByBroker, match="refused"):
        opened.basic_get("kvmgrid.ingest")


def test_a_consumer_is_confined_to_our_names(broker: RabbitMq) -> None:
    """A queue of another name is refused."""
    with channel(broker, "consumer") as opened, pytest.raises(ChannelClosedByBroker, match="refused"):
        opened.queue_declare("elsewhere")


def test_a_broker_of_the_environment_is_used_and_left_alone(
    broker: RabbitMq, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the two variables set no private broker is started, and the given one goes on afterwards."""
    monkeypatch.setenv("KVMGRID_AMQP_URL", broker.amqp_url())
    monkeypatch.setenv("KVMGRID_AMQP_MANAGEMENT_URL", broker.management_url)
    with services.broker() as given:
        assert given.instance is None
        assert broker.amqp_url("web-1", "x y", VIRTUAL_HOST) == given.amqp_url("web-1", "x y", VIRTUAL_HOST)
        assert given.admin.version().startswith("4.")

    assert amqp_answers(broker.amqp_port)


def test_deleting_a_user_ends_its_connection(broker: RabbitMq) -> None:
    """Revocation works at once."""
    broker.admin.add_publisher("gone-1", PASSWORD, VIRTUAL_HOST)
    parameters = pika.URLParameters(broker.amqp_url("gone-1", PASSWORD, VIRTUAL_HOST))
    connection = pika.BlockingConnection(parameters)
    broker.admin.delete_user("gone-1")

    with pytest.raises(pika.exceptions.AMQPConnectionError):
        connection.process_data_events(time_limit=10)
    with pytest.raises(BrokerUserError, match="user_not_found"):
        broker.admin.set_permissions("gone-1", VIRTUAL_HOST, Permissions("", "", ""))


def test_a_frozen_broker_holds_its_port_and_says_nothing(broker: RabbitMq) -> None:
    """Frozen is not stopped: the port accepts, the protocol does not answer; thawed, it goes on."""
    broker.freeze()
    try:
        assert broker.is_running
        assert not amqp_answers(broker.amqp_port)
    finally:
        broker.thaw()

    assert wait_until(lambda: amqp_answers(broker.amqp_port), timeout_seconds=30)


def test_confirmed_messages_survive_a_kill_and_ports_stay(broker: RabbitMq) -> None:
    """After SIGKILL of everything the broker comes back on its ports with what it confirmed."""
    with channel(broker, "web-1") as opened:
        publish(opened, "kvmgrid.samples", "web-1.sample")
    assert wait_until(lambda: broker.remembers(VIRTUAL_HOST, "kvmgrid.ingest"), timeout_seconds=30)
    ports = (broker.amqp_port, broker.management_port)
    killed = [process for pid in broker.pids() if (process := find_process(pid))]
    broker.kill()

    assert killed
    assert not any(process.is_alive() for process in killed)
    assert not amqp_answers(broker.amqp_port)
    broker.launch()
    assert ports == (broker.amqp_port, broker.management_port)
    assert ["web-1.sample"] == take_all(broker, 1)


def test_stop_is_graceful_and_close_leaves_nothing() -> None:
    """The broker closes its message stores; closing removes the processes and the folder."""
    with RabbitMq.start() as own:
        processes = [process for pid in own.pids() if (process := find_process(pid))]
        own.stop()

        assert not own.is_running
        assert "msg_store_persistent' is stopped" in own.log_path.read_text()
        folder = own.directory
    assert not any(process.is_alive() for process in processes)
    assert not folder.exists()
