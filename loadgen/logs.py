# SPDX-License-Identifier: Apache-2.0
"""Log lines of this process and of libraries on standard error, as publisher.wire.log_line has them."""

import logging
import socket
import sys
from typing import TextIO

from publisher.wire.log_line import Form, LogLine, LogSettings, write_libraries


def log_line(form: Form, stream: TextIO) -> LogLine:
    """Return what makes the lines of this process."""
    return LogLine("loadgen", socket.gethostname(), form=form, stream=stream)


def configure(settings: LogSettings) -> None:
    """Send the standard library's loggers (psycopg, pika) to standard error."""
    level = logging.getLevelNamesMapping()[settings.level.upper()]
    write_libraries(log_line(settings.form, sys.stderr), level, sys.stderr)
    # pika reports each lost connection itself, several times; the command says it once.
    logging.getLogger("pika").setLevel(logging.CRITICAL)
