# SPDX-License-Identifier: Apache-2.0
"""What the consumer changes of Python's own behaviour."""

import gc
import threading
import weakref
from functools import partial

from consumer.interpreter import collect_cycles

_PATIENCE_SECONDS = 30.0


class _Connection:
    """Something that refers to itself, as a lost connection does by its errors."""

    def __init__(self) -> None:
        self.itself = self


def test_cycles_are_collected_by_the_clock() -> None:
    """What refers to itself is let go although the threshold of the interpreter is far away."""
    gone, ended = threading.Event(), threading.Event()
    thread = threading.Thread(target=partial(collect_cycles, ended, 0.01), daemon=True)
    gc.disable()
    try:
        connection = _Connection()
        watched = weakref.ref(connection, lambda _: gone.set())
        thread.start()
        assert not gone.is_set()
        del connection
        assert gone.wait(_PATIENCE_SECONDS)
        assert watched() is None
    finally:
        gc.enable()
        ended.set()
        thread.join(_PATIENCE_SECONDS)
    assert not thread.is_alive()
