# SPDX-License-Identifier: Apache-2.0
"""A private Alertmanager on a loopback port, without a cluster: each member of one takes alerts by itself."""

from __future__ import annotations

import http.client
from typing import TYPE_CHECKING

from deploy.lab.instance import Command, Instance
from deploy.lab.ports import free_ports

if TYPE_CHECKING:
    from pathlib import Path

    from deploy.lab.enclosure import Enclosure
    from deploy.lab.rootfs import RootFolder

CONFIGURATION = "route:\n  receiver: nobody\nreceivers:\n  - name: nobody\n"


class Alertmanager(Instance):
    """An Alertmanager that tells nobody."""

    NAME = "alertmanager"

    def __init__(self, *, directory: Path | None = None, root: RootFolder | None = None) -> None:
        super().__init__(directory=directory, root=root)
        self.port = 0
        self._user = self.root.user("prometheus")

    @property
    def url(self) -> str:
        """Where it takes alerts."""
        return f"http://127.0.0.1:{self.port}"

    def _choose_ports(self) -> None:
        (self.port,) = free_ports(1)

    def _prepare(self, enclosure: Enclosure) -> None:  # noqa: ARG002 - nothing has to run inside
        data = self.directory / "data"
        data.mkdir(exist_ok=True)
        (data / "alertmanager.yml").write_text(CONFIGURATION)
        for path in (data, data / "alertmanager.yml"):
            self._user.own(path)

    def _command(self) -> Command:
        data = self.directory / "data"
        return Command(
            arguments=[
                "/usr/bin/prometheus-alertmanager",
                f"--config.file={data / 'alertmanager.yml'}",
                f"--storage.path={data}",
                f"--web.listen-address=127.0.0.1:{self.port}",
                "--cluster.listen-address=",
            ],
            user=self._user,
        )

    def _is_ready(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1.0)
        try:
            connection.request("GET", "/-/ready")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
