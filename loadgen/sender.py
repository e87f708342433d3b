# SPDX-License-Identifier: Apache-2.0
r"""Publishes for every simulated host over one connection; the only place of loadgen that knows pika.

A broker user may normally set no user_id but its own name. The tag ``impersonator`` lifts that, so one user
with the tag and write permission on ``^kvmgrid\.(samples|events)\z`` speaks for the whole simulated fleet:

    rabbitmqctl add_user kvmgrid-loadgen …; rabbitmqctl set_user_tags kvmgrid-loadgen impersonator

Never give the tag to a user of a broker that real hosts publish to.
"""

from types import TracebackType
from typing import Self

import pika
from pika import exceptions

from loadgen.errors import BrokerError
from publisher.wire.broker import BrokerSettings, resolve_login
from publisher.wire.codec import CONTENT_TYPE, SAMPLE_TYPE, encode, message_id
from publisher.wire.samples import SampleBatch
from publisher.wire.topics import SAMPLES_EXCHANGE, sample_key

DEFAULT_USER = "kvmgrid-loadgen"


class Sender:
    """One confirmed, mandatory and persistent message after the other. Raises BrokerError."""

    def __init__(self, settings: BrokerSettings) -> None:
        login = resolve_login(settings, DEFAULT_USER)
        try:
            self._connection = pika.BlockingConnection(
                pika.ConnectionParameters(
                    host=login.address.host,
                    port=login.address.port,
                    virtual_host=login.address.virtual_host,
                    credentials=pika.PlainCredentials(login.user, login.password or ""),
                    ssl_options=pika.SSLOptions(login.tls, login.address.host) if login.tls else None,
                    heartbeat=settings.heartbeat_seconds,
                    blocked_connection_timeout=settings.blocked_timeout_seconds,
                    client_properties={"connection_name": "kvmgrid-loadgen", "product": "kvmgrid"},
                )
            )
            self._channel = self._connection.channel()
            self._channel.confirm_delivery()
        except (exceptions.AMQPError, OSError) as error:
            raise BrokerError(f"no connection to {login.address.endpoint}: {error!r}") from error

    def send(self, batch: SampleBatch) -> None:
        """Publish a batch as its host would and wait for the broker's confirm."""
        properties = pika.BasicProperties(
            content_type=CONTENT_TYPE,
            delivery_mode=pika.DeliveryMode.Persistent.value,
            message_id=message_id(batch),
            timestamp=int(batch.sampled_at.timestamp()),
            type=SAMPLE_TYPE,
            user_id=batch.host,
            app_id="kvmgrid-loadgen",
        )
        try:
            self._channel.basic_publish(
                SAMPLES_EXCHANGE, sample_key(batch.host), encode(batch), properties, mandatory=True
            )
        except exceptions.UnroutableError as error:
            raise BrokerError("no queue takes the samples: start a consumer once, it declares it") from error
        except exceptions.NackError as error:
            raise BrokerError("the broker takes no more samples: the queue is full") from error
        except exceptions.ChannelClosedByBroker as error:
            raise BrokerError(f"the broker refuses: {error.reply_text}") from error
        except (exceptions.AMQPError, OSError) as error:
            raise BrokerError(f"the connection is lost: {error!r}") from error

    def rest(self, seconds: float) -> None:
        """Wait, answering heartbeats."""
        try:
            self._connection.sleep(seconds)
        except (exceptions.AMQPError, OSError) as error:
            raise BrokerError(f"the connection is lost: {error!r}") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection.is_open:
            self._connection.close()
