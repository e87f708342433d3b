# SPDX-License-Identifier: Apache-2.0
"""The reasons that the database is asked for: a few probes of a key for each stretch of time."""

from collections.abc import Mapping, Sequence
from math import ceil, floor
from typing import NamedTuple

from dashboard.components.domain_words import OUTCOMES
from dashboard.database import Database, Parameter
from dashboard.pages.host.coverage.causes import Edges, explained
from dashboard.pages.host.coverage.flaw import Flaw
from dashboard.pages.host.coverage.queries import (
    HOST_BUSY_DOMAINS,
    HOST_STRETCH_REPORTS,
    BusyDomains,
    StretchReport,
)
from dashboard.parts.markup import clean
from dashboard.queries import HostEvent

# The newest ones are asked for.
EXPLAINED_COUNT = 40
NAMED_DOMAIN_COUNT = 3
_NAME_LETTERS = 64
_TOO_MANY = "not looked into: choose a shorter range"


class Asker(NamedTuple):
    """Asks about one host. Its methods raise a DatabaseError."""

    database: Database
    host_id: int

    def with_reasons(
        self, flaws: Sequence[Flaw], tick_seconds: float, events: Sequence[HostEvent]
    ) -> list[Flaw]:
        """Return flaws with what publishers said around and in them; those of busy VMs as they are."""
        newest_first = sorted(flaws, key=lambda flaw: flaw.start_seconds, reverse=True)
        asked = [flaw for flaw in newest_first if flaw.kind != "busy"]
        asked, left = asked[:EXPLAINED_COUNT], asked[EXPLAINED_COUNT:]
        said = self._reports(asked)
        found = []
        for number, flaw in enumerate(asked, 1):
            if flaw.kind == "libvirt":
                within = said.get((number, "within"))
                found.append(flaw._replace(reason=(within.hypervisor_reason or "") if within else ""))
            else:
                edges = Edges(said.get((number, "before")), said.get((number, "after")))
                found.append(explained(flaw, edges, tick_seconds, events))
        found += [flaw._replace(reason=_TOO_MANY) for flaw in left]
        return found + [flaw for flaw in flaws if flaw.kind == "busy"]

    def with_busy_domains(self, flaws: Sequence[Flaw]) -> list[Flaw]:
        """Return flaws with the VMs that were busy. Where none was, figures lacked for another reason."""
        busy = [flaw for flaw in flaws if flaw.kind == "busy"][:EXPLAINED_COUNT]
        named: dict[Flaw, str] = {}
        if busy:
            rows = self.database.fetch(HOST_BUSY_DOMAINS, {"host_id": self.host_id, **_bounds(busy)})
            named = {busy[row.number - 1]: _busy_words(row) for row in rows}
        return [
            flaw._replace(reason=named.get(flaw, flaw.reason))
            for flaw in flaws
            if flaw.kind != "busy" or flaw in named
        ]

    def _reports(self, flaws: Sequence[Flaw]) -> Mapping[tuple[int, str], StretchReport]:
        if not flaws:
            return {}
        rows = self.database.fetch(HOST_STRETCH_REPORTS, {"host_id": self.host_id, **_bounds(flaws)})
        return {(row.number, row.side): row for row in rows}


def _busy_words(row: BusyDomains) -> str:
    words = [
        f"{clean(name, _NAME_LETTERS)} {OUTCOMES.get(outcome, outcome)}"
        for name, outcome in zip(row.names, row.outcomes, strict=True)
    ]
    left = len(words) - NAMED_DOMAIN_COUNT
    return "; ".join([*words[:NAMED_DOMAIN_COUNT], *([f"and {left} more"] if left > 0 else [])])


def _bounds(flaws: Sequence[Flaw]) -> dict[str, Parameter]:
    # The samples that a stretch begins and ends with are its ends.
    return {
        "starts_ms": [ceil(flaw.start_seconds * 1000) for flaw in flaws],
        "ends_ms": [floor(flaw.end_seconds * 1000) for flaw in flaws],
    }
