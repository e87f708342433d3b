# SPDX-License-Identifier: Apache-2.0
"""Log lines of structlog on standard error, as publisher.wire.log_line has them."""

import logging
import socket
import sys

import structlog

from publisher.wire.log_line import LogLine, LogSettings


def configure(settings: LogSettings) -> None:
    """Set up structlog and the standard library's logging, which pika uses."""
    line = LogLine("consumer", socket.gethostname(), form=settings.form, stream=sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            line.render,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[settings.level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    # pika reports each lost connection itself, several times; the subscriber says it once.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
