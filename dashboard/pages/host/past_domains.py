# SPDX-License-Identifier: Apache-2.0
"""The VMs of a host as they were at the end of a past range."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple

from dashboard import units
from dashboard.database import Database, Parameter
from dashboard.history.range_words import nearest_samples
from dashboard.history.rows import NEIGHBOUR_SECONDS
from dashboard.pages.host.queries import HOST_SPAN, HostDomain
from dashboard.parts.markup import Element, h
from dashboard.queries import Query
from dashboard.timerange import LEVELS, TimeRange


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
    """The VMs that lived on a host at an instant.

    ``mean_seconds`` is the length of the buckets whose means they have, None for samples.
    """

    at: datetime
    domains: list[PastDomain]
    mean_seconds: int | None = None

    @property
    def is_known(self) -> bool:
        """Whether anything is known of any of them."""
        return any(domain.sampled_at is not None for domain in self.domains)


def read_past_domains(database: Database, host_id: int, at: datetime, now: datetime) -> PastDomains:
    """Return the VMs of a host at an instant; raise a DatabaseError.

    Samples are kept for some weeks. Where they are gone, the finest level that reaches back so far is asked.
    """
    asked: dict[str, Parameter] = {"host_id": host_id, "at": at}
    since = at - timedelta(seconds=NEIGHBOUR_SECONDS)
    found = PastDomains(at, database.fetch(HOST_DOMAINS_AT, {**asked, "since": since}))
    if not found.domains or found.is_known or _are_samples_kept(database, host_id, since, now):
        return found
    for level in LEVELS:
        if level.reads_samples or level.of:
            continue
        # The bucket that the instant is in.
        bounds: dict[str, Parameter] = {**asked, "since": at - timedelta(seconds=level.bucket_seconds)}
        view = f"domain_samples_{level.name}"
        means = PastDomains(at, database.fetch(HOST_DOMAINS_MEAN, bounds, view=view), level.bucket_seconds)
        if means.is_known:
            return means
    return found


def _are_samples_kept(database: Database, host_id: int, since: datetime, now: datetime) -> bool:
    """Whether samples reach back further than an instant: then a host without any was silent."""
    window = TimeRange("", "", since, since)
    return nearest_samples(database, HOST_SPAN, {"host_id": host_id}, window, now).before is not None


def past_words(past: PastDomains) -> Element:
    """Return of when the table is."""
    instant = h("time", "", class_="clock", datetime=past.at.replace(microsecond=0).isoformat())
    if not past.domains:
        return h(
            "p", "No VM is known to have lived here at ", instant, ", the end of this range.", class_="quiet"
        )
    figures = (
        f"each at its last sample of the {units.duration(NEIGHBOUR_SECONDS)} before."
        if past.mean_seconds is None
        else f"each with means of {units.duration(past.mean_seconds)}: samples are no longer kept."
    )
    return h("p", "At ", instant, ", the end of this range: ", figures, class_="quiet")
