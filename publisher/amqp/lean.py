# SPDX-License-Identifier: Apache-2.0
"""Keeps asyncio out of the process: two megabytes that the publisher never uses.

pika imports all of its adapters, and one of them imports asyncio. A stand-in for that one is put in its
place before pika is loaded. Should pika be arranged differently one day, this has no effect.
"""

import sys
from types import ModuleType

_ADAPTER = "pika.adapters.asyncio_connection"


def keep_asyncio_out() -> None:
    """Put the stand-in where pika will look for its adapter; no effect once pika is loaded."""
    if "pika" not in sys.modules and _ADAPTER not in sys.modules:
        stand_in = ModuleType(_ADAPTER)
        stand_in.__dict__["AsyncioConnection"] = None
        sys.modules[_ADAPTER] = stand_in
