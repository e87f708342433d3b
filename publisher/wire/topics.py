# SPDX-License-Identifier: Apache-2.0
"""Names on the broker. The only builder and parser of routing keys.

A host id has no dots, so that it is one word of a topic key. It equals the broker user name, so that the
broker itself can refuse a host that speaks for another.
"""

import re
from typing import NamedTuple

SAMPLES_EXCHANGE = "kvmgrid.samples"
EVENTS_EXCHANGE = "kvmgrid.events"
DEAD_LETTER_EXCHANGE = "kvmgrid.dead-letters"
INGEST_QUEUE = "kvmgrid.ingest"
DEAD_LETTER_QUEUE = "kvmgrid.dead-letters"

# fullmatch below: "$" would also match before a trailing newline.
_HOST_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_KEY = re.compile(r"(?P<host>[a-z0-9][a-z0-9-]{0,62})\.(?:sample|event\.(?P<kind>[a-z][a-z_]{0,62}))")


class RoutingKey(NamedTuple):
    """A parsed key; ``event_kind`` is None for a sample."""

    host: str
    event_kind: str | None


def is_host_id(text: str) -> bool:
    """Tell whether ``text`` may name a host: 1 to 63 of a-z, 0-9 and inner or final hyphens."""
    return _HOST_ID.fullmatch(text) is not None


def sample_key(host: str) -> str:
    """Return the routing key of a host's sample batches."""
    return f"{host}.sample"


def event_key(host: str, kind: str) -> str:
    """Return the routing key of a host's events of one kind."""
    return f"{host}.event.{kind}"


def parse_key(routing_key: str) -> RoutingKey | None:
    """Return the parts of a routing key, or None if it is not one of ours."""
    match = _KEY.fullmatch(routing_key)
    return RoutingKey(match["host"], match["kind"]) if match else None
