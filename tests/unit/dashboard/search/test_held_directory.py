# SPDX-License-Identifier: Apache-2.0
"""When the directory is read anew."""

import threading

import pytest

from dashboard.errors import DatabaseUnavailableError
from dashboard.search.held_directory import AGED_SECONDS, FAILURE_KEEP_SECONDS, OLD_SECONDS, HeldDirectory
from dashboard.search.names import Directory, HostNames, directory

PATIENCE_SECONDS = 20.0


class Reader:
    """Reads directories that are numbered; it can be told to wait or to fail."""

    def __init__(self) -> None:
        self.count = 0
        self.now = 0.0
        self.failure: Exception | None = None
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.has_read = threading.Event()
        self.held = HeldDirectory(self.read, clock=lambda: self.now)

    def read(self) -> Directory:
        """Return the next directory."""
        assert self.may_go_on.wait(PATIENCE_SECONDS)
        if self.failure is not None:
            raise self.failure
        self.count += 1
        self.has_read.set()
        return directory([HostNames(f"read-{self.count}", "", [])], [])

    def host(self) -> str:
        """Return which directory is given."""
        return self.held.get().hosts[0].host


def test_an_aged_one_is_given_while_the_next_is_read() -> None:
    """Who types waits for no question, except for the first one and after a pause."""
    reader = Reader()
    assert "read-1" == reader.host()
    reader.now += AGED_SECONDS - 1
    assert "read-1" == reader.host()
    reader.now += 1
    reader.may_go_on.clear()
    reader.has_read.clear()
    assert ["read-1", "read-1"] == [reader.host(), reader.host()]
    reader.may_go_on.set()
    assert reader.has_read.wait(PATIENCE_SECONDS)
    reader.now += OLD_SECONDS
    assert reader.host() in {"read-3", "read-2"}
    assert reader.count <= 3


def test_a_failure_is_told_and_then_tried_again() -> None:
    """What was known before is no answer while the database is away: its pages would not open."""
    reader = Reader()
    reader.failure = DatabaseUnavailableError()
    for _ in range(2):
        with pytest.raises(DatabaseUnavailableError):
            reader.host()
    reader.failure = None
    with pytest.raises(DatabaseUnavailableError):
        reader.host()
    reader.now += FAILURE_KEEP_SECONDS
    assert "read-1" == reader.host()
