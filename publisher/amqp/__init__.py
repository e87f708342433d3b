# SPDX-License-Identifier: Apache-2.0
"""The broker over AMQP 0-9-1: sessions, login, the meaning of errors. Only this package imports pika."""

from publisher.amqp.login import check_login
from publisher.amqp.session import Outgoing, Session, Settled, Traffic, Verdict

__all__ = ["Outgoing", "Session", "Settled", "Traffic", "Verdict", "check_login"]
