# SPDX-License-Identifier: Apache-2.0
"""Structured log lines with the standard library: JSON for machines, aligned text on a terminal.

A line is an event name and fields: ``log.info("link_up", broker="…")``. Every line carries ts, level,
event, host and component. Texts from outside (names of VMs, answers of the broker) cannot forge a
line or colour a terminal: control characters are escaped. See docs/decisions/0004.
"""

import json
import logging
import os
import sys
from datetime import UTC, datetime
from typing import Any, Literal, TextIO

ROOT = "kvmgrid.publisher"
Level = Literal["debug", "info", "warning", "error"]
Format = Literal["auto", "json", "text"]

_COLOURS = {
    "DEBUG": "\x1b[2m",
    "INFO": "",
    "WARNING": "\x1b[33m",
    "ERROR": "\x1b[31m",
    "CRITICAL": "\x1b[31m",
}


class Log:
    """The log of one component. Levels: an operator need not act on info, may on warning, must on error."""

    def __init__(self, component: str) -> None:
        self._logger = logging.getLogger(f"{ROOT}.{component}")
        self._component = component

    def debug(self, event: str, **fields: Any) -> None:
        """Write what matters to a developer."""
        self._write(logging.DEBUG, event, fields)

    def info(self, event: str, **fields: Any) -> None:
        """Write a change of state."""
        self._write(logging.INFO, event, fields)

    def warning(self, event: str, **fields: Any) -> None:
        """Write a fault that the publisher goes on with."""
        self._write(logging.WARNING, event, fields)

    def error(self, event: str, **fields: Any) -> None:
        """Write a fault that stops a part or all of it."""
        self._write(logging.ERROR, event, fields)

    def failure(self, event: str, error: BaseException, **fields: Any) -> None:
        """Write an error nobody foresaw, with its trace."""
        self._write(logging.ERROR, event, fields | {"error": repr(error)}, error)

    def _write(
        self, level: int, event: str, fields: dict[str, Any], error: BaseException | None = None
    ) -> None:
        if self._logger.isEnabledFor(level):
            extra = {"fields": fields, "component": self._component}
            self._logger.log(level, event, extra=extra, exc_info=error)


def configure(
    *, host: str, level: Level = "info", form: Format = "auto", stream: TextIO | None = None
) -> None:
    """Send the log of the process to ``stream`` (standard error); called once, by the entry point."""
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    terminal = target.isatty()
    if form == "json" or (form == "auto" and not terminal):
        handler.setFormatter(JsonFormatter(host))
    else:
        handler.setFormatter(TextFormatter(colour=terminal and not os.environ.get("NO_COLOR")))
    root = logging.getLogger(ROOT)
    root.handlers = [handler]
    root.setLevel(level.upper())
    root.propagate = False
    # The link translates what the AMQP library meets; its own lines and traces would double each outage.
    logging.getLogger("pika").setLevel(logging.CRITICAL + 1)


class JsonFormatter(logging.Formatter):
    """One JSON object a line."""

    def __init__(self, host: str) -> None:
        super().__init__()
        self._host = host

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; ASCII, so that no character in a name can break or forge one."""
        line = {
            "ts": _instant(record),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            "host": self._host,
            "component": getattr(record, "component", record.name),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str)


class TextFormatter(logging.Formatter):
    """Time, level, component, event and fields, for eyes."""

    def __init__(self, *, colour: bool) -> None:
        super().__init__()
        self._colour = colour

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; fields as key=value, quoted where they hold more than a word."""
        fields: dict[str, Any] = getattr(record, "fields", {})
        words = " ".join(f"{key}={_plain(value)}" for key, value in fields.items())
        component = getattr(record, "component", record.name)
        line = f"{_instant(record)} {record.levelname.lower():<7} {component:<10} {record.getMessage()}"
        line = f"{line} {words}".rstrip()
        if record.exc_info:
            line += "\n" + self.formatException(record.exc_info)
        colour = _COLOURS.get(record.levelname, "")
        return f"{colour}{line}\x1b[0m" if self._colour and colour else line


def _instant(record: logging.LogRecord) -> str:
    return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


def _plain(value: object) -> str:
    text = str(value)
    if text.isascii() and text.isprintable() and text and not any(mark in text for mark in ' "='):
        return text
    return json.dumps(text)
