# SPDX-License-Identifier: Apache-2.0
"""A private RabbitMQ broker on loopback ports: AMQP 0-9-1 and the management interface.

There is no guest user and no anonymous login; the administrator has a random password. Users for publishers
and consumers come from `admin` (broker_users.py). Durable like a real one: quorum queues sync as usual.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from deploy.lab.broker_users import BrokerAdmin
from deploy.lab.errors import BrokerUserError
from deploy.lab.instance import Command, Instance
from deploy.lab.ports import free_ports
from deploy.lab.process import read_state
from deploy.lab.readiness import amqp_answers

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.lab.enclosure import Enclosure
    from deploy.lab.process import Process
    from deploy.lab.rootfs import RootFolder

ADMINISTRATOR = "lab-administrator"
CONFIGURATION = """\
listeners.tcp.1 = 127.0.0.1:{amqp_port}
management.tcp.ip = 127.0.0.1
management.tcp.port = {management_port}
# Figures per queue and connection would cost processor time every few seconds; totals come on demand.
management_agent.disable_metrics_collector = true
default_user = {administrator}
default_pass = {password}
default_user_tags.administrator = true
auth_mechanisms.1 = PLAIN
anonymous_login_user = none
heartbeat = 30
frame_max = 16384
max_message_size = 16777216
disk_free_limit.absolute = 100MB
log.console = true
log.console.level = info
"""
PLUGINS = "[rabbitmq_management].\n"
# Schedulers without work sleep at once instead of spinning: idle brokers share two cores with everything
# else.
ERLANG_ARGUMENTS = "+sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}"


class RabbitMq(Instance):
    """A RabbitMQ node of its own, with a private epmd inside its namespace."""

    NAME = "rabbitmq"

    def __init__(self, *, directory: Path | None = None, root: RootFolder | None = None) -> None:
        super().__init__(directory=directory, root=root)
        self.administrator_password = self.secret("administrator")
        self.amqp_port = self.management_port = self._distribution_port = self._epmd_port = 0
        self._user = self.root.user("rabbitmq")

    def _choose_ports(self) -> None:
        self.amqp_port, self.management_port, self._distribution_port, self._epmd_port = free_ports(4)

    def _prepare(self, enclosure: Enclosure) -> None:  # noqa: ARG002 - nothing has to run inside
        (self.directory / "data").mkdir(exist_ok=True)
        files = {
            "rabbitmq.conf": CONFIGURATION.format(
                amqp_port=self.amqp_port,
                management_port=self.management_port,
                administrator=ADMINISTRATOR,
                password=self.administrator_password,
            ),
            "enabled_plugins": PLUGINS,
            # An empty file in place of the package's, which would override the environment.
            "rabbitmq-env.conf": "",
        }
        for name, text in files.items():
            path = self.directory / "data" / name
            path.touch(0o600)
            path.write_text(text)
        for path in (self.directory / "data", *((self.directory / "data" / name) for name in files)):
            self._user.own(path)

    def _command(self) -> Command:
        data = self.directory / "data"
        return Command(
            arguments=["/usr/lib/rabbitmq/bin/rabbitmq-server"],
            user=self._user,
            environment=self._environment()
            | {
                "RABBITMQ_CONFIG_FILE": str(data / "rabbitmq"),
                "RABBITMQ_ENABLED_PLUGINS_FILE": str(data / "enabled_plugins"),
                "RABBITMQ_MNESIA_BASE": str(data / "mnesia"),
                "RABBITMQ_LOG_BASE": str(data / "log"),
                "RABBITMQ_DIST_PORT": str(self._distribution_port),
                "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": ERLANG_ARGUMENTS,
            },
        )

    def _environment(self) -> dict[str, str]:
        return {
            "HOME": str(self.directory / "data"),
            "RABBITMQ_NODENAME": "rabbit@localhost",
            "RABBITMQ_CONF_ENV_FILE": str(self.directory / "data" / "rabbitmq-env.conf"),
            "ERL_EPMD_PORT": str(self._epmd_port),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }

    def _is_ready(self) -> bool:
        if not amqp_answers(self.amqp_port):
            return False
        try:
            return bool(self.admin.version())
        except BrokerUserError:
            return False

    def _stop_target(self) -> Process | None:
        # The Erlang machine shuts down cleanly on SIGTERM by itself; the start script would run rabbitmqctl
        # first, which takes seconds.
        for process in self.enclosure.processes():
            state = read_state(process.pid)
            if state is not None and state.name == "beam.smp":
                return process
        return super()._stop_target()

    @property
    def management_url(self) -> str:
        """Address of the management interface."""
        return f"http://127.0.0.1:{self.management_port}"

    @property
    def admin(self) -> BrokerAdmin:
        """Users, permissions and virtual hosts, as the administrator."""
        return BrokerAdmin(self.management_url, ADMINISTRATOR, self.administrator_password)

    def amqp_url(
        self, user: str = ADMINISTRATOR, password: str | None = None, virtual_host: str = "/"
    ) -> str:
        """AMQP URL of a user; without arguments the administrator's."""
        secret = self.administrator_password if password is None else password
        login = f"{quote(user, safe='')}:{quote(secret, safe='')}"
        return f"amqp://{login}@127.0.0.1:{self.amqp_port}/{quote(virtual_host, safe='')}"

    def remembers(self, virtual_host: str, quorum_queue: str) -> bool:
        """Whether a quorum queue of a virtual host outlives a kill.

        RabbitMQ 4.0 writes the names of new quorum queues to disk three seconds late. A broker killed before
        does not find the queue's log again, and refuses every message from then on.
        """
        found = self.directory.glob("data/mnesia/*/quorum/*/names.dets")
        name = f"{virtual_host}_{quorum_queue}".encode()
        return any(name in path.read_bytes() for path in found)

    def control(self, *arguments: str) -> None:
        """Run rabbitmqctl (takes seconds); its output goes to the log. Raises CommandError."""
        self.enclosure.run(
            ["/usr/lib/rabbitmq/bin/rabbitmqctl", *arguments],
            log=self.log_path,
            user=self._user,
            environment=self._environment(),
        )
