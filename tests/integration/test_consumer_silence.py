# SPDX-License-Identifier: Apache-2.0
"""A server that nothing comes from any more, over connections that the kernel still acknowledges."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from structlog.testing import capture_logs

from consumer.database import Connection, connect, translated_errors
from consumer.errors import DatabaseAway
from consumer.settings import DatabaseSettings
from deploy.lab.readiness import wait_until
from tests.faults.proxy import Proxy
from tests.services import MigratedDatabase

LATER_SECONDS = 3.0


@pytest.fixture
def proxy(database: MigratedDatabase) -> Iterator[Proxy]:
    """Give a way to the database that may be buried."""
    with Proxy(int(psycopg.conninfo.conninfo_to_dict(database.ingest_url)["port"] or 0)) as between:
        yield between


def settings_through(proxy: Proxy, database: MigratedDatabase) -> DatabaseSettings:
    """Return settings that go through the proxy."""
    port = psycopg.conninfo.conninfo_to_dict(database.ingest_url)["port"]
    url = database.ingest_url.replace(f":{port}/", f":{proxy.port}/")
    return DatabaseSettings(url=url, statement_timeout_seconds=0.5, unacknowledged_timeout_seconds=600.0)


def seconds_in_vain(connection: Connection) -> float:
    """Ask a server that does not answer; return after how long the connection was given up."""
    begun_at = time.monotonic()
    with pytest.raises(DatabaseAway), translated_errors():
        connection.execute("SELECT 1")
    return time.monotonic() - begun_at


def test_a_silent_server_is_given_up_and_told(proxy: Proxy, database: MigratedDatabase) -> None:
    """Neither TCP nor the server's timeouts end the wait: the deadline does, as for a lost connection."""
    progress: list[int] = []
    settings = settings_through(proxy, database)
    with connect(settings, "test", autocommit=True, note_progress=lambda: progress.append(1)) as connection:
        connection.execute("SELECT 1")
        proxy.bury()
        with capture_logs() as logs, pytest.raises(DatabaseAway), translated_errors():
            connection.execute("SELECT 1")
        assert connection.broken

    assert [("database_silent", "test", 5.5)] == [
        (each["event"], each["purpose"], each["seconds"]) for each in logs
    ]
    assert progress


def test_the_other_connections_of_that_time_are_not_waited_for(
    proxy: Proxy, database: MigratedDatabase
) -> None:
    """Each would cost a wait of its own, one after the other; what is opened afterwards is used."""
    settings = settings_through(proxy, database)
    with (
        connect(settings, "first", autocommit=True) as first,
        connect(settings, "second", autocommit=True) as second,
    ):
        second.execute("SELECT 1")
        proxy.bury()
        with pytest.raises(DatabaseAway), translated_errors():
            first.execute("SELECT 1")
        with capture_logs() as logs, pytest.raises(DatabaseAway), translated_errors():
            second.execute("SELECT 1")
        with connect(settings, "third", autocommit=True) as third:
            third.execute("SELECT 1")

    assert [] == logs


def test_a_wait_that_began_later_ends_with_the_first(proxy: Proxy, database: MigratedDatabase) -> None:
    """Waits that began one after the other end together: new samples are stored after one of them."""
    settings = settings_through(proxy, database)
    with (
        connect(settings, "first", autocommit=True) as first,
        connect(settings, "second", autocommit=True) as second,
    ):
        first.execute("SELECT 1")
        second.execute("SELECT 1")
        proxy.bury()
        with ThreadPoolExecutor(1) as other, capture_logs() as logs:
            begun_at = time.monotonic()
            waiting = other.submit(seconds_in_vain, first)
            assert wait_until(lambda: time.monotonic() - begun_at >= LATER_SECONDS, timeout_seconds=10)
            second_seconds = seconds_in_vain(second)
            first_seconds = waiting.result()

    assert second_seconds < first_seconds - LATER_SECONDS / 2
    assert ["first"] == [each["purpose"] for each in logs]


def test_a_transaction_ends_with_its_connection(proxy: Proxy, database: MigratedDatabase) -> None:
    """COPY in the midst of a transaction, as a flush is."""
    settings = settings_through(proxy, database)
    with connect(settings, "test", autocommit=True) as connection:
        connection.execute("CREATE TEMPORARY TABLE pile (line text)")
        with pytest.raises(DatabaseAway):
            _copy_into_nothing(connection, proxy)
        assert connection.broken


def test_a_statement_that_takes_its_time_is_waited_for(proxy: Proxy, database: MigratedDatabase) -> None:
    """Of a migration: the server is asked beside it, and is at work."""
    settings = settings_through(proxy, database)
    with (
        connect(settings, "test", autocommit=True, is_patient=True) as connection,
        capture_logs() as logs,
    ):
        assert [(1,)] == connection.execute("SELECT 1 FROM pg_sleep(7.0)").fetchall()

    assert [] == logs


def test_a_statement_that_nobody_is_at_is_given_up_within_a_minute(
    proxy: Proxy, database: MigratedDatabase
) -> None:
    """It never came through, though it might have taken a day."""
    settings = settings_through(proxy, database)
    with connect(settings, "test", autocommit=True, is_patient=True) as connection:
        connection.execute("SELECT 1")
        proxy.bury()
        with capture_logs() as logs:
            assert 5.0 < seconds_in_vain(connection) < 20.0

    assert ["database_silent"] == [each["event"] for each in logs]


def _copy_into_nothing(connection: Connection, proxy: Proxy) -> None:
    with translated_errors(), connection.transaction():
        proxy.bury()
        with connection.cursor() as cursor, cursor.copy("COPY pile FROM STDIN") as copy:
            copy.write("x\n")
