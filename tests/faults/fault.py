# SPDX-License-Identifier: Apache-2.0
"""One fault as data: what is done, what is expected beyond I1 to I9, how long it may take."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from tests.faults.scene import Hop, Scene

Action = Callable[[Scene], None]


def nothing(_scene: Scene) -> None:
    """Do nothing."""


class Deadlines(NamedTuple):
    """How long a step may take, in seconds; a longer one is a finding (I7)."""

    setup_seconds: float = 90.0
    inject_seconds: float = 90.0
    recover_seconds: float = 90.0
    drain_seconds: float = 60.0
    # As much more for the strike with each message that FUZZ asks for.
    fuzzed_seconds: float = 0.0


class Fault(NamedTuple):
    """A fault; ``inject``, a time of about ``hold_seconds``, ``recover``, as often as ``times`` says.

    It goes on like this for ``lasting_seconds`` at least. The first ``struck_count`` hosts are those the
    fault concerns, the others are neighbours. ``gap_limit_seconds`` is for faults that leave broker and
    database alone; one over ``NEIGHBOUR_GAP_SECONDS`` is an exception that docs/reliability.md names.
    """

    name: str
    done: str
    expected: str
    inject: Action
    recover: Action = nothing
    # Before the consumers start, and when they consume.
    prepare: Action = nothing
    begin: Action = nothing
    times: int = 1
    lasting_seconds: float = 0.0
    hold_seconds: float = 0.0
    hops: tuple[Hop, ...] = ()
    settings: Mapping[str, str] = MappingProxyType({})
    host_count: int = 4
    domain_count: int = 3
    interval_seconds: float = 0.25
    # The log events by which a consumer tells of it.
    told: tuple[str, ...] = ()
    struck_count: int = 0
    # Where it is given, the database is another one, on a disk of this size.
    database_disk_bytes: int | None = None
    gap_limit_seconds: float | None = None
    resident_limit_bytes: int = 300 * 1024 * 1024
    # Where it is given, a consumer may grow by so much from the middle of the fault to its end.
    growth_limit_bytes: int | None = None
    deadlines: Deadlines = Deadlines()


NEIGHBOUR_GAP_SECONDS = 5.0
EVERYBODY_WAITS = None
