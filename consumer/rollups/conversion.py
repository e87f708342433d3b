# SPDX-License-Identifier: Apache-2.0
"""The conversion of chunks to columns, one after the other; only the Community edition has any.

Beside the rollups, which go on meanwhile: a chunk takes minutes. Each is followed by a pause as long. What is
late for a chunk that is being converted is parked, and its notes wait.
"""

import threading
import time

import structlog

from consumer.errors import ConsumerError
from consumer.rollups.steps import Steps

_PAUSE_SECONDS_MAX = 60.0


class Conversion:
    """Rounds of one consumer. Not thread-safe."""

    def __init__(self, stopping: threading.Event) -> None:
        self._stopping = stopping
        self._log = structlog.get_logger()

    def round(self, steps: Steps) -> None:
        """Try each chunk that is due once; raise ConsumerError where the connection is lost."""
        for chunk in steps.due_chunks():
            begun_at = time.monotonic()
            try:
                if steps.convert_chunk(chunk):
                    self._log.info("chunk_converted", chunk=chunk)
            except ConsumerError as error:
                if steps.is_lost:
                    raise
                self._log.warning("conversion_failed", chunk=chunk, error=str(error))
            if self._stopping.wait(min(time.monotonic() - begun_at, _PAUSE_SECONDS_MAX)):
                return
