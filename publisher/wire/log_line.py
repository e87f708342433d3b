# SPDX-License-Identifier: Apache-2.0
"""A log line, the same in all processes: one JSON object for machines, aligned text for eyes.

Every line begins with ts, level, event, component and host; the event's own fields follow. A field of such a
name is left out. Control characters are escaped. So no text from outside (a VM's name, a broker's answer)
can forge a line or colour a terminal.
"""

import json
import logging
import os
from collections.abc import Mapping, MutableMapping
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

from msgspec import Struct

Component = Literal["publisher", "consumer", "dashboard", "loadgen"]
Level = Literal["debug", "info", "warning", "error"]
Form = Literal["auto", "text", "json"]

_COLOURS = {"debug": "\x1b[2m", "warning": "\x1b[33m", "error": "\x1b[31m", "critical": "\x1b[31m"}


class LogSettings(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The ``[log]`` section. ``form`` auto: text on a terminal, JSON otherwise."""

    level: Level = "info"
    form: Form = "auto"


class LogLine:
    """Makes the lines of one process, in the form that its settings and its stream ask for.

    ``host`` is the host id of a publisher, and the machine's name otherwise.
    """

    def __init__(self, component: Component, host: str, *, form: Form, stream: TextIO) -> None:
        self._component = component
        self._host = host
        is_terminal = stream.isatty()
        self._is_json = form == "json" or (form == "auto" and not is_terminal)
        self._has_colour = is_terminal and not os.environ.get("NO_COLOR")

    def line(
        self, at: datetime, level: str, event: str, fields: Mapping[str, Any], *, trace: str | None = None
    ) -> str:
        """Return a line without its end; ``trace`` is that of an error."""
        instant = at.astimezone(UTC).isoformat(timespec="milliseconds")
        head = {
            "ts": instant,
            "level": level,
            "event": event,
            "component": self._component,
            "host": self._host,
        }
        own = {key: value for key, value in fields.items() if key not in head}
        if self._is_json:
            # ASCII, so that no character in a name can break or forge a line.
            return json.dumps({**head, **own, **({"trace": trace} if trace else {})}, default=str)
        words = " ".join(f"{key}={_plain(value)}" for key, value in own.items())
        text = f"{instant} {level:<7} {self._component:<10} {event} {words}".rstrip()
        if trace:
            text += f"\n{trace}"
        colour = _COLOURS.get(level, "")
        return f"{colour}{text}\x1b[0m" if self._has_colour and colour else text

    def render(self, _logger: object, _method: str, fields: MutableMapping[str, Any]) -> str:
        """Return the line of an event of structlog: the last of its processors."""
        level, event = fields.pop("level"), fields.pop("event")
        trace = fields.pop("exception", None)
        return self.line(datetime.now(UTC), level, str(event), fields, trace=trace)


class LineFormatter(logging.Formatter):
    """Makes lines of the standard library's records; a record's ``fields`` are those of the event."""

    def __init__(self, line: LogLine) -> None:
        super().__init__()
        self._line = line

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        return self._line.line(
            datetime.fromtimestamp(record.created, UTC),
            record.levelname.lower(),
            record.getMessage(),
            getattr(record, "fields", {}),
            trace=self.formatException(record.exc_info) if record.exc_info else None,
        )


def write_libraries(line: LogLine, level: int, stream: TextIO) -> None:
    """Send what libraries log with the standard library to a stream, in the form of ``line``.

    Below warnings it is of use to a developer only: ``level`` lets it through where it is that of debugging.
    """
    handler = logging.StreamHandler(stream)
    handler.setFormatter(LineFormatter(line))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level if level <= logging.DEBUG else max(level, logging.WARNING))


def _plain(value: object) -> str:
    text = str(value)
    if text.isascii() and text.isprintable() and text and not any(mark in text for mark in ' "='):
        return text
    return json.dumps(text)
