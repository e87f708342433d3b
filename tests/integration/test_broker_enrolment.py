# SPDX-License-Identifier: Apache-2.0
"""deploy/rabbitmq/enrol, which operators run, gives the rights that the tests' own users have."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pika
import pytest
from pika.exceptions import AMQPConnectionError, ConnectionClosedByBroker, ProbableAuthenticationError

from deploy.lab.errors import CommandError
from deploy.lab.rabbitmq import RabbitMq
from publisher.amqp.probe import probe
from publisher.wire.broker import BrokerSettings

ENROL = Path(__file__).resolve().parents[2] / "deploy" / "rabbitmq" / "enrol"
VIRTUAL_HOST = "site"
PASSWORD = "it's not $secret"  # noqa: S105 - the broker exists for this test only


@pytest.fixture(scope="module")
def broker() -> Iterator[RabbitMq]:
    """Start one broker for the module."""
    with RabbitMq.start() as running:
        running.admin.add_virtual_host(VIRTUAL_HOST)
        shutil.copy(ENROL, running.directory / "enrol")
        yield running


def enrol(broker: RabbitMq, *arguments: str, password: str = PASSWORD, **more: str) -> None:
    """Run the script beside the broker, the password on its standard input."""
    script = str(broker.directory / "enrol")
    broker.enclosure.run(
        ["bash", "-c", 'printf "%s\\n" "$1" | "${@:2}"', "bash", password, script, *arguments],
        log=broker.log_path,
        user=broker._user,
        environment=broker._environment() | {"PATH": "/usr/lib/rabbitmq/bin:/usr/bin:/bin"} | more,
    )


def rights(broker: RabbitMq, user: str) -> list[dict[str, Any]]:
    """Return every permission that a user has, whatever its virtual host, without the user's name."""
    found = broker.admin.request("GET", f"users/{user}/permissions")
    found += broker.admin.request("GET", f"users/{user}/topic-permissions")
    assert found
    return sorted(({**right, "user": None} for right in found), key=str)


def limits(broker: RabbitMq, user: str) -> dict[str, int]:
    """Return how many connections and channels a user may have."""
    ((found),) = broker.admin.request("GET", f"user-limits/{user}")
    value: dict[str, int] = found["value"]
    return value


def is_ended(connection: pika.BlockingConnection) -> bool:
    """Wait for the broker to close a connection."""
    try:
        connection.process_data_events(time_limit=10)
    except AMQPConnectionError:
        return True
    return False


def is_refused(broker: RabbitMq, user: str) -> bool:
    """Try to log in."""
    try:
        log_in(broker, user, PASSWORD)
    except (AMQPConnectionError, ConnectionClosedByBroker):
        return True
    return False


def log_in(broker: RabbitMq, user: str, password: str, virtual_host: str = "/") -> None:
    """Open and close a connection."""
    pika.BlockingConnection(pika.URLParameters(broker.amqp_url(user, password, virtual_host))).close()


def test_an_enrolled_publisher_has_the_rights_of_a_publisher(broker: RabbitMq) -> None:
    """Its user logs in, without tags, and may do what is tested of the tests' own publishers."""
    enrol(broker, "publisher", "hv-1")
    broker.admin.add_publisher("hv-2", PASSWORD)

    log_in(broker, "hv-1", PASSWORD)
    assert [] == broker.admin.request("GET", "users/hv-1")["tags"]
    assert rights(broker, "hv-2") == rights(broker, "hv-1")
    assert limits(broker, "hv-2") == limits(broker, "hv-1")


def test_an_enrolled_consumer_has_the_rights_of_a_consumer(broker: RabbitMq) -> None:
    """In the virtual host that is asked for, and in no other."""
    enrol(broker, "--vhost", VIRTUAL_HOST, "consumer", "consumer-1")
    broker.admin.add_consumer("consumer-2", PASSWORD, VIRTUAL_HOST)

    log_in(broker, "consumer-1", PASSWORD, VIRTUAL_HOST)
    assert rights(broker, "consumer-2") == rights(broker, "consumer-1")
    assert limits(broker, "consumer-2") == limits(broker, "consumer-1")


