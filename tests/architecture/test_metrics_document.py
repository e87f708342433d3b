# SPDX-License-Identifier: Apache-2.0
"""docs/metrics.md explains every figure: one section per struct of the wire, one line per field."""

import re
from pathlib import Path

import msgspec
import pytest

from publisher.wire import samples

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "metrics.md"
HOST = (
    samples.HostSample,
    samples.HostDiskSample,
    samples.HostInterfaceSample,
    samples.HostFilesystemSample,
    samples.HostIdentity,
)
DOMAIN = (
    samples.DomainSample,
    samples.DomainBlockSample,
    samples.DomainInterfaceSample,
    samples.DomainDescription,
)
COLUMN_COUNT = 5


def documented(struct: type[msgspec.Struct]) -> dict[str, list[str]]:
    """Return the rows of the table under the heading that names a struct, by field.

    A heading is a line such as ``### `HostSample` ``; a row begins with the field in backticks.
    """
    sections = re.split(r"^#+ ", DOCUMENT.read_text(encoding="utf-8"), flags=re.MULTILINE)
    named = [section for section in sections if f"`{struct.__name__}`" in section.partition("\n")[0]]
    rows: dict[str, list[str]] = {}
    for line in "\n".join(named).splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if line.startswith("| `"):
            rows[cells[0].strip("`")] = cells
    return rows


@pytest.mark.parametrize("struct", HOST + DOMAIN, ids=lambda struct: struct.__name__)
def test_every_field_is_explained(struct: type[msgspec.Struct]) -> None:
    """The table of a struct has its fields, all of them and no others, in their order."""
    assert list(struct.__struct_fields__) == list(documented(struct))


@pytest.mark.parametrize("struct", HOST + DOMAIN, ids=lambda struct: struct.__name__)
def test_every_line_has_a_kind_and_a_source_column(struct: type[msgspec.Struct]) -> None:
    """Field, unit, kind, source and formula, with a kind that the introduction defines."""
    rows = documented(struct)

    assert rows
    assert [] == [field for field, cells in rows.items() if len(cells) != COLUMN_COUNT]
    assert {"gauge", "rate", "fact"} >= {cells[2] for cells in rows.values()}


def test_the_structs_of_the_wire_are_all_here() -> None:
    """A sample struct that is added to the wire needs its section."""
    known = {struct.__name__ for struct in HOST + DOMAIN}

    assert known == {
        name for name in vars(samples) if re.fullmatch(r"(Host|Domain)\w*(Sample|Identity|Description)", name)
    }
