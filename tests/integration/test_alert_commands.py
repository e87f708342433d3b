# SPDX-License-Identifier: Apache-2.0
"""Silences, maintenance and acknowledgements from the command line."""

import json
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import psycopg
import pytest
from click.testing import CliRunner, Result

from consumer.cli import main
from tests.integration.test_alert_sayings import FLEET, UUID
from tests.services import MigratedDatabase

VIENNA = ZoneInfo("Europe/Vienna")


class Commands(NamedTuple):
    """The commands over a database with a small fleet and two open alerts."""

    database: MigratedDatabase

    def run(self, *arguments: str) -> Result:
        """Run a command of alerts."""
        environment = {"KVMGRID_DATABASE__URL": self.database.ingest_url, "TZ": "Europe/Vienna"}
        return CliRunner(env=environment).invoke(main, ["alerts", *arguments])

    def listed(self, what: str, *options: str) -> list[dict[str, Any]]:
        """Return what a command lists as JSON."""
        found: list[dict[str, Any]] = json.loads(self.run(what, "list", "--json", *options).stdout)
        return found


@pytest.fixture(scope="module")
def fleet(shared_database: MigratedDatabase) -> MigratedDatabase:
    """Give a database with a small fleet and two open alerts."""
    with psycopg.connect(shared_database.owner_url, autocommit=True) as owner:
        owner.execute(FLEET)
    return shared_database


@pytest.fixture
def commands(fleet: MigratedDatabase) -> Commands:
    """Give the commands; nobody has said anything."""
    with psycopg.connect(fleet.owner_url, autocommit=True) as owner:
        owner.execute(
            "TRUNCATE alert_silences, alert_silence_ends, alert_maintenances, alert_maintenance_ends,"
            " alert_acknowledgements, audit_entries RESTART IDENTITY"
        )
    return Commands(fleet)


def test_a_host_is_silenced_for_a_night(commands: Commands) -> None:
    """What it is about is told at once; it is listed, and ended."""
    added = commands.run(
        "silence", "add", "--host", "hv1", "--for", "8h", "--reason", "disk is replaced", "--by", "anna"
    )
    assert 0 == added.exit_code, added.output
    first, second = added.output.splitlines()
    assert first.startswith("silence 1  until ")
    assert first.endswith(": host hv1; by anna: disk is replaced")
    assert "it is about 1 host and 1 VM; 1 open alert now" == second

    (listed,) = commands.listed("silence")
    assert ({"host": "hv1"}, True, "anna") == (listed["selector"], listed["is_active"], listed["said_by"])
    begins, ends = (datetime.fromisoformat(listed[key]) for key in ("starts_at", "ends_at"))
    assert timedelta(hours=8) == ends - begins
    assert commands.run("silence", "list").output.startswith("    1  until ")

    assert "silence 1 has ended\n" == commands.run("silence", "end", "1").output
    assert [] == commands.listed("silence")
    assert "no silence\n" == commands.run("silence", "list").output
    assert "over since" in commands.run("silence", "list", "--all").output
    again = commands.run("silence", "end", "1")
    assert 1 == again.exit_code
    assert (
        "kvmgrid-consumer: no silence 1 is under way or to come; list --all shows those that are over"
        in again.stderr
    )


def test_a_backup_is_said_once_and_withholds_each_night(commands: Commands) -> None:
    """Days, time and zone are told back in words, with the next window."""
    added = commands.run(
        "maintenance", "add", "--tag", "batch", "--on", "mon-fri", "--at", "22:00", "--for", "4h",
        "--zone", "Europe/Vienna", "--reason", "backup",
    )  # fmt: skip
    assert 0 == added.exit_code, added.output
    assert "each mon, tue, wed, thu, fri at 22:00 Europe/Vienna for 4 h, " in added.output
    assert "it is about 0 hosts and 1 VM; 0 open alerts now" in added.output

    (listed,) = commands.listed("maintenance")
    assert ([0, 1, 2, 3, 4], "22:00:00", 14400, None) == tuple(
        listed[key] for key in ("weekdays", "time_of_day", "duration_seconds", "ends_at")
    )
    assert (
        22 == datetime.fromisoformat(listed["window_starts_at"]).astimezone(VIENNA).hour
        or listed["is_active"]
    )
    number = str(listed["maintenance_id"])
    assert f"maintenance {number} has ended\n" == commands.run("maintenance", "end", number).output
    assert [] == commands.listed("maintenance")


def test_work_is_said_ahead(commands: Commands) -> None:
    """Once, from a time until another; before it nothing is withheld."""
    added = commands.run(
        "maintenance",
        "add",
        "--uuid",
        UUID,
        "--from",
        "2099-05-01T22:00",
        "--until",
        "23:30",
        "--reason",
        "kernel",
    )
    assert "next 2099-05-01 22:00 CEST until 2099-05-01 23:30 CEST" in added.output
    (listed,) = commands.listed("maintenance")
    assert not listed["is_active"]
    commands.run("maintenance", "end", str(listed["maintenance_id"]))


def test_an_alert_is_acknowledged(commands: Commands) -> None:
    """One that is open; the audit log says who."""
    assert (
        "alert 2 is acknowledged\n"
        == commands.run("acknowledge", "2", "--note", "on it", "--by", "eva").output
    )
    gone = commands.run("acknowledge", "99")
    assert (1, "kvmgrid-consumer: no alert 99 is open\n") == (gone.exit_code, gone.stderr)
    with psycopg.connect(commands.database.dashboard_url) as connection:
        assert [("eva", {"alert_id": 2, "note": "on it"}, "command")] == connection.execute(
            "SELECT who, details, origin FROM audit_entries WHERE action = 'acknowledge'"
        ).fetchall()


