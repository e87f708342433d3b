# SPDX-License-Identifier: Apache-2.0
"""Alerts reach a webhook: whatever is killed, none is lost, and none comes twice under another key."""

import hashlib
import hmac
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, get_args

import psycopg
import pytest
from click.testing import CliRunner

from consumer.cli import main
from consumer.failpoint import VARIABLE, DeliveryPoint
from deploy.lab.readiness import wait_until
from tests.integration.alert_delivery import start
from tests.services import MigratedDatabase

BOUND_SECONDS = 90.0
FIRE = """
WITH fired AS (
    INSERT INTO alerts (rule, severity, subject, host_id, part, words, began_at, fired_at)
    SELECT %(rule)s, 'warning', 'host', host_id, %(part)s, 'too full', now(), now()
    FROM hosts WHERE host = %(host)s
    RETURNING alert_id
)
INSERT INTO alert_changes (alert_id, changed_at, kind, severity, words)
SELECT alert_id, now(), 'fired', 'warning', 'too full' FROM fired RETURNING alert_id
"""
RESOLVE = """
WITH resolved AS (UPDATE alerts SET resolved_at = now() WHERE alert_id = %s RETURNING alert_id)
INSERT INTO alert_changes (alert_id, changed_at, kind, severity, words)
SELECT alert_id, now(), 'resolved', 'warning', 'too full' FROM resolved
"""


