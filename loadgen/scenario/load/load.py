# SPDX-License-Identifier: Apache-2.0
"""What every load of a scenario can do; the three of them are guest_cpu, host_memory and disk_busy."""

from typing import NamedTuple, Protocol

from loadgen.scenario.scenario import Step
from loadgen.scenario.series import Track
from loadgen.scenario.store import Place


class Reading(NamedTuple):
    """What a track of the load was at one moment of the wall clock."""

    track: Track
    at_seconds: float
    value: float


class Load(Protocol):
    """A load and the truth about it. Whatever goes wrong is a LoadgenError."""

    @property
    def subject(self) -> str:
        """The word in the routing key of the truth."""

    @property
    def place(self) -> Place:
        """Where kvmgrid stores what is compared."""

    @property
    def tracks(self) -> tuple[Track, ...]:
        """What is read; the first is compared."""

    @property
    def columns(self) -> tuple[str, ...]:
        """What is stored; the first is compared."""

    @property
    def notes(self) -> list[str]:
        """What a reader of the report has to know."""

    def command(self, step: Step) -> float:
        """Begin a step and return its level as a share."""

    def work(self, until_seconds: float) -> None:
        """Keep the load up until a time of the monotonic clock; blocks."""

    def read(self) -> list[Reading]:
        """Return what is true now, a reading a track."""

    def close(self) -> None:
        """End the load and leave everything as it was."""
