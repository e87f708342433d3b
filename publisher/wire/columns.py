# SPDX-License-Identifier: Apache-2.0
"""Domains as they travel: one list per field instead of one object per domain.

All lists of a table are as long as it has rows; a list is left out where every row holds the field's default.
Names stand in a message once, and a consumer makes rows of it without an object per domain: a third of the
bytes and half of the time. Producers build ``DomainReport``: see the transposition module.
"""

from collections.abc import Iterable, Sequence
from itertools import compress, repeat
from typing import TYPE_CHECKING, Annotated, Any

from msgspec import NODEFAULT, Meta, Struct, defstruct
from msgspec.structs import FieldInfo, astuple, fields

from publisher.wire.samples import (
    UUID_PATTERN,
    Batch,
    Count,
    DomainBlockSample,
    DomainDescription,
    DomainInterfaceSample,
    DomainSample,
    Name,
)

Place = Annotated[int, Meta(ge=0)]
# A list of UUIDs is compared as a whole: trying a pattern on each would cost as much as decoding them.
_UUID_SHAPE = b"00000000-0000-0000-0000-000000000000,"
_SHAPE = bytes.maketrans(b"0123456789abcdef", b"0" * 16)


def _table(name: str, row: type[Struct], *first: tuple[str, Any]) -> type[Struct]:
    """Return the struct that has a list for each field of ``row``."""
    columns: list[Any] = list(first)
    for field in fields(row):
        kind = list.__class_getitem__(field.type)
        columns.append((field.name, kind) if field.default is NODEFAULT else (field.name, kind, []))
    return defstruct(name, columns, frozen=True, kw_only=True, omit_defaults=True, module=__name__)


if TYPE_CHECKING:

    class DomainSampleColumns(Struct):
        """``DomainSample``, field by field."""

    class DomainBlockColumns(Struct):
        """``DomainBlockSample`` of all domains; ``domain`` is the place of each in the list of domains."""

        domain: list[int]
        device: list[str]

    class DomainInterfaceColumns(Struct):
        """``DomainInterfaceSample`` likewise."""

        domain: list[int]
        device: list[str]
else:
    _DOMAIN = ("domain", list[Place])
    DomainSampleColumns = _table("DomainSampleColumns", DomainSample)
    DomainBlockColumns = _table("DomainBlockColumns", DomainBlockSample, _DOMAIN)
    DomainInterfaceColumns = _table("DomainInterfaceColumns", DomainInterfaceSample, _DOMAIN)

ROWS: dict[type[Struct], type[Struct]] = {
    DomainSampleColumns: DomainSample,
    DomainBlockColumns: DomainBlockSample,
    DomainInterfaceColumns: DomainInterfaceSample,
}
FIELDS: dict[type[Struct], tuple[FieldInfo, ...]] = {table: fields(row) for table, row in ROWS.items()}
_REQUIRED = {table: [field.default is NODEFAULT for field in found] for table, found in FIELDS.items()}
_DEFAULTS = {field.name: field.default for field in FIELDS[DomainSampleColumns]}


class DomainColumns(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """``DomainReport``, field by field; what only few domains have is by UUID."""

    # ``fault`` checks them: here a pattern would be tried on each UUID of each message.
    uuid: list[str]
    name: list[Name]
    libvirt_id: list[Count | None] = []
    sample: DomainSampleColumns
    reasons: dict[str, Name] = {}
    descriptions: dict[str, DomainDescription] = {}
    blocks: DomainBlockColumns | None = None
    interfaces: DomainInterfaceColumns | None = None

    @property
    def libvirt_ids(self) -> Sequence[int | None]:
        """The domain id of each domain, None while it is off."""
        return self.libvirt_id or [None] * len(self.uuid)

    def figures(self, name: str) -> Sequence[Any]:
        """Return one field of ``DomainSample`` of each domain."""
        return getattr(self.sample, name) or [_DEFAULTS[name]] * len(self.uuid)


class ColumnBatch(Batch, frozen=True, kw_only=True, omit_defaults=True):
    """``SampleBatch`` with its domains as columns: the message behind ``<host>.sample``."""

    domains: DomainColumns | None = None


def lists(table: Struct) -> tuple[Sequence[Any], ...]:
    """Return the lists of a table in the order of its rows' fields, empty where left out."""
    return astuple(table)[-len(FIELDS[type(table)]) :]


def cells(table: Struct) -> list[Iterable[Any]]:
    """Return the lists of a table in the order of its rows' fields; one left out gives its default."""
    return [
        values or repeat(field.default)
        for field, values in zip(FIELDS[type(table)], lists(table), strict=True)
    ]


def fault(domains: DomainColumns) -> str | None:
    """Return why decoded columns cannot be read as rows, None if they can."""
    count = len(domains.uuid)
    if len(domains.name) != count or len(domains.libvirt_id) not in (0, count):
        return f"domains: the lists of {count} domains differ in length"
    for path, table in (("blocks", domains.blocks), ("interfaces", domains.interfaces)):
        if table is None:
            continue
        if _is_uneven(table, len(table.domain)):
            return f"domains.{path}: the lists of {len(table.domain)} devices differ in length"
        if table.domain and max(table.domain) >= count:
            return f"domains.{path}: a device of domain {max(table.domain)} of {count}"
    if _is_uneven(domains.sample, count):
        return f"domains.sample: the lists of {count} domains differ in length"
    return _malformed_uuid(domains.uuid)


def _is_uneven(table: Struct, count: int) -> bool:
    found = lists(table)
    return not {0, count}.issuperset(map(len, found)) or not (
        count == 0 or all(compress(found, _REQUIRED[type(table)]))
    )


def _malformed_uuid(uuids: list[str]) -> str | None:
    shape = ",".join(uuids).encode("utf-8", "replace").translate(_SHAPE)
    if shape == (_UUID_SHAPE * len(uuids))[:-1]:
        return None
    wrong = next(uuid for uuid in uuids if not UUID_PATTERN.search(uuid))
    return f"domains.uuid: {wrong[:64]!r} is no UUID"
