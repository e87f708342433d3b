# SPDX-License-Identifier: Apache-2.0
"""The real publisher as a process, and a witness behind the broker that no consumer touches.

Its spool file tells what it sampled: how many sequences were given out, and what still waits. So does the
witness, a queue of the test's own that gets a copy of each message. Both go into the ledger afterwards.
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from deploy.demo.child import Child
from publisher.wire.topics import EVENTS_EXCHANGE, SAMPLES_EXCHANGE
from tests.faults.ledger import Attempt, Ledger

HOST = "real000"
WITNESS = "witness"


class RealPublisher:
    """``kvmgrid-publisher run`` with a tick of a second, without libvirt; started as often as one wants."""

    def __init__(self, folder: Path, url: str, spool: Path | None = None) -> None:
        self.folder = folder
        self.spool = spool or folder / "spool"
        self._settings = folder / "publisher.toml"
        self._settings.touch(0o600)
        self._settings.write_text(
            f'host = "{HOST}"\ninterval_seconds = 1.0\n'
            f'[broker]\nurl = "{url}"\nheartbeat_seconds = 5\nconfirm_timeout_seconds = 5.0\n'
            "blocked_timeout_seconds = 5.0\n"
            f'[spool]\ndirectory = "{self.spool}"\nfree_floor_bytes = 65536\n'
            '[hypervisor]\nuri = ""\n'
        )
        self._child: Child | None = None

    def start(self, environment: Mapping[str, str] | None = None) -> None:
        """Start it, with the spool it has."""
        log = self.folder / "publisher.log"
        arguments = ("run", "--config", str(self._settings))
        self._child = Child("kvmgrid-publisher", *arguments, log=log, environment=environment)

    def kill(self) -> None:
        """End it with SIGKILL."""
        if self._child is not None:
            self._child.kill()

    def stop(self) -> int:
        """End it with SIGTERM and return its exit status."""
        return 0 if self._child is None or self._child.exit_status is not None else self._child.stop()

    @property
    def alive(self) -> bool:
        """Whether it runs."""
        return self._child is not None and self._child.exit_status is None

    def _spooled(self) -> tuple[str, int, set[int]]:
        """Return epoch, next sequence and the sequences that wait; a running process has the file alone."""
        path = self.spool / "spool.sqlite3"
        connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            ((epoch, following),) = connection.execute("SELECT epoch, next_sequence FROM spool")
            waiting = {int(row[0]) for row in connection.execute("SELECT sequence FROM messages")}
        finally:
            connection.close()
        return str(epoch), int(following), waiting

    def write_down(self, ledger: Ledger, channel: Any) -> int:
        """Put all that the publisher gave a sequence to into the ledger; return how many messages wait."""
        seen = read_witness(channel)
        ledger.attempt(*seen.values())
        ledger.fates(seen, "confirmed")
        epoch, following, waiting = self._spooled()
        unseen = [
            Attempt(f"{HOST}/{epoch}/{sequence}", HOST, b"", "store")
            for sequence in range(1, following)
            if f"{HOST}/{epoch}/{sequence}" not in seen
        ]
        ledger.attempt(*unseen)
        # What left the spool was confirmed or dropped; what waits has no fate yet.
        gone = [each for each in unseen if int(each.message_id.rpartition("/")[2]) not in waiting]
        ledger.fates([each.message_id for each in gone], "confirmed")
        return len(waiting)


def declare_witness(channel: Any) -> None:
    """Make the queue that gets a copy of what the real publisher sends."""
    channel.queue_declare(WITNESS, durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(WITNESS, SAMPLES_EXCHANGE, f"{HOST}.sample")
    channel.queue_bind(WITNESS, EVENTS_EXCHANGE, f"{HOST}.event.*")


def read_witness(channel: Any) -> dict[str, Attempt]:
    """Return what the witness has, by id; copies of one message are one."""
    found: dict[str, Attempt] = {}
    while True:
        method, properties, body = channel.basic_get(WITNESS, auto_ack=True)
        if method is None:
            return found
        event = method.exchange == EVENTS_EXCHANGE
        found[properties.message_id] = Attempt(properties.message_id, HOST, body, "store", event)
