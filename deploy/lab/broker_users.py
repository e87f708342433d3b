# SPDX-License-Identifier: Apache-2.0
r"""Who may do what on the broker: one user per publisher whose name is the host id, and users for consumers.

The recipe (deploy/rabbitmq/enrol is the same with rabbitmqctl; a test compares them):
- Publishers and consumers have limits of connections and channels.
- A publisher declares and reads nothing. It writes to the exchanges kvmgrid.samples and kvmgrid.events. Its
  routing keys begin with its own name: `<host>.sample` and `<host>.event.<kind>`. The broker checks a user_id
  property against the login.
- An impersonator writes as a publisher does, but for any host: for simulated fleets, on a broker without real
  hosts.
- A consumer declares, writes and reads whatever begins with `kvmgrid.`.
- A load generator's scenarios declare the exchange kvmgrid.truth and write to it.
- The topic permissions are set before the general ones. So at no moment could a publisher use every routing
  key.
Patterns are Erlang regular expressions: unanchored, and `$` matches before a final line feed, hence `^`
and `\z`.
"""

from __future__ import annotations

import base64
import http.client
import json
import re
import urllib.error
import urllib.request
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from deploy.lab.errors import BrokerUserError

if TYPE_CHECKING:
    from collections.abc import Mapping

HOST_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
NOTHING = "^$"
PUBLISHER_WRITE = r"^kvmgrid\.(samples|events)\z"
PUBLISHER_TOPICS = {
    "kvmgrid.samples": r"^{username}\.sample\z",
    "kvmgrid.events": r"^{username}\.event\.[a-z_]+\z",
}
CONSUMER_OBJECTS = r"^kvmgrid\..*"
PUBLISHER_LIMITS = {"max-connections": 8, "max-channels": 32}
CONSUMER_LIMITS = {"max-connections": 64, "max-channels": 256}
TRUTH = r"^kvmgrid\.truth\z"
TIMEOUT_SECONDS = 10.0


class Permissions(NamedTuple):
    """Patterns of names that a user may configure, write and read."""

    configure: str
    write: str
    read: str


PUBLISHER_PERMISSIONS = Permissions(configure=NOTHING, write=PUBLISHER_WRITE, read=NOTHING)
CONSUMER_PERMISSIONS = Permissions(configure=CONSUMER_OBJECTS, write=CONSUMER_OBJECTS, read=CONSUMER_OBJECTS)
SCENARIO_PERMISSIONS = Permissions(configure=TRUTH, write=TRUTH, read=NOTHING)


class BrokerAdmin:
    """The management interface of a broker, used as an administrator. Every method raises BrokerUserError."""

    def __init__(self, url: str, user: str, password: str) -> None:
        self.url = url.rstrip("/")
        self.user = user
        self._login = base64.b64encode(f"{user}:{password}".encode()).decode()
        # A proxy meant for the outside world must not see requests to the broker.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def request(self, method: str, path: str, body: object = None) -> Any:
        """The decoded answer to one call, None without a body; `path` follows /api/ and is quoted already."""
        request = urllib.request.Request(  # noqa: S310 - the scheme is the configured management URL's
            f"{self.url}/api/{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Basic {self._login}", "Content-Type": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=TIMEOUT_SECONDS) as answer:
                text = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                detail = error.read().decode(errors="replace")
            raise BrokerUserError(f"the broker answered {error.code} to {method} {path}: {detail}") from error
        except (OSError, http.client.HTTPException) as error:
            raise BrokerUserError(
                f"the broker's management interface at {self.url} does not answer: {error}"
            ) from error
        return json.loads(text) if text else None

    def version(self) -> str:
        """The broker's version."""
        return str(self.request("GET", "overview")["rabbitmq_version"])

    def add_virtual_host(self, name: str) -> None:
        """Make a virtual host; the administrator may use it."""
        self.request("PUT", f"vhosts/{quoted(name)}", {})
        self.set_permissions(self.user, name, Permissions(".*", ".*", ".*"))

    def delete_virtual_host(self, name: str) -> None:
        """Delete a virtual host with everything in it."""
        self.request("DELETE", f"vhosts/{quoted(name)}")

    def add_user(self, name: str, password: str, *, tags: str = "") -> None:
        """Make a user without permissions, or change its password and tags."""
        self.request("PUT", f"users/{quoted(name)}", {"password": password, "tags": tags})

    def delete_user(self, name: str) -> None:
        """Delete a user; the broker closes its connections at once."""
        self.request("DELETE", f"users/{quoted(name)}")

    def set_permissions(self, user: str, virtual_host: str, permissions: Permissions) -> None:
        """Set a user's general permissions in a virtual host."""
        self.request("PUT", f"permissions/{quoted(virtual_host)}/{quoted(user)}", permissions._asdict())

    def set_topic_permission(self, user: str, virtual_host: str, exchange: str, write: str) -> None:
        """Set the routing keys a user may publish with to a topic exchange; it may bind with none."""
        body = {"exchange": exchange, "write": write, "read": NOTHING}
        self.request("PUT", f"topic-permissions/{quoted(virtual_host)}/{quoted(user)}", body)

    def set_limits(self, user: str, limits: Mapping[str, int]) -> None:
        """Set how many connections and channels a user may have open."""
        for name, value in limits.items():
            self.request("PUT", f"user-limits/{quoted(user)}/{name}", {"value": value})

    def add_publisher(self, host: str, password: str, virtual_host: str = "/") -> None:
        """Make the user of a host's publisher."""
        if not HOST_ID.fullmatch(host):
            raise BrokerUserError(
                f"{host!r} is no host id: lower-case letters, digits and dashes, at most 63, no dash first"
            )
        self.add_user(host, password)
        for exchange, write in PUBLISHER_TOPICS.items():
            self.set_topic_permission(host, virtual_host, exchange, write)
        self.set_permissions(host, virtual_host, PUBLISHER_PERMISSIONS)
        self.set_limits(host, PUBLISHER_LIMITS)

    def add_consumer(self, name: str, password: str, virtual_host: str = "/") -> None:
        """Make a user for consumers."""
        self.add_user(name, password)
        self.set_permissions(name, virtual_host, CONSUMER_PERMISSIONS)
        self.set_limits(name, CONSUMER_LIMITS)

    def add_impersonator(self, name: str, password: str, virtual_host: str = "/") -> None:
        """Make a user that may speak for every host: for simulated fleets, on brokers without real hosts."""
        self.add_user(name, password, tags="impersonator")
        self.set_permissions(name, virtual_host, PUBLISHER_PERMISSIONS)

    def add_scenario(self, name: str, password: str, virtual_host: str = "/") -> None:
        """Make a user for the scenarios of a load generator."""
        self.add_user(name, password)
        self.set_permissions(name, virtual_host, SCENARIO_PERMISSIONS)

    def queue_depth(self, queue: str, virtual_host: str = "/") -> int | None:
        """Messages in a queue, ready and unacknowledged; None when there is no such queue.

        A quorum queue tells its figures every five seconds and after a restart only then: poll, or consume.
        """
        queues = self.request(
            "GET", f"queues/{quoted(virtual_host)}?disable_stats=true&enable_queue_totals=true"
        )
        return next((int(item.get("messages", 0)) for item in queues if item["name"] == queue), None)


def quoted(name: str) -> str:
    """A name as one part of a path, "/" included."""
    return quote(name, safe="")
