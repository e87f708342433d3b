# SPDX-License-Identifier: Apache-2.0
"""What can be filtered by, one table a subject: qualifiers, the columns that they ask, units and words.

The columns are those of the questions of the pages, where what is not known is null.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Literal

from msgspec import Struct


class Measure(Struct, frozen=True, kw_only=True):
    """How a figure is written: its units with their factors to what is stored.

    ``plain`` is the unit of a number without one, None where none may be missing. ``spellings`` are other
    ways to write units, in small letters.
    """

    plain: str | None
    units: Mapping[str, Decimal]
    # The stored figures have single precision, and 0.8 of double precision is another number.
    sql_type: Literal["real", "double precision"]
    spellings: Mapping[str, str] = {}

    def unit(self, text: str) -> str | None:
        """Return a unit as it is written here, None if it is none of this measure."""
        if not text:
            return self.plain
        small = text.casefold()
        known = {unit.casefold(): unit for unit in self.units} | dict(self.spellings)
        return known.get(small)


COUNT = Measure(plain="", units={"": Decimal(1)}, sql_type="double precision")
LOAD = Measure(plain="", units={"": Decimal(1)}, sql_type="real")
RATIO = Measure(plain="%", units={"%": Decimal("0.01")}, sql_type="real")
CELSIUS = Measure(plain="°C", units={"°C": Decimal(1)}, sql_type="real", spellings={"c": "°C"})
BYTES = Measure(
    plain=None,
    # In the order in which they are offered.
    units={
        **{unit: Decimal(1024) ** power for unit, power in (("GiB", 3), ("MiB", 2), ("TiB", 4), ("KiB", 1))},
        **{unit: Decimal(1000) ** power for unit, power in (("GB", 3), ("MB", 2), ("TB", 4), ("kB", 1))},
        "B": Decimal(1),
    },
    sql_type="double precision",
    spellings={"k": "KiB", "m": "MiB", "g": "GiB", "t": "TiB"},
)
_SECONDS = {
    "µs": Decimal("0.000001"),
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "min": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86_400),
}
# The Greek letter, which is not the sign of the unit, is what small letters make of both.
_MICROSECONDS = {"us": "µs", "μs": "µs"}
LATENCY = Measure(plain="ms", units=_SECONDS, sql_type="real", spellings=_MICROSECONDS)
AGE = Measure(plain="s", units=_SECONDS, sql_type="real", spellings=_MICROSECONDS)
# Rates of disks are told in the units of memory, those of networks in decimal bits, as in the tables.
DISK_RATE = Measure(
    plain="MiB/s",
    units={
        f"{unit}/s": Decimal(1024) ** power for unit, power in (("MiB", 2), ("KiB", 1), ("GiB", 3), ("B", 0))
    },
    sql_type="double precision",
    spellings={"k": "KiB/s", "m": "MiB/s", "g": "GiB/s", "kib": "KiB/s", "mib": "MiB/s", "gib": "GiB/s"},
)
NETWORK_RATE = Measure(
    plain="Mbit/s",
    units={
        f"{unit}/s": Decimal(1000) ** power / 8
        for unit, power in (("Mbit", 2), ("kbit", 1), ("Gbit", 3), ("bit", 0))
    },
    sql_type="double precision",
    spellings={
        "k": "kbit/s",
        "m": "Mbit/s",
        "g": "Gbit/s",
        "kbit": "kbit/s",
        "mbit": "Mbit/s",
        "gbit": "Gbit/s",
    },
)


class Field(Struct, frozen=True, kw_only=True):
    """One thing to filter by: a figure if it has a measure, one of its words if it has some, else a text.

    A text in any of its columns is enough, and any text of a column of lists; ``list_columns`` are those of a
    field that has others too. Several figures may share a qualifier: their units tell which.
    """

    qualifier: str
    about: str
    columns: tuple[str, ...]
    measure: Measure | None = None
    words: tuple[str, ...] = ()
    is_list: bool = False
    list_columns: tuple[str, ...] = ()

    @property
    def kind(self) -> Literal["figure", "word", "text"]:
        """What its values are."""
        if self.measure is not None:
            return "figure"
        return "word" if self.words else "text"


class Fields(Struct, frozen=True):
    """All fields of a subject. The first is the one that words alone ask."""

    subject: str
    fields: tuple[Field, ...]

    @property
    def qualifiers(self) -> tuple[str, ...]:
        """The qualifiers, each once, in their order."""
        return tuple(dict.fromkeys(field.qualifier for field in self.fields))

    def find(self, qualifier: str) -> tuple[Field, ...]:
        """Return the fields of a qualifier in small letters; an empty one is that of words alone."""
        if not qualifier:
            return self.fields[:1]
        return tuple(field for field in self.fields if field.qualifier == qualifier)


HOST_FIELDS = Fields(
    "host",
    (
        Field(qualifier="name", about="host id, or the name it calls itself", columns=("host", "hostname")),
        Field(qualifier="host", about="host id", columns=("host",)),
        Field(
            qualifier="state",
            about="health",
            columns=("state",),
            words=("good", "strained", "bad", "stale", "unknown"),
        ),
        Field(
            qualifier="reason", about="what takes points of its health", columns=("reasons",), is_list=True
        ),
        Field(qualifier="tag", about="one of its tags", columns=("tags",), is_list=True),
        Field(qualifier="score", about="points of health, of 100", columns=("score",), measure=COUNT),
        Field(qualifier="cpu", about="busy share of all CPUs", columns=("cpu_busy_ratio",), measure=RATIO),
        Field(
            qualifier="steal", about="CPU time taken by others", columns=("cpu_steal_ratio",), measure=RATIO
        ),
        Field(qualifier="load", about="load over 1 minute", columns=("load_1m",), measure=LOAD),
        Field(qualifier="mem", about="memory used", columns=("memory_used_ratio",), measure=RATIO),
        Field(qualifier="mem", about="memory used", columns=("memory_used_bytes",), measure=BYTES),
        Field(
            qualifier="disk",
            about="busy time of the busiest disk",
            columns=("disk_busy_ratio",),
            measure=RATIO,
        ),
        Field(
            qualifier="lat", about="latency of its disks", columns=("disk_latency_seconds",), measure=LATENCY
        ),
        Field(
            qualifier="temp",
            about="temperature of the CPU",
            columns=("cpu_temperature_celsius",),
            measure=CELSIUS,
        ),
        Field(qualifier="running", about="VMs that run", columns=("running_count",), measure=COUNT),
        Field(qualifier="vms", about="VMs", columns=("domain_count",), measure=COUNT),
        Field(qualifier="age", about="age of the newest sample", columns=("age_seconds",), measure=AGE),
        Field(qualifier="kernel", about="kernel release", columns=("kernel",)),
        Field(qualifier="version", about="version of its publisher", columns=("publisher_version",)),
    ),
)

DOMAIN_FIELDS = Fields(
    "VM",
    (
        Field(
            qualifier="name",
            about="name, title, or what it was called before",
            columns=("name", "title"),
            list_columns=("former_names",),
        ),
        Field(qualifier="uuid", about="UUID", columns=("uuid",)),
        Field(qualifier="host", about="host it is on: its id, or its name", columns=("host", "hostname")),
        Field(
            qualifier="state",
            about="state",
            columns=("state",),
            words=(
                "running",
                "idle",
                "paused",
                "in shutdown",
                "shut off",
                "crashed",
                "pmsuspended",
                "no state",
                "unknown",
            ),
        ),
        Field(qualifier="tag", about="one of its tags", columns=("tags",), is_list=True),
        Field(qualifier="owner", about="who it belongs to", columns=("owner",)),
        Field(qualifier="cpu", about="busy share of its vCPUs", columns=("cpu_ratio",), measure=RATIO),
        Field(
            qualifier="steal",
            about="time that a vCPU waited for a CPU",
            columns=("steal_ratio",),
            measure=RATIO,
        ),
        Field(
            qualifier="mem",
            about="memory taken on the host, of what it may use",
            columns=("memory_resident_ratio",),
            measure=RATIO,
        ),
        Field(
            qualifier="mem",
            about="memory taken on the host",
            columns=("memory_resident_bytes",),
            measure=BYTES,
        ),
        Field(qualifier="used", about="memory used inside", columns=("memory_used_ratio",), measure=RATIO),
        Field(qualifier="used", about="memory used inside", columns=("memory_used_bytes",), measure=BYTES),
        Field(
            qualifier="assigned",
            about="memory that it may use",
            columns=("memory_assigned_bytes",),
            measure=BYTES,
        ),
        Field(
            qualifier="lat", about="latency of its disks", columns=("disk_latency_seconds",), measure=LATENCY
        ),
        Field(
            qualifier="disk",
            about="read from and written to its disks",
            columns=("disk_bytes_per_second",),
            measure=DISK_RATE,
        ),
        Field(
            qualifier="net",
            about="received and sent",
            columns=("network_bytes_per_second",),
            measure=NETWORK_RATE,
        ),
        Field(qualifier="vcpus", about="vCPUs in use", columns=("vcpu_count",), measure=COUNT),
        Field(qualifier="age", about="age of the newest sample", columns=("age_seconds",), measure=AGE),
        Field(qualifier="moved", about="time since its last move", columns=("moved_seconds",), measure=AGE),
    ),
)

ALERT_FIELDS = Fields(
    "alert",
    (
        Field(qualifier="rule", about="name of its rule", columns=("rule",)),
        Field(
            qualifier="severity",
            about="severity",
            columns=("severity",),
            words=("critical", "warning", "information"),
        ),
        Field(qualifier="host", about="id of the host it is about", columns=("host",)),
        Field(qualifier="vm", about="name of the VM it is about", columns=("domain_name",)),
        Field(qualifier="part", about="device, or path of a file system", columns=("part",)),
    ),
)
