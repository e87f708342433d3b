# SPDX-License-Identifier: Apache-2.0
"""Log lines: an event name and keys, on standard error; JSON unless a person watches."""

import logging
import sys

import structlog

from consumer.settings import LogSettings


def configure(settings: LogSettings) -> None:
    """Set up structlog and the standard library's logging, which pika uses."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    readable = settings.form == "text" or (settings.form == "auto" and sys.stderr.isatty())
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.dev.ConsoleRenderer() if readable else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # pika reports each lost connection itself, several times; the subscriber says it once.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
