# SPDX-License-Identifier: Apache-2.0
"""One log format in all processes: the same first keys, the same time, the same words for levels."""

import ast
import io
import json
import re
import socket
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from publisher.wire.log_line import Form, LogLine

ROOT = Path(__file__).resolve().parents[2]
HOST_ID = "hv042"
PUBLISHER = """
from publisher import logs
from publisher.wire.log_line import LogSettings
logs.configure(LogSettings(form="{form}"), host="hv042")
log = logs.Log("link")
log.warning("broker_away", try_count=3)
try:
    int("x")
except ValueError as error:
    log.failure("broken", error)
"""
STRUCTLOG = """
import structlog
from {package}.logs import configure
from publisher.wire.log_line import LogSettings
configure(LogSettings(form="{form}"))
log = structlog.get_logger()
log.warning("broker_away", try_count=3)
try:
    int("x")
except ValueError:
    log.exception("broken")
"""
LIBRARY = """
import logging
from {package}.logs import configure
from publisher.wire.log_line import LogSettings
configure(LogSettings(form="{form}"))
log = logging.getLogger("psycopg.pool")
log.warning("broker_%s", "away")
try:
    int("x")
except ValueError:
    log.exception("broken")
"""
PROGRAMS = {
    "publisher": PUBLISHER,
    "consumer": STRUCTLOG,
    "consumer's libraries": LIBRARY,
    "dashboard": STRUCTLOG,
    "dashboard's libraries": LIBRARY,
    "loadgen's libraries": LIBRARY,
}
# A field that every line begins with is no event's own.
HEAD = {"ts", "level", "event", "component", "host"}
LOG_METHODS = {"bind", "debug", "info", "warning", "error", "exception", "failure", "critical"}
PACKAGES = ("publisher", "consumer", "dashboard", "loadgen")
FLEET = """
import sys
from loadgen.fleet.progress import FleetProgress
FleetProgress(sys.stderr, begins_at=0.0, lives_at=0.0).end()
"""
INSTANT = r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00"


def written(program: str) -> str:
    """Return what a program writes to standard error."""
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stderr


def require_head(line: dict[str, Any], level: str, event: str, component: str) -> None:
    """Check what every line begins with."""
    host = HOST_ID if component == "publisher" else socket.gethostname()
    assert ["ts", "level", "event", "component", "host"] == list(line)[:5]
    assert re.fullmatch(INSTANT, line["ts"])
    assert (level, event, component, host) == (line["level"], line["event"], line["component"], line["host"])


@pytest.mark.parametrize("process", PROGRAMS)
def test_a_line_for_machines_begins_alike(process: str) -> None:
    """ts, level, event, component and host, then the event's own fields, and the trace of an error."""
    component = process.split("'", maxsplit=1)[0]
    first, second = written(PROGRAMS[process].format(package=component, form="json")).splitlines()

    require_head(json.loads(first), "warning", "broker_away", component)
    require_head(json.loads(second), "error", "broken", component)
    assert "Traceback" in json.loads(second)["trace"]


@pytest.mark.parametrize("process", PROGRAMS)
def test_a_line_for_eyes_is_alike(process: str) -> None:
    """Time, level, component, event and fields; the trace stands below."""
    component = process.split("'", maxsplit=1)[0]
    first, second, *trace = written(PROGRAMS[process].format(package=component, form="text")).splitlines()

    assert re.match(rf"{INSTANT} warning {component:<10} broker_away\b", first)
    assert re.match(rf"{INSTANT} error   {component:<10} broken\b", second)
    assert "Traceback" in trace[0]


def test_no_event_has_a_field_of_the_head() -> None:
    """A ``level`` would be lost in structlog; a ``host`` would name another machine than the writer."""
    found = [
        f"{path.relative_to(ROOT)}:{call.lineno}: {keyword.arg}"
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text()))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in LOG_METHODS
        for keyword in call.keywords
        if keyword.arg in HEAD
    ]

    assert [] == found


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_head_is_that_of_the_process(form: Form) -> None:
    """Whatever fields come by other ways than by name: who reads the log can rely on it."""
    line = LogLine("consumer", "here", form=form, stream=io.StringIO())
    fields: dict[str, Any] = {"host": "hv042", "ts": 0, "component": "x", "level": "5m", "count": 3}
    written_line = line.line(datetime.now(UTC), "warning", "fields_unknown", fields)

    assert "hv042" not in written_line
    assert "5m" not in written_line
    if form == "json":
        found = json.loads(written_line)
        assert ("here", "consumer", "warning", 3) == tuple(
            found[key] for key in ("host", "component", "level", "count")
        )


def test_the_load_generator_writes_such_lines() -> None:
    """Where its standard error is no terminal."""
    require_head(json.loads(written(FLEET)), "info", "fleet_ended", "loadgen")
