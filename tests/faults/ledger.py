# SPDX-License-Identifier: Apache-2.0
"""The ledger: what was sent, byte for byte, and its fate, in a file outside the system under test.

A message is written down and synced to the disk before its first byte goes to the broker. Its fate follows:
"confirmed" by the broker, "refused" by it, or "unknown", when the connection ended before the answer. An
unknown message may be stored or not; a later line of the same message replaces an earlier fate.
"""

import base64
import json
import os
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

Fate = Literal["attempted", "confirmed", "refused", "unknown", "undone"]
# What has to become of a message. Honest ones are stored. Hostile ones may be set aside as well.
# A trace is enough of what a host says about others' VMs.
Duty = Literal["store", "store or set aside", "leave a trace"]


class Attempt(NamedTuple):
    """One message as its sender gave it to the broker."""

    message_id: str
    host: str
    body: bytes
    duty: Duty = "store"
    event: bool = False


class Ledger:
    """Append-only; any thread may write."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = path.open("ab")
        self._attempts: dict[str, Attempt] = {}
        self._fates: dict[str, Fate] = {}

    @classmethod
    def read(cls, path: Path) -> Self:
        """Return a ledger that goes on with a file; a last line that was torn is left out."""
        ledger = cls(path)
        for line in path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n"):
                ledger._take(json.loads(line))
        return ledger

    def attempt(self, *attempts: Attempt) -> None:
        """Write down messages before they are sent; return when they are on the disk."""
        lines = [
            {
                "attempt": each.message_id,
                "host": each.host,
                "duty": each.duty,
                "event": each.event,
                "body": base64.b64encode(each.body).decode(),
            }
            for each in attempts
        ]
        self._write(lines)

    def fate(self, message_id: str, fate: Fate) -> None:
        """Write down what became of a message; return when it is on the disk."""
        self.fates([message_id], fate)

    def fates(self, message_ids: Iterable[str], fate: Fate) -> None:
        """Write down what became of messages that share a fate."""
        self._write([{"message": message_id, "fate": fate} for message_id in message_ids])

    def attempts(self) -> dict[str, Attempt]:
        """Return what was attempted, by id."""
        with self._lock:
            return dict(self._attempts)

    def fate_of(self, message_id: str) -> Fate:
        """Return the last fate of a message."""
        with self._lock:
            return self._fates[message_id]

    def with_fate(self, *fates: Fate) -> set[str]:
        """Return the ids of messages whose last fate is one of these."""
        with self._lock:
            return {message_id for message_id, fate in self._fates.items() if fate in fates}

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _write(self, lines: list[dict[str, Any]]) -> None:
        with self._lock:
            self._file.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
            self._file.flush()
            os.fsync(self._file.fileno())
            for line in lines:
                self._take(line)

    def _take(self, line: dict[str, Any]) -> None:
        if "attempt" in line:
            body = base64.b64decode(line["body"])
            attempt = Attempt(line["attempt"], line["host"], body, line["duty"], line["event"])
            self._attempts[attempt.message_id] = attempt
            self._fates.setdefault(attempt.message_id, "attempted")
        else:
            self._fates[line["message"]] = line["fate"]
