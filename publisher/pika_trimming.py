# SPDX-License-Identifier: Apache-2.0
"""Keeps adapters of pika that a process never uses out of its memory.

pika imports all of its adapters; one of them brings asyncio, two megabytes, another is half a megabyte
itself. A stand-in is put in an adapter's place before pika is loaded. Should pika be arranged differently one
day, this has no effect.
"""

import sys
from types import ModuleType

_ASYNCIO = ("pika.adapters.asyncio_connection", "AsyncioConnection")
_BLOCKING = ("pika.adapters.blocking_connection", "BlockingConnection")


def keep_asyncio_out() -> None:
    """Leave out the adapter for asyncio, which nothing of ours uses."""
    _keep_out(*_ASYNCIO)


def keep_blocking_out() -> None:
    """Leave out the adapter that waits, which ``check`` needs and ``run`` does not."""
    _keep_out(*_BLOCKING)


def _keep_out(module: str, adapter: str) -> None:
    """Put the stand-in where pika will look; no effect once pika is loaded."""
    if "pika" not in sys.modules and module not in sys.modules:
        stand_in = ModuleType(module)
        stand_in.__dict__[adapter] = None
        sys.modules[module] = stand_in
