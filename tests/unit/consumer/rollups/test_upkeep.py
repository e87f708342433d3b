# SPDX-License-Identifier: Apache-2.0
"""The upkeep, against a connection that breaks."""

from typing import Any, Self

import psycopg
import pytest

from consumer.rollups import upkeep
from consumer.rollups.upkeep import Upkeep
from consumer.settings import DatabaseSettings, RetentionSettings


class Broken:
    """Stands for a connection that the server has closed."""

    closed = True

    def __init__(self) -> None:
        self.asked_count = self.closed_count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None: ...

    def execute(self, *_statement: Any) -> None:
        """Fail as libpq does."""
        self.asked_count += 1
        raise psycopg.OperationalError("the connection is lost")

    def transaction(self) -> Self:
        """Begin nothing."""
        return self

    def close(self) -> None:
        """Note it."""
        self.closed_count += 1


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Give the connection that every attempt gets."""
    connection = Broken()
    monkeypatch.setattr(upkeep, "connect", lambda *_arguments, **_options: connection)
    return connection


def test_a_connection_that_breaks_at_once_is_a_failed_round(broken: Broken) -> None:
    """It is logged and tried an hour later, removal and conversion each: the thread goes on."""
    subject = Upkeep(DatabaseSettings(), RetentionSettings())
    subject.once()
    subject.convert()

    assert 2 == broken.asked_count


def test_a_round_of_rollups_that_fails_takes_a_new_connection(
    broken: Broken, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The failure is a warning once, however often it is tried; the next round connects anew."""
    warnings: list[str] = []
    subject = Upkeep(DatabaseSettings(), RetentionSettings())
    log = subject._report._log
    monkeypatch.setattr(log, "warning", lambda event, **_: warnings.append(event), raising=False)
    assert not subject.round()
    assert not subject.round()

    assert (2, 2) == (broken.asked_count, broken.closed_count)
    assert ["rollups_failed"] == warnings


def test_an_error_that_nobody_expects_ends_no_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither rollups nor conversion: it is logged, and the work begins anew."""
    subject = Upkeep(DatabaseSettings(), RetentionSettings())
    monkeypatch.setattr(upkeep, "_AGAIN_SECONDS", 0.0)
    monkeypatch.setattr(upkeep, "_FIRST_CONVERSION_SECONDS", 0.0)
    errors: list[str] = []
    monkeypatch.setattr(
        subject._log, "exception", lambda _event, thread: errors.append(thread), raising=False
    )
    called: list[str] = []

    def stumble(name: str) -> bool:
        called.append(name)
        if called.count(name) == 1:
            raise RuntimeError("a bug")
        if {called.count("round"), called.count("convert")} == {2}:
            subject.stop()
        return True

    monkeypatch.setattr(subject, "round", lambda: called.count("round") == 2 or stumble("round"))
    monkeypatch.setattr(subject, "convert", lambda: stumble("convert"))
    subject.start()
    for thread in subject._threads:
        thread.join(30.0)
        assert not thread.is_alive()

    assert {"upkeep", "conversion"} == set(errors)
