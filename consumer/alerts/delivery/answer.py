# SPDX-License-Identifier: Apache-2.0
"""What a channel says to a message; one that did not take it raises ``NotTaken``."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

# The longest that a message may take on its way, whatever the other side does.
DEADLINE_SECONDS: Final = 15.0
WAIT_SECONDS: Final = 10.0


class NotTaken(Exception):  # noqa: N818 - names what was found
    """A channel did not take a message; ``is_final``: nor will it another time."""

    def __init__(self, text: str, *, is_final: bool = False) -> None:
        super().__init__(text)
        self.is_final = is_final


@contextmanager
def deadline(end: Callable[[], None], seconds: float = DEADLINE_SECONDS) -> Iterator[None]:
    """Call ``end`` after so long: one that sends a byte now and then outlives each single wait."""
    timer = threading.Timer(seconds, end)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
