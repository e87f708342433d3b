# SPDX-License-Identifier: Apache-2.0
"""Log lines: one event name and keys each, JSON unless a person is watching a terminal."""

import logging
import sys

import structlog

from dashboard.settings import LogSettings


def configure(settings: LogSettings) -> None:
    """Send structlog and the standard library's loggers (uvicorn, psycopg) to standard error."""
    as_json = settings.form == "json" or (settings.form == "auto" and not sys.stderr.isatty())
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    shared: list[structlog.typing.Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="ts"),
    ]
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer() if as_json else structlog.dev.ConsoleRenderer()
    )
    # The console renderer formats exceptions itself.
    last = [structlog.processors.format_exc_info, renderer] if as_json else [renderer]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=shared,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # httptools' and psycopg's chatter is of use to a developer only.
    root.setLevel(max(level, logging.WARNING) if level > logging.DEBUG else level)
