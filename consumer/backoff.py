# SPDX-License-Identifier: Apache-2.0
"""The waits of a consumer: shorter than a publisher's, as few consumers serve many hosts."""

import random
from collections.abc import Callable

from publisher.wire import backoff

FIRST_SECONDS = 0.25
LONGEST_SECONDS = 15.0


class Backoff(backoff.Backoff):
    """Waits from ``first_seconds`` to ``limit_seconds``, with the consumer's defaults."""

    def __init__(
        self,
        first_seconds: float = FIRST_SECONDS,
        limit_seconds: float = LONGEST_SECONDS,
        *,
        draw: Callable[[], float] = random.random,
    ) -> None:
        super().__init__(first_seconds, limit_seconds, draw=draw)
