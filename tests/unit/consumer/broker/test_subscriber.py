# SPDX-License-Identifier: Apache-2.0
"""The parts of the link that need no broker."""

import socket
from typing import Any
from unittest.mock import MagicMock

import pytest
import structlog
from pika.adapters.utils import io_services_utils
from pika.adapters.utils.connection_workflow import AMQPConnectionWorkflowFailed
from pika.exceptions import AMQPConnectionError
from structlog.testing import capture_logs

from consumer.broker.subscriber import Subscriber, prefetch_for
from consumer.broker.topology import dead_letter_arguments, ingest_arguments
from consumer.failpoint import VARIABLE, Failpoints
from consumer.settings import IngestSettings
from publisher.wire.broker import BrokerSettings
from publisher.wire.settings import SettingsError


class RecordingChannel:
    """Stands for pika's channel: notes the prefetch and takes everything else."""

    def __init__(self) -> None:
        self.prefetch_counts: list[int] = []

    def basic_qos(self, prefetch_count: int) -> None:
        """Note the prefetch."""
        self.prefetch_counts.append(prefetch_count)

    def basic_consume(self, *_arguments: Any, **_options: Any) -> str:
        """Return a consumer tag."""
        return "tag"

    def __getattr__(self, _name: str) -> Any:
        return lambda *_arguments, **_options: None


@pytest.mark.parametrize(
    ("body_bytes", "expected"), [(10.0, 2_000), (100_000.0, 1_000), (8e6, 12), (1e12, 2), (0.0, 2_000)]
)
def test_what_is_in_hand_is_bounded_by_bytes_and_by_count(body_bytes: float, expected: int) -> None:
    """Large messages lower the prefetch; two always fit, so that work and waiting overlap."""
    settings = IngestSettings(prefetch_count=2_000, buffer_bytes=100_000_000)

    assert expected == prefetch_for(body_bytes, settings)


def test_calls_before_the_first_connection_are_harmless() -> None:
    """Acks, pauses and stops may come at any time."""
    subscriber = Subscriber(BrokerSettings(), IngestSettings(), lambda _delivery: None)
    subscriber.acknowledge([])
    subscriber.pause()
    subscriber.resume()

    assert not subscriber.alive


def test_a_link_that_breaks_down_is_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread never ends without a word: the consumer would exit as if it had been asked to."""
    subscriber = Subscriber(BrokerSettings(), IngestSettings(), lambda _delivery: None)

    def break_down(_subscriber: Subscriber) -> None:
        raise KeyError("surprise")

    monkeypatch.setattr(Subscriber, "_serve_one_connection", break_down)
    subscriber.start()
    subscriber._thread.join(60.0)

    assert not subscriber.alive
    assert "surprise" in str(subscriber.failure)


def test_a_connection_that_is_reset_while_it_opens_is_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The library ends it with a ValueError: it asks a socket that was just connected for its peer."""
    connector = io_services_utils._AsyncStreamConnector
    connect, attempts = connector.__init__, 0

    def connect_unconnected(self: Any, **arguments: Any) -> None:
        nonlocal attempts
        attempts += 1
        if attempts > 1:
            subscriber._stopping.set()
        with socket.socket() as unconnected:
            connect(self, **arguments | {"sock": unconnected})

    monkeypatch.setattr(connector, "__init__", connect_unconnected)
    with socket.create_server(("127.0.0.1", 0)) as server, capture_logs() as lines:
        url = f"amqp://127.0.0.1:{server.getsockname()[1]}"
        subscriber = Subscriber(BrokerSettings(url=url), IngestSettings(), lambda _delivery: None)
        subscriber._log = structlog.get_logger()
        subscriber.start()
        subscriber._thread.join(60.0)

    assert not subscriber.alive
    assert subscriber.failure is None
    assert [True] * 2 == ["Expected connected socket" in line["error"] for line in lines]


def test_a_broker_that_refuses_connections_is_told_with_its_reason() -> None:
    """The error of a connection that never came about has no text of its own."""
    subscriber = Subscriber(BrokerSettings(), IngestSettings(), lambda _delivery: None)
    refused = ConnectionRefusedError(111, "Connection refused")
    with capture_logs() as lines:
        subscriber._log = structlog.get_logger()
        subscriber._on_end(MagicMock(), AMQPConnectionError(AMQPConnectionWorkflowFailed([refused])))

    ((event, reason),) = [(line["event"], line["reason"]) for line in lines]
    assert "broker_away" == event
    assert "Connection refused" in reason


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (IngestSettings(prefetch_count=8, buffer_bytes=2**30), 8),
        (IngestSettings(buffer_bytes=2**30), 16),
        (IngestSettings(), 4),
    ],
)
def test_the_trial_keeps_to_the_settings(settings: IngestSettings, expected: int) -> None:
    """The first deliveries are no more than may be in hand when each is of the greatest size."""
    subscriber = Subscriber(BrokerSettings(), settings, lambda _delivery: None)
    channel = RecordingChannel()
    subscriber._on_channel(channel)

    assert [expected] == channel.prefetch_counts


def test_wrong_settings_are_found_at_once() -> None:
    """A URL of another kind is refused before anything starts."""
    with pytest.raises(SettingsError):
        Subscriber(BrokerSettings(url="http://broker/"), IngestSettings(), lambda _delivery: None)


def test_a_full_queue_refuses_and_a_given_up_message_is_kept() -> None:
    """The queue never drops its oldest, and its dead letters go over confirmed."""
    arguments = ingest_arguments(IngestSettings())

    assert arguments["x-overflow"] == "reject-publish"
    assert arguments["x-dead-letter-strategy"] == "at-least-once"
    assert int(arguments["x-delivery-limit"]) > 20
    # RabbitMQ's own limit of 20 would hold for the dead letters as well, and they go nowhere after it.
    assert {"x-queue-type": "quorum", "x-delivery-limit": -1}.items() <= dead_letter_arguments(
        IngestSettings()
    ).items()


def test_a_failpoint_that_does_not_exist_is_refused() -> None:
    """A test that kills nothing would prove nothing."""
    with pytest.raises(SettingsError, match="after_comit"):
        Failpoints({VARIABLE: "after_comit"})


def test_without_the_variable_nothing_is_reached() -> None:
    """In production the failpoints are calls that return."""
    Failpoints({}).reach("after_commit")
