# SPDX-License-Identifier: Apache-2.0
"""Log lines: one object a line for machines, one aligned line for eyes, and no forgery in either."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from publisher import logs
from publisher.wire.log_line import LogSettings


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.fixture(autouse=True)
def _unchanged() -> Iterator[None]:
    """Leave logging as it was."""
    root = logging.getLogger(logs.ROOT)
    before = root.handlers, root.level, root.propagate
    yield
    root.handlers, root.level, root.propagate = before


def written(**configuration: Any) -> str:
    """Return what is written of one warning."""
    stream = configuration.pop("stream", io.StringIO())
    logs.configure(LogSettings(**configuration), host="hv042", stream=stream)
    logs.Log("link").warning("broker_unavailable", fault="unreachable", count=3, name="a\nb \x1b[31m\u202e")
    return str(stream.getvalue())


def test_a_pipe_gets_one_json_object_a_line() -> None:
    """With time, level, event, component and host, and the fields as they are."""
    line = written()
    found = json.loads(line)

    assert 1 == line.count("\n")
    assert line.isascii()
    assert ["ts", "level", "event", "component", "host", "part", "fault", "count", "name"] == list(found)
    assert ("warning", "broker_unavailable", "hv042", "publisher", "link", 3, "a\nb \x1b[31m\u202e") == (
        found["level"],
        found["event"],
        found["host"],
        found["component"],
        found["part"],
        found["count"],
        found["name"],
    )


def test_a_terminal_gets_text_with_colour(monkeypatch: pytest.MonkeyPatch) -> None:
    """Names are escaped, so that only our own colour reaches the terminal."""
    monkeypatch.delenv("NO_COLOR", raising=False)
    line = written(stream=Terminal())

    assert line.startswith("\x1b[33m")
    assert 2 == line.count("\x1b")
    assert 1 == line.count("\n")
    assert "publisher  broker_unavailable part=link fault=unreachable count=3" in line


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text stays."""
    monkeypatch.setenv("NO_COLOR", "1")

    assert "\x1b" not in written(stream=Terminal())


def test_the_form_can_be_chosen() -> None:
    """Against what the stream suggests."""
    assert written(form="text").startswith("20")
    assert json.loads(written(form="json", stream=Terminal()))


def test_the_level_hides_what_is_below() -> None:
    """A level of error lets no warning through."""
    assert "" == written(level="error")


def test_a_failure_carries_its_trace() -> None:
    """What nobody foresaw can be found in the log."""
    stream = io.StringIO()
    logs.configure(LogSettings(), host="hv042", stream=stream)
    try:
        int("unforeseen")
    except ValueError as error:
        logs.Log("sampler").failure("tick_failed", error)
    found = json.loads(stream.getvalue())

    assert "unforeseen" in found["error"]
    assert "Traceback" in found["trace"]
