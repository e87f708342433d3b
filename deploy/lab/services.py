# SPDX-License-Identifier: Apache-2.0
"""The broker and database to use: servers named by the environment, or private ones of the lab.

- KVMGRID_AMQP_URL: of a user tagged "administrator", who makes users and virtual hosts.
- KVMGRID_AMQP_MANAGEMENT_URL: the same broker's management interface, default http://<host>:15672.
- KVMGRID_DATABASE_URL: of a superuser, who makes roles, databases and the extension timescaledb.

A server of the environment is never stopped, frozen or killed: `instance` is None then, and outage tests
start their own. libvirt always comes from the lab.
"""

from __future__ import annotations

import contextlib
import os
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote, unquote, urlsplit

from deploy.lab.broker_users import BrokerAdmin
from deploy.lab.database_admin import DatabaseAdmin
from deploy.lab.errors import LabError
from deploy.lab.postgresql import PostgreSql
from deploy.lab.rabbitmq import RabbitMq

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

MANAGEMENT_PORT = 15672
AMQP_PORTS = {"amqp": 5672, "amqps": 5671}


class Broker(NamedTuple):
    """A broker to work with."""

    administrator_url: str
    admin: BrokerAdmin
    instance: RabbitMq | None

    def amqp_url(self, user: str, password: str | None, virtual_host: str = "/") -> str:
        """AMQP URL of another user on this broker; without the password where that comes from a file."""
        parts = urlsplit(self.administrator_url)
        login = quote(user, safe="") + ("" if password is None else f":{quote(password, safe='')}")
        port = parts.port or AMQP_PORTS[parts.scheme]
        return f"{parts.scheme}://{login}@{parts.hostname}:{port}/{quote(virtual_host, safe='')}"


class Database(NamedTuple):
    """A database server to work with."""

    admin: DatabaseAdmin
    instance: PostgreSql | None


def broker_from_environment(environment: Mapping[str, str]) -> Broker | None:
    """The broker that KVMGRID_AMQP_URL names, None without it. Raises LabError when the URL is unusable."""
    url = environment.get("KVMGRID_AMQP_URL")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in AMQP_PORTS or not parts.hostname or not parts.username:
        raise LabError("KVMGRID_AMQP_URL must look like amqp://administrator:password@host:5672/")
    management = (
        environment.get("KVMGRID_AMQP_MANAGEMENT_URL") or f"http://{parts.hostname}:{MANAGEMENT_PORT}"
    )
    admin = BrokerAdmin(management, unquote(parts.username), unquote(parts.password or ""))
    return Broker(administrator_url=url, admin=admin, instance=None)


def database_from_environment(environment: Mapping[str, str]) -> Database | None:
    """The database server that KVMGRID_DATABASE_URL names, None without it."""
    url = environment.get("KVMGRID_DATABASE_URL")
    return Database(admin=DatabaseAdmin(url), instance=None) if url else None


@contextlib.contextmanager
def broker(*, directory: Path | None = None) -> Iterator[Broker]:
    """The environment's broker, or a private one for as long as the context lasts."""
    given = broker_from_environment(os.environ)
    if given is not None:
        yield given
        return
    with RabbitMq.start(directory=directory) as instance:
        yield Broker(administrator_url=instance.amqp_url(), admin=instance.admin, instance=instance)


@contextlib.contextmanager
def database(*, durable: bool = True, directory: Path | None = None) -> Iterator[Database]:
    """The environment's database server, or a private one for as long as the context lasts."""
    given = database_from_environment(os.environ)
    if given is not None:
        yield given
        return
    with PostgreSql.start(durable=durable, directory=directory) as instance:
        yield Database(admin=instance.admin, instance=instance)
