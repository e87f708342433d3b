# SPDX-License-Identifier: Apache-2.0
"""One thing that happened, before it gets a host, an epoch and a sequence and becomes the wire's Event."""

from datetime import datetime

from msgspec import Struct


class Happening(Struct, frozen=True, kw_only=True):
    """One event of libvirt, or a change of the connection to it. Fields: publisher.wire.samples.Event."""

    kind: str
    occurred_at: datetime
    domain_uuid: str | None = None
    domain_name: str | None = None
    libvirt_id: int | None = None
    detail: str | None = None
    attributes: dict[str, str] = {}
