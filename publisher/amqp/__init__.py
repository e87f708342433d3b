# SPDX-License-Identifier: Apache-2.0
"""The broker over AMQP 0-9-1: sessions, login, the meaning of errors. Only this package imports pika."""

from publisher.pika_trimming import keep_asyncio_out

# Before the first import of pika, which is in the next line.
keep_asyncio_out()

from publisher.amqp.login import check_login  # noqa: E402 - see above
from publisher.amqp.session import AnsweredMessage, BrokerAnswer, Outgoing, Session, Traffic  # noqa: E402 - see above

__all__ = ["AnsweredMessage", "BrokerAnswer", "Outgoing", "Session", "Traffic", "check_login"]
