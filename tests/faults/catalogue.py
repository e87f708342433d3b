# SPDX-License-Identifier: Apache-2.0
"""Every fault of the table, in its order, and the small set that `make test` runs."""

from tests.faults.broker_faults import BROKER_FAULTS
from tests.faults.consumer_faults import CONSUMER_FAULTS
from tests.faults.crowd_faults import CROWD_FAULTS
from tests.faults.database_faults import DATABASE_FAULTS
from tests.faults.dead_letter_faults import DEAD_LETTER_FAULTS
from tests.faults.excess_faults import EXCESS_FAULTS
from tests.faults.fault import Fault
from tests.faults.host_faults import HOST_FAULTS
from tests.faults.message_faults import MESSAGE_FAULTS
from tests.faults.publisher_faults import PUBLISHER_FAULTS
from tests.faults.standby_faults import STANDBY_FAULTS
from tests.faults.storm import STORMS
from tests.faults.topology_faults import TOPOLOGY_FAULTS

FAULTS: tuple[Fault, ...] = (
    *BROKER_FAULTS,
    *CROWD_FAULTS,
    *TOPOLOGY_FAULTS,
    *DEAD_LETTER_FAULTS,
    *CONSUMER_FAULTS,
    *DATABASE_FAULTS,
    *STANDBY_FAULTS,
    *PUBLISHER_FAULTS,
    *HOST_FAULTS,
    *EXCESS_FAULTS,
    *MESSAGE_FAULTS,
    *STORMS,
)
# One of each kind, less than three minutes together as the tests shorten them.
SMALL_SET = ("F1", "F2", "F4", "P1", "F12", "F27", "B21")


def small_set() -> list[Fault]:
    """Return the faults of the small set."""
    return [fault for fault in FAULTS if fault.name in SMALL_SET]


def named(names: "tuple[str, ...] | list[str]") -> list[Fault]:
    """Return the faults of these names, all without one; "F14" is every one that begins with "F14-" too."""
    if not names:
        return list(FAULTS)
    chosen = [fault for fault in FAULTS if any(_is_called(fault, name) for name in names)]
    unknown = [name for name in names if not any(_is_called(fault, name) for fault in FAULTS)]
    if unknown:
        known = " ".join(fault.name for fault in FAULTS)
        raise KeyError(f"no fault is called {' or '.join(unknown)}; there are {known}")
    return chosen


def _is_called(fault: Fault, name: str) -> bool:
    return fault.name == name or fault.name.startswith(f"{name}-")