class Receiver(ThreadingHTTPServer):
    """Keeps what it is sent, and answers as it is told; a request to ``/hang`` gets no answer."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, dict[str, str], bytes]] = []
        self.status = 200
        self.going_on = threading.Event()

    def url(self, path: str) -> str:
        """Return the URL of a path."""
        return f"http://127.0.0.1:{self.server_port}/{path}"

    def messages(self) -> dict[str, dict[str, Any]]:
        """Return what came to /hook, by key."""
        return {
            headers["Idempotency-Key"]: json.loads(data)
            for path, headers, data in list(self.requests)
            if path == "/hook"
        }


class _Handler(BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        """Keep a request."""
        data = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.requests.append((self.path, dict(self.headers), data))
        if self.path == "/hang":
            self.server.going_on.wait(BOUND_SECONDS)
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(b"thanks\x1b[2J")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Site:
    """A database with two hosts, a receiver, and rules with a route."""

    def __init__(self, database: MigratedDatabase, receiver: Receiver, folder: Path) -> None:
        self.database, self.receiver = database, receiver
        self.rules = folder / "alerts.toml"
        secret = folder / "secret"
        secret.write_text("shh\n", encoding="utf-8")
        self.rules.write_text(
            f'[channels.hook]\ntype = "webhook"\nurl = "{receiver.url("hook")}"\nsecret_file = "{secret}"\n'
            f'[channels.slow]\ntype = "webhook"\nurl = "{receiver.url("hang")}"\nsecret_file = "{secret}"\n'
            '[[routes]]\nname = "slow"\nchannels = ["slow"]\nrule = "slow"\nwait_seconds = 0\n'
            '[[routes]]\nname = "all"\nchannels = ["hook"]\nwait_seconds = 1\n'
            f'[heartbeat]\nurl = "{receiver.url("beat")}"\n',
            encoding="utf-8",
        )
        self.owner = psycopg.connect(database.owner_url, autocommit=True)
        self.owner.execute(
            "TRUNCATE hosts, alerts, alert_changes, alert_notifications, alert_silences CASCADE"
        )
        self.owner.execute("INSERT INTO hosts (host, first_seen_at) VALUES ('hv1', now()), ('hv2', now())")

    def fire(self, host: str = "hv1", part: str = "", rule: str = "host_memory") -> int:
        """Let an alert fire."""
        ((alert_id,),) = self.owner.execute(FIRE, {"host": host, "part": part, "rule": rule}).fetchall()
        return int(alert_id)

    def resolve(self, alert_id: int) -> None:
        """Let it be over."""
        self.owner.execute(RESOLVE, [alert_id])

    def ledger(self) -> list[tuple[Any, ...]]:
        """Return channel, kind, status, because."""
        return self.owner.execute(
            "SELECT channel, kind, status, because FROM alert_notifications ORDER BY notification_id"
        ).fetchall()

    @contextmanager
    def delivery(self) -> Iterator[None]:
        """Let a delivery run in this process."""
        deliverer = start(self.database.ingest_url, self.rules)
        try:
            yield
        finally:
            deliverer.stop()
            self.receiver.going_on.set()
            assert wait_until(
                lambda: not [each for each in threading.enumerate() if each.name.startswith("delivery ")],
                timeout_seconds=BOUND_SECONDS,
            )

    def killed(self, point: DeliveryPoint) -> None:
        """Let a delivery run in a process that ends at a failpoint."""
        ended = subprocess.run(
            [sys.executable, "-m", "tests.integration.alert_delivery", self.database.ingest_url, self.rules],
            env=os.environ | {VARIABLE: point},
            check=False,
            timeout=BOUND_SECONDS,
        )
        assert -signal.SIGKILL == ended.returncode
        # What it had taken would be taken again after half a minute.
        self.owner.execute("UPDATE alert_notifications SET next_attempt_at = now() WHERE status = 'waiting'")

    def told(self, kind: str) -> list[int]:
        """Return the alerts that came in messages of a kind, each key once."""
        found = [each for each in self.receiver.messages().values() if each["kind"] == kind]
        return sorted(member["alert_id"] for each in found for member in each["members"])


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Give a server that keeps what it is sent."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.going_on.set()
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def site(shared_database: MigratedDatabase, receiver: Receiver, tmp_path: Path) -> Iterator[Site]:
    """Give a site without alerts."""
    found = Site(shared_database, receiver, tmp_path)
    yield found
    found.owner.close()


def test_a_host_is_one_message_and_a_channel_that_hangs_holds_up_nobody(site: Site) -> None:
    """Signed, with each member; resolved once; a heartbeat meanwhile."""
    site.fire(rule="slow")
    alerts = [site.fire(), site.fire(part="sda"), site.fire("hv2")]
    with site.delivery():
        assert wait_until(lambda: site.told("fired") == alerts, timeout_seconds=BOUND_SECONDS)
        assert 2 == len(site.receiver.messages())
        assert wait_until(
            lambda: "/hang" in [path for path, *_ in site.receiver.requests], timeout_seconds=BOUND_SECONDS
        )
        for each in alerts:
            site.resolve(each)
        assert wait_until(lambda: site.told("resolved") == alerts, timeout_seconds=BOUND_SECONDS)
        assert "/beat" in [path for path, *_ in site.receiver.requests]
        assert wait_until(
            lambda: 4 == [row[2] for row in site.ledger()].count("sent"), timeout_seconds=BOUND_SECONDS
        )

    hook = [each for each in site.receiver.requests if each[0] == "/hook"]
    for _, headers, data in hook:
        signed = hmac.new(b"shh", headers["Kvmgrid-Timestamp"].encode() + b"." + data, hashlib.sha256)
        assert f"v1={signed.hexdigest()}" == headers["Kvmgrid-Signature"]
    assert 4 == len(hook)
    assert ("slow", "fired") in [row[:2] for row in site.ledger()]
    result = CliRunner(env={"KVMGRID_DATABASE__URL": site.database.ingest_url}).invoke(
        main, ["alerts", "ledger", "--alert", str(alerts[0])]
    )
    lines = result.output.splitlines()
    assert 2 == len(lines), result.output
    assert f"all by hook; alerts {alerts[0]} and 1 more: hv1: too full: 200 OK thanks\\x1b[2J" in lines[0]
    assert "slow by slow" not in result.output


def test_what_is_refused_is_tried_again_or_failed(site: Site) -> None:
    """503 asks to come again; 422 does not. The ledger has the words of the other side."""
    site.receiver.status = 503
    site.fire()
    with site.delivery():
        assert wait_until(
            lambda: any("attempt 2: " in str(row[3]) for row in site.ledger()), timeout_seconds=BOUND_SECONDS
        )
        site.receiver.status = 200
        assert wait_until(lambda: "sent" in [row[2] for row in site.ledger()], timeout_seconds=BOUND_SECONDS)
        assert 1 == len(site.receiver.messages())
        site.receiver.status = 422
        site.fire("hv2")
        assert wait_until(
            lambda: "failed" in [row[2] for row in site.ledger()], timeout_seconds=BOUND_SECONDS
        )


def test_a_silence_holds_and_the_ledger_says_why(site: Site) -> None:
    """When it is over, what still fires is told."""
    site.owner.execute(
        "INSERT INTO alert_silences (selector, reason, starts_at, ends_at, said_by)"
        " VALUES ('{\"host\": \"hv1\"}', 'disk is replaced', now(), now() + INTERVAL '1 h', 'anna')"
    )
    alerts = [site.fire(), site.fire("hv2")]
    with site.delivery():
        assert wait_until(lambda: site.told("fired") == alerts[1:], timeout_seconds=BOUND_SECONDS)
        (why,) = [row[3] for row in site.ledger() if row[2] == "suppressed"]
        assert "by anna until " in why
        assert why.endswith(": disk is replaced")
        site.owner.execute(
            "INSERT INTO alert_silence_ends (silence_id, said_by)"
            " SELECT silence_id, 'anna' FROM alert_silences"
        )
        assert wait_until(lambda: site.told("fired") == alerts, timeout_seconds=BOUND_SECONDS)


@pytest.mark.parametrize("point", get_args(DeliveryPoint))
def test_killed_anywhere_nothing_is_lost_or_doubled(site: Site, point: DeliveryPoint) -> None:
    """What was sent and not noted comes again, with the same key and the same body."""
    alerts = [site.fire(), site.fire("hv2")]
    site.killed(point)
    with site.delivery():
        assert wait_until(lambda: site.told("fired") == alerts, timeout_seconds=BOUND_SECONDS)
        assert wait_until(
            lambda: {"sent"} == {row[2] for row in site.ledger()}, timeout_seconds=BOUND_SECONDS
        )

    bodies = {(headers["Idempotency-Key"], data) for path, headers, data in site.receiver.requests if data}
    assert 2 == len(bodies)


def test_a_rehearsal_says_what_each_channel_answered(site: Site) -> None:
    """The trial is marked; the ledger has it."""
    environment = {
        "KVMGRID_DATABASE__URL": site.database.ingest_url,
        "KVMGRID_ALERTS__RULES_FILE": str(site.rules),
    }
    run = CliRunner(env=environment).invoke

    result = run(main, ["alerts", "rehearse", "all"])
    assert (0, "hook: taken: 200 OK thanks\\x1b[2J\n") == (result.exit_code, result.output)
    ((message,),) = [site.receiver.messages().values()]
    assert "rehearsal" == message["kind"]
    assert "TRIAL" in message["subject"]
    site.receiver.status = 500
    refused = run(main, ["alerts", "rehearse", "all"])
    assert 69 == refused.exit_code
    assert "hook: NOT TAKEN: 127.0.0.1" in refused.output
    assert "did you mean 'all'?" in run(main, ["alerts", "rehearse", "al"]).output
    assert ["sent", "failed"] == [row[2] for row in site.ledger()]
