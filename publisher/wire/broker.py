# SPDX-License-Identifier: Apache-2.0
"""How a process reaches the broker: the ``[broker]`` section of publisher, consumer and load generator."""

from pathlib import Path
from typing import Annotated

from msgspec import Meta, Struct


class BrokerSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[broker]`` section.

    ``url`` is ``amqp://user@server:5672/virtual-host`` or ``amqps://…``; a password in it is accepted for
    trying out, ``password_file`` is the place for a real one. With ``certificate_file`` and ``key_file`` the
    process logs in by TLS certificate (SASL EXTERNAL). ``blocked_timeout_seconds`` bounds the wait while
    the broker is short of memory or disk and reads nothing: pika itself would wait for ever.
    """

    url: str = "amqp://localhost:5672/"
    password_file: Path | None = None
    ca_file: Path | None = None
    certificate_file: Path | None = None
    key_file: Path | None = None
    heartbeat_seconds: Annotated[int, Meta(ge=5, le=600)] = 30
    confirm_timeout_seconds: Annotated[float, Meta(gt=0)] = 30.0
    blocked_timeout_seconds: Annotated[float, Meta(gt=0)] = 60.0
