# SPDX-License-Identifier: Apache-2.0
"""How large a frame and a message the broker's node takes: settings of it that a client can find out.

The largest message shows only by sending one. It goes into a transaction that is rolled back, to no queue.
"""

import contextlib
import re
from typing import NamedTuple

import pika
from pika import exceptions

from consumer.broker.login import connection_parameters
from consumer.errors import BrokerAway, BrokerRefused
from publisher.wire.broker import MESSAGE_BYTES_MAX, BrokerSettings
from publisher.wire.topics import DEAD_LETTER_EXCHANGE

_PRECONDITION_FAILED = 406


class NodeLimits(NamedTuple):
    """``message_bytes`` is None where the node takes more than MESSAGE_BYTES_MAX."""

    frame_bytes: int
    message_bytes: int | None


def read_node_limits(broker: BrokerSettings) -> NodeLimits:
    """Ask the broker; sends 16 MiB. Raise BrokerAway, BrokerRefused or SettingsError."""
    try:
        connection = pika.BlockingConnection(connection_parameters(broker))
    except (exceptions.ProbableAuthenticationError, exceptions.AuthenticationError) as error:
        raise BrokerRefused("the broker refused the login") from error
    except (exceptions.AMQPError, OSError) as error:
        raise BrokerAway(f"the broker cannot be reached: {error!r}") from error
    try:
        frame_bytes = int(connection._impl.params.frame_max)  # noqa: SLF001 - pika tells it nowhere else
        channel = connection.channel()
        channel.tx_select()
        channel.basic_publish(DEAD_LETTER_EXCHANGE, "", bytes(MESSAGE_BYTES_MAX + 1))
        channel.tx_rollback()
    except exceptions.ChannelClosedByBroker as error:
        if error.reply_code != _PRECONDITION_FAILED:
            raise BrokerRefused(f"the broker's limits cannot be read: {error.reply_text}") from error
        size = re.search(r"max size (\d+)", error.reply_text)
        return NodeLimits(frame_bytes, int(size[1]) if size else MESSAGE_BYTES_MAX)
    except exceptions.AMQPError as error:
        raise BrokerAway(f"the broker went away: {error!r}") from error
    else:
        return NodeLimits(frame_bytes, None)
    finally:
        with contextlib.suppress(exceptions.AMQPError):
            connection.close()
