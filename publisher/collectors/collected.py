# SPDX-License-Identifier: Apache-2.0
"""What a collector hands over, and what every collector is."""

from typing import Generic, NamedTuple, Protocol, TypeVar

from msgspec import Struct

Reading_co = TypeVar("Reading_co", bound=Struct, covariant=True)


class Collected(NamedTuple, Generic[Reading_co]):
    """A reading; ``remark`` says which parts of it this host lacks, so that their None is explained."""

    reading: Reading_co
    remark: str | None = None


class Collector(Protocol[Reading_co]):
    """Reads one subject of the host at every tick, from memory of the kernel: it does not block.

    ``name`` is the field of HostReading and the name in CollectorHealth.
    """

    @property
    def name(self) -> str:
        """Return the subject."""
        ...

    def collect(self) -> Collected[Reading_co]:
        """Return the reading of this instant; raise SourceError if there is none."""
        ...