def test_a_name_that_is_not_known_is_told(commands: Commands) -> None:
    """It may be one of tomorrow, so it is taken all the same."""
    added = commands.run("silence", "add", "--host", "hv11", "--until", "6:00", "--reason", "x")
    assert "no host 'hv11' is known yet: if it is a slip of the pen, end it and write it anew" in added.output
    (listed,) = commands.listed("silence")
    commands.run("silence", "end", str(listed["silence_id"]))


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--for", "2h"], "say what it is about: --rule, --host, --uuid, --tag, --severity; or --everything"),
        (["--for", "2h", "--host", "hv1", "--everything"], "say what it is about"),
        (["--for", "2x", "--host", "hv1"], "--for: '2x' is no duration; write 30m, 2h, 1d or 1h30m"),
        (["--host", "hv1"], "say how long: --for 2h, or --until 22:00"),
        (["--host", "hv1", "--for", "2h", "--until", "22:00"], "say how long"),
        (["--host", "hv1", "--until", "2020-01-01"], "it would be over before it begins; give a later end"),
        (["--host", "hv1", "--from", "2020-01-01", "--for", "2h"], "it would be over before it begins"),
        (
            ["--rule", "host_silnt", "--for", "2h"],
            "--rule: no rule 'host_silnt'; did you mean 'host_silent'?",
        ),
        (["--uuid", "7", "--for", "2h"], "--uuid: Expected `str` matching regex"),
        (["--host", "hv1", "--until", "teatime"], "--until: 'teatime' is no time; write 22:00"),
        (["--host", "hv1", "--for", "2h", "--zone", "Vienna"], "--zone: 'Vienna' is no time zone"),
        (["--host", "hv1", "--for", "2h", "--by", "a\x1b[2J"], "--by: write a line of at most 500 letters"),
        (["--host", "hv1", "--for", "2h", "--reason", " "], "--reason: write a line of at most 500 letters"),
    ],
)
def test_what_cannot_be_so_is_told(commands: Commands, arguments: list[str], expected: str) -> None:
    """With what to write instead; nothing is stored."""
    result = commands.run("silence", "add", "--reason", "x", *arguments)

    assert 2 == result.exit_code
    assert expected in result.stderr
    assert [] == commands.listed("silence")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--on", "mon"], "--on and --at belong together"),
        (["--on", "mon", "--at", "22:00"], "say how long each time lasts: --for 2h"),
        (["--on", "mon", "--at", "22:00", "--for", "8d"], "what lasts a week or more needs no days"),
        (["--on", "monthly", "--at", "22:00", "--for", "1h"], "--on: 'monthly' are no days of the week"),
        (["--on", "mon", "--at", "10pm", "--for", "1h"], "--at: '10pm' is no time of day; write 22:00"),
    ],
)
def test_a_recurrence_that_cannot_be_is_told(commands: Commands, arguments: list[str], expected: str) -> None:
    """With what to write instead."""
    result = commands.run("maintenance", "add", "--host", "hv1", "--reason", "x", *arguments)

    assert 2 == result.exit_code
    assert expected in result.stderr


def test_what_fires_is_listed_with_what_people_said_of_it(commands: Commands) -> None:
    """Text and JSON; what was resolved within a day, and who hides and is hidden."""
    said = {"--host": "hv1", "--for": "8h", "--reason": "new disk", "--by": "anna"}
    commands.run("silence", "add", *(word for pair in said.items() for word in pair))
    assert "acknowledged" in commands.run("acknowledge", "2", "--note", "looks", "--by", "otto").output
    with psycopg.connect(commands.database.owner_url, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO alerts (rule, severity, subject, host_id, words, began_at, fired_at, resolved_at)"
            " SELECT 'host_cpu', 'critical', 'host', 1, 'y' || n, now() - INTERVAL '9 d',"
            " now() - INTERVAL '9 d', now() - n * INTERVAL '1 d' FROM unnest('{0.5,2}'::float8[]) AS n"
        )
        owner.execute("UPDATE alerts SET hidden_by = 1, hidden_because = 'host' WHERE alert_id = 2")
    try:
        found = commands.run("list")
        assert "nobody has evaluated yet: start kvmgrid-consumer alerts run\n" == found.stderr
        first, second = found.stdout.splitlines()
        assert first.startswith("    1  critical     since ")
        assert "hv1  vm_steal: x; hides 1; silence 1 by anna until " in first
        assert second.endswith("hv2  host_memory: x; hidden by 1 (host); acknowledged by otto: looks")
        lines = commands.run("list", "--all").stdout.splitlines()
        assert ["y0.5"] == [line.rpartition(" ")[2] for line in lines[2:]]

        vm, host = json.loads(commands.run("list", "--json").stdout)
        assert (UUID, "vm1", 1, None) == (vm["uuid"], vm["vm"], vm["hides"], vm["acknowledged_by"])
        assert vm["withheld"].startswith("silence 1 by anna until ")
        assert ("otto", "looks", 1) == (host["acknowledged_by"], host["note"], host["hidden_by"])
    finally:
        with psycopg.connect(commands.database.owner_url, autocommit=True) as owner:
            owner.execute("DELETE FROM alerts WHERE alert_id > 2")
            owner.execute("UPDATE alerts SET hidden_by = NULL, hidden_because = NULL")
