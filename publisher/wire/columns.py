# SPDX-License-Identifier: Apache-2.0
"""Domains as they travel: one column per field instead of one object per domain.

A column of numbers is bytes (see the packing module), any other a list. All columns of a table have as many
entries as it has rows. A column is left out where every row holds the field's default. So a name stands in a
message once. A consumer makes rows without an object per domain or number. Producers build ``DomainReport``:
see the transposition module.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import NODEFAULT, Struct, defstruct
from msgspec.structs import astuple, fields

from publisher.wire.packing import COUNTS, Packing, packing_of
from publisher.wire.samples import (
    UUID_PATTERN,
    Batch,
    DomainBlockSample,
    DomainDescription,
    DomainInterfaceSample,
    DomainSample,
    Name,
)

# A list of UUIDs is compared as a whole. To try a pattern on each would cost as much as decoding them.
_UUID_SHAPE = b"00000000-0000-0000-0000-000000000000,"
_SHAPE = bytes.maketrans(b"0123456789abcdef", b"0" * 16)


class Column(NamedTuple):
    """One column of a table; ``default`` is NODEFAULT where it must be there, ``packing`` None for a list."""

    name: str
    default: Any
    packing: Packing | None

    def values(self, part: Any, count: int) -> Sequence[Any]:
        """Return its value in each of ``count`` rows."""
        if not part:
            return [self.default] * count
        return self.packing.unpack(part) if self.packing else part


class _Group(NamedTuple):
    """Columns that are checked together, by their places in the table; each row makes one ``size`` longer."""

    packing: Packing | None
    required: bool
    size: int
    places: Sequence[int]


def _columns(row: type[Struct]) -> tuple[Column, ...]:
    return tuple(Column(field.name, field.default, packing_of(field.type)) for field in fields(row))


def _table(name: str, row: type[Struct], *first: tuple[str, Any]) -> type[Struct]:
    """Return the struct that has a column for each field of ``row``."""
    parts: list[Any] = list(first)
    for column, field in zip(_columns(row), fields(row), strict=True):
        kind, empty = (bytes, b"") if column.packing else (list.__class_getitem__(field.type), [])
        parts.append((column.name, kind) if column.default is NODEFAULT else (column.name, kind, empty))
    return defstruct(name, parts, frozen=True, kw_only=True, omit_defaults=True, module=__name__)


if TYPE_CHECKING:

    class DomainSampleColumns(Struct):
        """``DomainSample``, field by field."""

    class DomainBlockColumns(Struct):
        """``DomainBlockSample`` of all domains; ``domain`` is the place of each in the list of domains."""

        domain: bytes
        device: list[str]

    class DomainInterfaceColumns(Struct):
        """``DomainInterfaceSample`` likewise."""

        domain: bytes
        device: list[str]
else:
    DomainSampleColumns = _table("DomainSampleColumns", DomainSample)
    DomainBlockColumns = _table("DomainBlockColumns", DomainBlockSample, ("domain", bytes))
    DomainInterfaceColumns = _table("DomainInterfaceColumns", DomainInterfaceSample, ("domain", bytes))

DeviceColumns = DomainBlockColumns | DomainInterfaceColumns
ROWS: dict[type[Struct], type[Struct]] = {
    DomainSampleColumns: DomainSample,
    DomainBlockColumns: DomainBlockSample,
    DomainInterfaceColumns: DomainInterfaceSample,
}
COLUMNS: dict[type[Struct], tuple[Column, ...]] = {table: _columns(row) for table, row in ROWS.items()}


def _groups(columns: Sequence[Column]) -> list[_Group]:
    groups: dict[tuple[Packing | None, bool], list[int]] = {}
    for place, column in enumerate(columns):
        groups.setdefault((column.packing, column.default is NODEFAULT), []).append(place)
    return [
        _Group(packing, required, packing.size_bytes if packing else 1, places)
        for (packing, required), places in groups.items()
    ]


_GROUPS = {table: _groups(columns) for table, columns in COLUMNS.items()}
_SAMPLE = {column.name: column for column in COLUMNS[DomainSampleColumns]}


class DomainColumns(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``DomainReport``, field by field; what only few domains have is by UUID."""

    # ``fault`` checks them: here a pattern would be tried on each UUID of each message.
    uuid: list[str]
    name: list[Name]
    libvirt_id: bytes = b""
    sample: DomainSampleColumns
    reasons: dict[str, Name] = {}
    descriptions: dict[str, DomainDescription] = {}
    blocks: DomainBlockColumns | None = None
    interfaces: DomainInterfaceColumns | None = None

    @property
    def libvirt_ids(self) -> Sequence[int | None]:
        """The domain id of each domain, None while it is off."""
        return COUNTS.unpack(self.libvirt_id) or [None] * len(self.uuid)

    @property
    def active_count(self) -> int:
        """How many domains have a domain id."""
        # The first byte of an id tells: unknown ones alone are negative.
        return len(self.libvirt_id[:: COUNTS.size_bytes].translate(None, b"\x80"))

    def figures(self, name: str) -> Sequence[Any]:
        """Return one field of ``DomainSample`` of each domain."""
        return _SAMPLE[name].values(getattr(self.sample, name), len(self.uuid))


