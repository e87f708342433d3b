# SPDX-License-Identifier: Apache-2.0
"""Places where a test may kill the process, to show that nothing is lost there; nothing without the variable.

``KVMGRID_FAILPOINT=after_commit:3`` kills the process with SIGKILL the third time it gets there. With
``:freeze`` after it, the thread that gets there stands still instead.
"""

import os
import signal
import threading
from collections.abc import Mapping
from typing import Literal, get_args

from publisher.wire.settings import SettingsError

# The places of a flush, in their order. After ``after_mark`` late samples are noted, by the mark read before.
FlushPoint = Literal[
    "after_receive", "after_decode", "after_mark", "before_commit", "after_commit", "before_ack"
]
# The places of the upkeep of rollups.
UpkeepPoint = Literal[
    "before_announced",
    "after_announced",
    "before_filled",
    "after_filled",
    "before_late",
    "after_late",
    "before_window",
    "after_window",
]
# The places of a cycle of the evaluator of alerts.
EvaluatorPoint = Literal["after_read", "after_states", "before_stored", "after_stored"]
# The places of the delivery of alerts: of a pass of the planner, and of a message.
DeliveryPoint = Literal["before_planned", "after_planned", "before_sent", "after_sent", "after_noted"]
Name = Literal[FlushPoint, UpkeepPoint, EvaluatorPoint, DeliveryPoint]
VARIABLE = "KVMGRID_FAILPOINT"
_FREEZE = "freeze"


class Failpoints:
    """The failpoint of a process, if it has one."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        name, _, rest = environment.get(VARIABLE, "").partition(":")
        count, _, deed = rest.partition(":")
        if name and (
            name not in get_args(Name) or not (count or "1").isdecimal() or deed not in ("", _FREEZE)
        ):
            raise SettingsError(f"{VARIABLE}: {name!r} is none of {', '.join(get_args(Name))}")
        self._name = name
        self._left_count = int(count or "1")
        self._freezes = deed == _FREEZE

    def reach(self, name: Name) -> None:
        """End the process or the thread here, if this is its failpoint and its time."""
        if name != self._name:
            return
        self._left_count -= 1
        if self._left_count == 0:
            if self._freezes:
                threading.Event().wait()
            os.kill(os.getpid(), signal.SIGKILL)
