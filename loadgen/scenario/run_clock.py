# SPDX-License-Identifier: Apache-2.0
"""The clocks of a run, so that a test can have its own."""

import time
from collections.abc import Callable
from typing import NamedTuple


class RunClock(NamedTuple):
    """The wall clock for what is compared with samples, the monotonic one for what lasts."""

    wall: Callable[[], float] = time.time
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