class ColumnBatch(Batch, frozen=True, kw_only=True, omit_defaults=True):
    """``SampleBatch`` with its domains as columns: the message behind ``<host>.sample``."""

    domains: DomainColumns | None = None


def parts(table: Struct) -> tuple[Any, ...]:
    """Return the columns of a table in the order of its rows' fields, empty where left out."""
    return astuple(table)[-len(COLUMNS[type(table)]) :]


def owners(devices: DeviceColumns) -> list[int]:
    """Return the place of each device's domain."""
    return COUNTS.unpack(devices.domain)


def fault(domains: DomainColumns) -> str | None:
    """Return why decoded columns cannot be read as rows, None if they can."""
    count = len(domains.uuid)
    if len(domains.name) != count or len(domains.libvirt_id) not in (0, count * COUNTS.size_bytes):
        return f"domains: the columns of {count} rows differ in length"
    if not COUNTS.allows(domains.libvirt_id, unknown=True):
        return "domains.libvirt_id: a number beyond its bounds"
    for path, devices in (("domains.blocks", domains.blocks), ("domains.interfaces", domains.interfaces)):
        if devices is not None and (reason := _device_fault(path, devices, count)):
            return reason
    return _table_fault("domains.sample", domains.sample, count) or _malformed_uuid(domains.uuid)


def _device_fault(path: str, devices: DeviceColumns, domain_count: int) -> str | None:
    count = len(devices.device)
    if len(devices.domain) != count * COUNTS.size_bytes:
        return f"{path}: the columns of {count} rows differ in length"
    if not COUNTS.allows(devices.domain, unknown=False):
        return f"{path}.domain: a number beyond its bounds"
    if (last := max(owners(devices), default=-1)) >= domain_count:
        return f"{path}: a device of domain {last} of {domain_count}"
    return _table_fault(path, devices, count)


def _table_fault(path: str, table: Struct, count: int) -> str | None:
    columns, found = COLUMNS[type(table)], parts(table)
    for packing, required, size, places in _GROUPS[type(table)]:
        members = [found[place] for place in places]
        if not {count * size, count * size if required else 0}.issuperset(map(len, members)):
            return f"{path}: the columns of {count} rows differ in length"
        if packing and not packing.allows(b"".join(members), unknown=not required):
            wrong = (place for place in places if not packing.allows(found[place], unknown=not required))
            name = columns[next(wrong)].name
            return f"{path}.{name}: a number beyond its bounds, or none where one must be"
    return None


def _malformed_uuid(uuids: list[str]) -> str | None:
    shape = ",".join(uuids).encode("utf-8", "replace").translate(_SHAPE)
    if shape == (_UUID_SHAPE * len(uuids))[:-1]:
        return None
    wrong = next(uuid for uuid in uuids if not UUID_PATTERN.search(uuid))
    return f"domains.uuid: {wrong[:64]!r} is no UUID"
