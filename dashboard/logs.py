# SPDX-License-Identifier: Apache-2.0
"""Log lines of structlog and of libraries on standard error, as publisher.wire.log_line has them."""

import logging
import socket
import sys

import structlog

from publisher.wire.log_line import LogLine, LogSettings, write_libraries


def configure(settings: LogSettings) -> None:
    """Send structlog and the standard library's loggers (uvicorn, psycopg) to standard error."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    line = LogLine("dashboard", socket.gethostname(), form=settings.form, stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            line.render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    write_libraries(line, level, sys.stderr)