def test_a_second_run_changes_the_password(broker: RabbitMq) -> None:
    """The rights stay, the old password is worth nothing, and who came in with it is sent away."""
    enrol(broker, "publisher", "hv-3")
    before = rights(broker, "hv-3")
    thief = pika.BlockingConnection(pika.URLParameters(broker.amqp_url("hv-3", PASSWORD)))
    enrol(broker, "publisher", "hv-3", password="another")  # noqa: S106 - likewise

    assert is_ended(thief)
    log_in(broker, "hv-3", "another")
    with pytest.raises(ProbableAuthenticationError):
        log_in(broker, "hv-3", PASSWORD)
    assert before == rights(broker, "hv-3")


def open_to_the_limit(broker: RabbitMq, user: str) -> list[pika.BlockingConnection]:
    """Open connections until the broker refuses one, and return them."""
    held: list[pika.BlockingConnection] = []
    with contextlib.suppress(AMQPConnectionError, ConnectionClosedByBroker):
        while len(held) < 20:
            held.append(pika.BlockingConnection(pika.URLParameters(broker.amqp_url(user, PASSWORD))))
    return held


def test_a_user_has_a_number_of_connections_and_revoked_none(broker: RabbitMq) -> None:
    """One host does not take the others' connections; revoked, it loses its own and does not come back."""
    enrol(broker, "publisher", "hv-5")
    held = open_to_the_limit(broker, "hv-5")
    assert 8 == len(held)
    enrol(broker, "revoke", "hv-5")

    assert all(is_ended(connection) for connection in held)
    assert is_refused(broker, "hv-5")
    assert "hv-5" not in {user["name"] for user in broker.admin.request("GET", "users")}


@pytest.mark.parametrize(
    ("role", "user"),
    [("publisher", "hv-6"), pytest.param("consumer", "consumer-6", marks=pytest.mark.long)],
)
def test_a_suspended_user_comes_back_with_its_password(broker: RabbitMq, role: str, user: str) -> None:
    """Suspended it loses its connection, gets none and is told why; resumed, all is as before."""
    enrol(broker, role, user)
    before = (rights(broker, user), limits(broker, user))
    connection = pika.BlockingConnection(pika.URLParameters(broker.amqp_url(user, PASSWORD)))
    enrol(broker, "suspend", user)

    assert is_ended(connection)
    assert is_refused(broker, user)
    (answer,) = probe(BrokerSettings(url=broker.amqp_url(user, PASSWORD)), user).answers
    assert answer.error is not None
    assert ("suspended", True) == (answer.error.fault, f"enrol resume {user}" in answer.error.fix)
    enrol(broker, "resume", user)
    log_in(broker, user, PASSWORD)
    assert before == (rights(broker, user), limits(broker, user))


def test_a_user_that_is_not_there_is_said(broker: RabbitMq) -> None:
    """A slip in the name is no success."""
    with pytest.raises(CommandError, match="failed with 1"):
        enrol(broker, "suspend", "hv-nobody")


@pytest.mark.parametrize(
    ("arguments", "password"),
    [
        (("publisher", "hv.4"), PASSWORD),
        (("publisher", ".*"), PASSWORD),
        (("publisher", "hv[0-9]"), PASSWORD),
        (("publisher", ""), PASSWORD),
        (("publisher", "-hv4"), PASSWORD),
        (("publisher", "hv-4\n"), PASSWORD),
        (("publisher", "hv-4\nhv-5"), PASSWORD),
        (("publisher", "h" * 64), PASSWORD),
        (("publisher", "HV-4"), PASSWORD),
        (("publisher", "hv-\N{CYRILLIC SMALL LETTER A}"), PASSWORD),
        (("publisher", "hv-\N{LATIN SMALL LETTER E WITH ACUTE}"), PASSWORD),
        (("publisher", "hv-\N{FULLWIDTH DIGIT FOUR}"), PASSWORD),
        (("publisher", "hv-4"), ""),
    ],
    ids=[
        "no host id",
        "a pattern",
        "a set",
        "empty",
        "a dash first",
        "a line end",
        "two lines",
        "64 characters",
        "upper case",
        "look-alike",
        "accent",
        "other digit",
        "no password",
    ],
)
def test_what_would_break_the_rules_is_refused(
    broker: RabbitMq, arguments: tuple[str, ...], password: str
) -> None:
    """Nothing is made then, in a session with Unicode too."""
    before = broker.admin.request("GET", "users")
    with pytest.raises(CommandError, match="failed with 2"):
        enrol(broker, *arguments, password=password, LC_ALL="C.UTF-8")

    assert before == broker.admin.request("GET", "users")
