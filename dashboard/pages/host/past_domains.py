# SPDX-License-Identifier: Apache-2.0
"""The VMs of a host as they were at the end of a past range."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from dashboard import units
from dashboard.database import Database, Parameter
from dashboard.history.rows import NEIGHBOUR_SECONDS
from dashboard.pages.host.queries import HostDomain
from dashboard.parts.markup import Element, h
from dashboard.queries import Query
from dashboard.timerange import LEVELS


class PastDomain(NamedTuple):
    """One VM of a host as it was: what of it is known for the past too."""

    uuid: str
    name: str
    state_name: str | None
    sampled_at: datetime | None
    cpu_cores: float | None
    cpu_ratio: float | None
    vcpu_count: int | None
    steal_ratio: float | None
    memory_assigned_bytes: int | None
    memory_used_bytes: int | None
    memory_resident_bytes: int | None
    memory_age_seconds: float | None
    block_read_bytes_per_second: float | None
    block_write_bytes_per_second: float | None
    network_receive_bytes_per_second: float | None
    network_transmit_bytes_per_second: float | None
    outcome: str | None

    def in_table(self) -> HostDomain:
        """Return it as a row of the table: labels and contests are of now, and left out."""
        unknown: dict[str, Any] = dict.fromkeys(HostDomain._fields)
        # Then it was no older than what is looked at.
        freshness = "stale" if self.sampled_at is None else "fresh"
        return HostDomain(**{**unknown, "tags": [], "freshness": freshness, **self._asdict()})


HOST_DOMAINS_AT = Query(__package__, "host_domains_at", PastDomain)
HOST_DOMAINS_MEAN = Query(__package__, "host_domains_mean", PastDomain)
PAST_QUERIES = (HOST_DOMAINS_AT, HOST_DOMAINS_MEAN)


class PastDomains(NamedTuple):
    """The VMs that lived on a host at an instant, and how long before their figures may be from.

    ``mean_seconds`` is the length of the buckets whose means they are, None for samples.
    """

    at: datetime
    domains: list[PastDomain]
    reach_seconds: float
    mean_seconds: int | None = None


def read_past_domains(database: Database, host_id: int, at: datetime) -> PastDomains:
    """Return the VMs of a host at an instant; raise a DatabaseError.

    Samples are kept for some weeks. Where no VM has any, the finest level that reaches back so far is asked.
    """
    asked: dict[str, Parameter] = {"host_id": host_id, "at": at}
    since = at - timedelta(seconds=NEIGHBOUR_SECONDS)
    domains = database.fetch(HOST_DOMAINS_AT, {**asked, "since": since})
    found = PastDomains(at, domains, NEIGHBOUR_SECONDS)
    for level in LEVELS:
        if not domains or any(domain.sampled_at is not None for domain in domains):
            break
        if level.reads_samples or level.of:
            continue
        # The last bucket that is whole begins a bucket before.
        reach_seconds = 2.0 * level.bucket_seconds
        since = at - timedelta(seconds=reach_seconds)
        view = f"domain_samples_{level.name}"
        domains = database.fetch(HOST_DOMAINS_MEAN, {**asked, "since": since}, view=view)
        if any(domain.sampled_at is not None for domain in domains):
            found = PastDomains(at, domains, reach_seconds, level.bucket_seconds)
    return found


def past_words(past: PastDomains) -> Element:
    """Return of when the table is."""
    instant = h("time", "", class_="clock", datetime=past.at.replace(microsecond=0).isoformat())
    if not past.domains:
        return h(
            "p", "No VM is known to have lived here at ", instant, ", the end of this range.", class_="quiet"
        )
    figures = (
        f"each at its last sample of the {units.duration(past.reach_seconds)} before."
        if past.mean_seconds is None
        else f"each with means of {units.duration(past.mean_seconds)}: samples are no longer kept."
    )
    return h("p", "At ", instant, ", the end of this range: ", figures, class_="quiet")
