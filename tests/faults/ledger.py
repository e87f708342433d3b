# SPDX-License-Identifier: Apache-2.0
"""The ledger: what was sent, byte for byte, and its fate, in a file outside the system under test.

A message is written down and synced to the disk before its first byte goes to the broker. Its fate follows:
"confirmed" by the broker, "refused" by it, or "unknown", when the connection ended before the answer. An
unknown message may be stored or not; a later line of the same message replaces an earlier fate. Each line
has its time, and what the trial did meanwhile stands between.
"""

import base64
import json
import os
import threading
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, NamedTuple, Self

Fate = Literal["attempted", "confirmed", "refused", "unknown", "undone"]
# What has to become of a message. Honest ones are stored. Hostile ones may be set aside as well.
# A trace is enough of what a host says about others' VMs.
Duty = Literal["store", "store or set aside", "leave a trace"]
# A longer body is compressed (zlib).
_LARGE_BYTES = 100_000


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
        self._write([_line(each) for each in attempts])
        with self._lock:
            for each in attempts:
                self._attempts[each.message_id] = each
                self._fates.setdefault(each.message_id, "attempted")

    def fate(self, message_id: str, fate: Fate) -> None:
        """Write down what became of a message; return when it is on the disk."""
        self.fates([message_id], fate)

    def fates(self, message_ids: Iterable[str], fate: Fate) -> None:
        """Write down what became of messages that share a fate."""
        lines = [{"message": message_id, "fate": fate} for message_id in message_ids]
        self._write(lines)
        with self._lock:
            self._fates.update((line["message"], fate) for line in lines)

    def note(self, text: str) -> None:
        """Write down what the trial does: a strike, a recovery."""
        self._write([{"note": text}])

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
        at = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        with self._lock:
            self._file.write(b"".join(json.dumps(at | line).encode() + b"\n" for line in lines))
            self._file.flush()
            os.fsync(self._file.fileno())

    def _take(self, line: dict[str, Any]) -> None:
        if "attempt" in line:
            packed = base64.b64decode(line["body"])
            body = zlib.decompress(packed) if line["packed"] else packed
            attempt = Attempt(line["attempt"], line["host"], body, line["duty"], line["event"])
            self._attempts[attempt.message_id] = attempt
            self._fates.setdefault(attempt.message_id, "attempted")
        elif "message" in line:
            self._fates[line["message"]] = line["fate"]


def _line(attempt: Attempt) -> dict[str, Any]:
    # Bodies of megabytes are rubbish of one letter, or the same VM thousands of times.
    packed = len(attempt.body) > _LARGE_BYTES
    body = zlib.compress(attempt.body, 1) if packed else attempt.body
    return {
        "attempt": attempt.message_id,
        "host": attempt.host,
        "duty": attempt.duty,
        "event": attempt.event,
        "packed": packed,
        "body": base64.b64encode(body).decode(),
    }
