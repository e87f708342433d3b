# SPDX-License-Identifier: Apache-2.0
"""The load generator on a real broker says why a sample was not taken."""

import secrets

import pika
import pytest

from loadgen.errors import BrokerError
from loadgen.fleet import Fleet, FleetShape
from loadgen.sender import Sender
from publisher.wire.broker import BrokerSettings
from publisher.wire.topics import SAMPLES_EXCHANGE
from tests.services import VirtualHost

SECOND = 1_760_000_000.0
FLEET = Fleet(FleetShape(host_count=1, domain_count_per_host=1))


@pytest.fixture
def settings(virtual_host: VirtualHost) -> BrokerSettings:
    """Give the settings of a user who may speak for every host, and the exchange for it."""
    admin, name, password = virtual_host.broker.admin, virtual_host.name, secrets.token_urlsafe(12)
    admin.request("PUT", f"users/{name}", {"password": password, "tags": "impersonator"})
    admin.request("PUT", f"permissions/{name}/{name}", {"configure": "^$", "write": ".*", "read": "^$"})
    with pika.BlockingConnection(pika.URLParameters(virtual_host.consumer_url)) as connection:
        connection.channel().exchange_declare(SAMPLES_EXCHANGE, "topic", durable=True)
    return BrokerSettings(url=virtual_host.broker.amqp_url(name, password, name))


def send_some(sender: Sender) -> None:
    """Send a few batches: a limit of one message may let another pass."""
    for sequence in range(1, 10):
        sender.send(FLEET.batch(0, SECOND + sequence, sequence))


def test_without_a_queue_a_consumer_is_missing(settings: BrokerSettings) -> None:
    """Nobody has declared the queue yet."""
    with Sender(settings) as sender, pytest.raises(BrokerError, match="start a consumer once"):
        sender.send(FLEET.batch(0, SECOND, 1))


def test_a_full_queue_is_no_lost_connection(settings: BrokerSettings, virtual_host: VirtualHost) -> None:
    """A broker that refuses the next sample is said to be full; the connection lasts."""
    limits = {"x-max-length": 1, "x-overflow": "reject-publish"}
    with pika.BlockingConnection(pika.URLParameters(virtual_host.consumer_url)) as connection:
        channel = connection.channel()
        channel.queue_declare("kvmgrid.small", durable=True, arguments=limits)
        channel.queue_bind("kvmgrid.small", SAMPLES_EXCHANGE, "#")
    with Sender(settings) as sender:
        with pytest.raises(BrokerError, match="the queue is full"):
            send_some(sender)
        sender.rest(0.0)
