# SPDX-License-Identifier: Apache-2.0
"""Structured log lines with the standard library, as publisher.wire.log_line has them.

A line is an event name and fields: ``log.info("link_up", broker="…")``. The field ``part`` says which part of
the publisher wrote it. See docs/decisions/0004.
"""

import logging
import sys
from typing import Any, TextIO

from publisher.wire.log_line import LineFormatter, LogLine, LogSettings

ROOT = "kvmgrid.publisher"


class Log:
    """The log of one part. Levels: an operator need not act on info, may on warning, must on error."""

    def __init__(self, part: str) -> None:
        self._logger = logging.getLogger(f"{ROOT}.{part}")
        self._part = part

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
            extra = {"fields": {"part": self._part, **fields}}
            self._logger.log(level, event, extra=extra, exc_info=error)


def configure(settings: LogSettings, *, host: str, stream: TextIO | None = None) -> None:
    """Send the log of the process to ``stream`` (standard error); called once, by the entry point."""
    target = stream or sys.stderr
    handler = logging.StreamHandler(target)
    handler.setFormatter(LineFormatter(LogLine("publisher", host, form=settings.form, stream=target)))
    root = logging.getLogger(ROOT)
    root.handlers = [handler]
    root.setLevel(settings.level.upper())
    root.propagate = False
    # The link translates what the AMQP library meets; its own lines and traces would double each outage.
    logging.getLogger("pika").setLevel(logging.CRITICAL + 1)
