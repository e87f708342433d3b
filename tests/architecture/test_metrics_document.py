# SPDX-License-Identifier: Apache-2.0
"""docs/metrics.md explains every field and event: one section per struct of the wire, one line per field."""

import inspect
import re
from pathlib import Path
from types import ModuleType

import msgspec
import pytest

from consumer.rules.event_kinds import OF_DOMAINS, OF_HOSTS
from publisher.host import events as host_events
from publisher.wire import columns, samples

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
MESSAGE = (
    samples.SampleBatch,
    samples.DomainReport,
    columns.DomainColumns,
    samples.HypervisorHealth,
    samples.CollectorHealth,
    samples.PublisherReport,
    samples.DroppedRange,
    samples.Event,
)
ALL = HOST + DOMAIN + MESSAGE
COLUMN_COUNT = 5
PUBLISHER = DOCUMENT.parents[1] / "publisher"
# How the code names the kind of an event, beside the constants of publisher/host/events.py: as a field, or as
# the first argument of EventFacts or announce. The two tables of libvirt's events name others.
# Nothing else there resembles their words.
KIND_IN_CODE = re.compile(r"""(?:\bkind=|(?:EventFacts|announce)\(\s*)"([a-z_]+)\"""")
KIND_IN_TABLES = re.compile(r'"(domain_[a-z_]+)"')


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


@pytest.mark.parametrize("struct", ALL, ids=lambda struct: struct.__name__)
def test_every_field_is_explained(struct: type[msgspec.Struct]) -> None:
    """The table of a struct has its fields, all of them and no others."""
    assert set(struct.__struct_fields__) == set(documented(struct))


@pytest.mark.parametrize("struct", ALL, ids=lambda struct: struct.__name__)
def test_every_line_has_a_kind_and_a_source_column(struct: type[msgspec.Struct]) -> None:
    """Field, unit, kind, source and formula, with a kind that the introduction defines."""
    rows = documented(struct)

    assert rows
    assert [] == [field for field, cells in rows.items() if len(cells) != COLUMN_COUNT]
    assert {"gauge", "rate", "count", "counter", "fact"} >= {cells[2] for cells in rows.values()}


def test_the_structs_of_the_wire_are_all_here() -> None:
    """A struct that is added to the wire needs its section; what is a base of others alone has theirs."""
    structs = {
        value
        for value in vars(samples).values()
        if isinstance(value, type)
        and issubclass(value, msgspec.Struct)
        and value not in {msgspec.Struct, samples.Batch}
    }

    assert set(ALL) - {columns.DomainColumns} == structs


def constants(module: ModuleType) -> set[str]:
    """Return the texts that a module itself declares Final, and not those that it imports."""
    values = {getattr(module, name) for name in inspect.get_annotations(module)}
    return {value for value in values if isinstance(value, str)}


def test_every_kind_of_event_is_explained() -> None:
    """The document's tables of events have the kinds that the code can send, and no others."""
    text = DOCUMENT.read_text(encoding="utf-8")
    tables = [
        section for section in re.split(r"^#+ ", text, flags=re.MULTILINE) if section.startswith("Events of ")
    ]
    rows = [line.split("|")[1] for line in "\n".join(tables).splitlines() if line.startswith("| `")]
    explained = {kind for row in rows for kind in re.findall(r"`([a-z_]+)`", row)}
    sent = constants(host_events)
    for path in PUBLISHER.rglob("*.py"):
        sent |= set(KIND_IN_CODE.findall(path.read_text(encoding="utf-8")))
    for name in ("events", "lifecycle"):
        source = (PUBLISHER / "hypervisor" / f"{name}.py").read_text(encoding="utf-8")
        sent |= set(KIND_IN_TABLES.findall(source))

    assert explained == sent
    # A rule about any other kind would never fire.
    assert OF_HOSTS | OF_DOMAINS == sent
