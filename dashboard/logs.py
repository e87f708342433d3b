# SPDX-License-Identifier: Apache-2.0
"""Log lines of structlog and of libraries on standard error, as publisher.wire.log_line has them."""

import logging
import socket
import sys

import structlog

from publisher.wire.log_line import LogLine, LogSettings


def configure(settings: LogSettings) -> None:
    """Send structlog and the standard library's loggers (uvicorn, psycopg) to standard error."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    line = LogLine("dashboard", socket.gethostname(), form=settings.form, stream=sys.stderr)
    first: list[structlog.typing.Processor] = [structlog.stdlib.add_log_level]
    last: list[structlog.typing.Processor] = [structlog.processors.format_exc_info, line.render]
    structlog.configure(
        processors=[*first, *last],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
            foreign_pre_chain=first,
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    # httptools' and psycopg's chatter is of use to a developer only.
    root.setLevel(max(level, logging.WARNING) if level > logging.DEBUG else level)
