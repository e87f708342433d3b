# SPDX-License-Identifier: Apache-2.0
"""Hosts and domains: from the names on the wire to the keys in the tables.

Works on a connection of its own, in small transactions before the samples': all of it may be repeated. A
cache answers for a batch that brings nothing new, which nearly every batch is, without the database.
A new host is entered with its domains in one transaction: a fleet may arrive at once.
What is kept is forgotten with the connection that it was read on, and with the incarnation of the database.
"""

from collections.abc import Callable, Container, Mapping
from datetime import UTC, datetime
from typing import NamedTuple, TypeVar

from consumer.backend import LastBackend
from consumer.database import Connection, translated_errors
from consumer.errors import ConsumerError, DataRefused
from consumer.incarnation import Incarnation, IncarnationChanged, read_incarnation, require_incarnation
from consumer.inventory import register
from consumer.inventory.influx import Influx, TooManyDomains
from consumer.inventory.listing import Listing, claims
from consumer.inventory.placement import Placement, Placements
from consumer.inventory.register import Domain, NamedDomains
from consumer.inventory.residency import Residency
from consumer.statements import statement
from publisher.wire.columns import ColumnBatch, DomainColumns
from publisher.wire.samples import DomainDescription, Event

_Answer = TypeVar("_Answer")
_NONE = Placements.of(())
_EVER = datetime.min.replace(tzinfo=UTC)
# More than a host has beside those that a consumer knows, but at a start.
_NEW_COUNT_USUAL = 64


class Places(NamedTuple):
    """The keys of a batch: its host, its domains."""

    host_id: int
    domains: Placements


class _Description(NamedTuple):
    at: datetime
    description: DomainDescription


class _Host:
    def __init__(self, host_id: int, descriptions: dict[str, _Description]) -> None:
        self.host_id = host_id
        self.facts: tuple[object, ...] = ()
        # The batch before: as long as its lists stay the same, so do the placements.
        self.uuids: list[str] = []
        self.names: list[str] = []
        self.placements = _NONE
        # The residents among them, and when the youngest of their stays began.
        self.home: frozenset[str] = frozenset()
        self.resident_since = _EVER
        # The last description of each domain that is listed here and still lives elsewhere.
        # Publishers do not send it again soon.
        self.descriptions = descriptions


class Inventory:
    """Surrogate keys by natural key. Not thread-safe; raises DatabaseAway and SchemaError."""

    def __init__(self, connect: Callable[[], Connection], monotonic: Callable[[], float]) -> None:
        self._connect = connect
        self._connection: Connection | None = None
        self._last_backend = LastBackend()
        self._residency = Residency(monotonic)
        self._influx = Influx(monotonic)
        self._hosts: dict[str, _Host] = {}
        self._domains: dict[str, Domain] = {}
        # They come from messages, so that they outlive what was read of the database.
        self._left_descriptions: dict[str, dict[str, _Description]] = {}
        self._incarnation: Incarnation | None = None

    @property
    def incarnation(self) -> Incarnation:
        """Which database the keys that were returned last belong to."""
        assert self._incarnation is not None  # noqa: S101 - keys are read after it
        return self._incarnation

    def place(self, batch: ColumnBatch, received_at: datetime) -> Places:
        """Return the keys of a batch, after noting what is new about its host and domains.

        Raises TooManyDomains too.
        """
        if self._residency.poll_is_due:
            self._ask(self._residency.poll_notifications)
        host = self._hosts.get(batch.host)
        facts = (batch.identity, batch.boot_id, batch.publisher_version)
        if host is None or host.facts != facts:
            host = self._ask(lambda connection: self._describe_host(connection, batch, facts, received_at))
        domains = batch.domains
        if domains is None:
            return Places(host.host_id, _NONE)
        self._residency.note_arrival(host.host_id, _bounded_at(batch, received_at), received_at)
        same = domains.uuid == host.uuids and domains.name == host.names
        # Before the youngest of its stays began, a host had other residents.
        is_late = same and batch.sampled_at < host.resident_since
        if not same or is_late or domains.descriptions or not self._residency.current(host.host_id):
            known = host
            placements = self._ask(
                lambda connection: self._place_domains(connection, known, batch, received_at)
            )
            if is_late:
                return Places(host.host_id, placements)
            host.placements = placements
            for uuid in set(host.uuids).difference(domains.uuid):
                # A domain that has left is looked up again where it is seen again.
                self._domains.pop(uuid, None)
                host.descriptions.pop(uuid, None)
            host.uuids, host.names = domains.uuid, domains.name
        return Places(host.host_id, host.placements)

    def place_event(self, event: Event) -> tuple[int, int | None]:
        """Return the keys of an event's host, and of its domain where that is known to live there."""
        host = self._hosts.get(event.host) or self._ask(
            lambda connection: self._remember(
                event.host, register.find_host(connection, event.host, event.occurred_at)
            )
        )
        if event.domain_uuid is None:
            return host.host_id, None
        domain = self._domains.get(event.domain_uuid)
        if domain and self._residency.lives_here(host.host_id, domain.domain_id, event.occurred_at):
            return host.host_id, domain.domain_id
        # The transaction that stores it compares it with the stays.
        return host.host_id, None

    def judge_again(self) -> None:
        """Judge anew what hosts claim, after lists that came in a wrong order."""
        self._ask(self._residency.judge_again)

    def forget(self) -> None:
        """Forget what was read of the database; the next question reads it again on a new connection."""
        self.close()
        self._left_descriptions |= {
            name: host.descriptions for name, host in self._hosts.items() if host.descriptions
        }
        self._hosts.clear()
        self._domains.clear()
        self._incarnation = None

    def rehearse(self) -> bool:
        """Tell whether a new host with a domain could be entered now, on a new connection."""
        self.close()
        try:
            self._ask(register.rehearse)
        except DataRefused:
            return False
        return True

    def close(self) -> None:
        """Close the connection; the next question opens another."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _ask(self, question: Callable[[Connection], _Answer]) -> _Answer:
        try:
            connection = self._connection or self._open()
            # It may change while the connection lasts, and what is asked may write.
            require_incarnation(connection, {self.incarnation})
            try:
                with translated_errors():
                    return question(connection)
            except DataRefused:
                # That a key was taken away meanwhile is no fault of the message.
                require_incarnation(connection, {self.incarnation})
                raise
        except IncarnationChanged:
            self.forget()
            raise
        except ConsumerError:
            if self._connection is None or self._connection.broken:
                self.forget()
            # The server has answered with an error: what is known holds while the incarnation is the same.
            self.close()
            raise

    def _open(self) -> Connection:
        with translated_errors():
            connection = self._connection = self._connect()
            self._last_backend.succeed(connection)
            connection.execute(statement("inventory/index_scans_only"))
            self._residency.listen(connection)
        if self._incarnation is None:
            self._incarnation = read_incarnation(connection)
        return connection

    def _remember(self, name: str, host_id: int) -> _Host:
        return self._hosts.setdefault(name, _Host(host_id, self._left_descriptions.pop(name, {})))

    def _describe_host(
        self, connection: Connection, batch: ColumnBatch, facts: tuple[object, ...], received_at: datetime
    ) -> _Host:
        host = self._hosts.get(batch.host) or self._find_or_enter_host(connection, batch, facts, received_at)
        if host.facts != facts:
            register.describe_host(connection, host.host_id, batch)
            host.facts = facts
        return host

    def _find_or_enter_host(
        self, connection: Connection, batch: ColumnBatch, facts: tuple[object, ...], received_at: datetime
    ) -> _Host:
        """Find a host that this consumer does not know; enter it with its domains if it is new."""
        unknown = self._bounded(connection, batch, received_at)
        host_id, is_new, found = register.find_or_enter_host(connection, batch, unknown)
        self._domains |= found
        self._influx.note(batch.host, len(unknown.names))
        host = self._remember(batch.host, host_id)
        if is_new:
            host.facts = facts
        return host

    def _unknown(self, batch: ColumnBatch, received_at: datetime) -> NamedDomains:
        """Return the domains of a batch that this consumer does not know."""
        domains, names, descriptions = batch.domains, {}, {}
        if domains is not None:
            listed = zip(domains.uuid, domains.name, strict=True)
            names = {uuid: name for uuid, name in listed if uuid not in self._domains}
            descriptions = domains.descriptions
        return NamedDomains(batch.host, _bounded_at(batch, received_at), names, descriptions)

    def _bounded(self, connection: Connection, batch: ColumnBatch, received_at: datetime) -> NamedDomains:
        """Return the domains that this consumer does not know; raise TooManyDomains, by what is new."""
        unknown = self._unknown(batch, received_at)
        if len(unknown.names) > _NEW_COUNT_USUAL:
            # After a start or a restore all are unknown here, and hardly any is new.
            self._domains |= register.find_domains(connection, list(unknown.names))
            unknown = self._unknown(batch, received_at)
        if not self._influx.allows(batch.host, len(unknown.names)):
            raise TooManyDomains(len(unknown.names))
        return unknown

    def _place_domains(
        self, connection: Connection, host: _Host, batch: ColumnBatch, received_at: datetime
    ) -> Placements:
        domains = batch.domains
        assert domains is not None  # noqa: S101 - the caller has looked
        at = _bounded_at(batch, received_at)
        unknown = self._bounded(connection, batch, received_at)
        if unknown.names:
            self._domains |= register.find_or_enter_domains(connection, unknown)
            self._influx.note(batch.host, len(unknown.names))
        names = dict(zip(domains.uuid, domains.name, strict=True))
        listed = [self._domains[uuid] for uuid in domains.uuid]
        states = zip(
            domains.libvirt_ids, domains.figures("state"), domains.figures("state_reason"), strict=True
        )
        active = {domain.domain_id: claims(*state) for domain, state in zip(listed, states, strict=True)}
        listing = Listing(host.host_id, at, received_at, active)
        since = self._residency.update(connection, listing)
        reported_here = self._residency.reported_here(connection, listing, batch.sampled_at)
        self._keep_descriptions(host, domains, at, since)
        placements: list[Placement | None] = []
        at_home: list[str] = []
        for domain, uuid, libvirt_id in zip(listed, names, domains.libvirt_ids, strict=True):
            key = domain.domain_id
            if key not in reported_here:
                # An inactive definition of a domain that lives elsewhere says nothing about the domain.
                elsewhere = Placement(key, resident=False, elsewhere=True)
                placements.append(None if libvirt_id is None else elsewhere)
                continue
            resident = key in since and since[key] <= batch.sampled_at
            placements.append(Placement(key, resident))
            if resident:
                at_home.append(uuid)
        home = {
            uuid: since[domain.domain_id]
            for uuid, domain in zip(names, listed, strict=True)
            if domain.domain_id in since
        }
        # What has arrived may have been renamed on another host, through another consumer.
        if arrived := home.keys() - host.home - unknown.names.keys():
            self._domains |= register.find_domains(connection, sorted(arrived))
        host.home, host.resident_since = frozenset(home), max(home.values(), default=_EVER)
        self._rename(
            connection,
            {uuid: names[uuid] for uuid in at_home if self._domains[uuid].name != names[uuid]},
            at,
        )
        self._describe(connection, host, [uuid for uuid in at_home if uuid in host.descriptions])
        return Placements.of(placements)

    def _rename(self, connection: Connection, names: Mapping[str, str], at: datetime) -> None:
        """Give domains, by UUID, other names, unless a later message has named them."""
        known = [(self._domains[uuid], uuid, name) for uuid, name in names.items()]
        due = [each for each in known if each[0].named_at is None or each[0].named_at < at]
        if due:
            register.rename_domains(connection, {domain.domain_id: name for domain, _, name in due}, at)
            self._domains |= register.find_domains(connection, [uuid for _, uuid, _ in due])

    def _keep_descriptions(
        self, host: _Host, domains: DomainColumns, at: datetime, since: Container[int]
    ) -> None:
        listed = set(domains.uuid)
        for uuid, description in domains.descriptions.items():
            if uuid not in listed:
                continue
            domain = self._domains[uuid]
            # Not if the domain was entered with it.
            if domain.described_at != at or domain.domain_id not in since:
                host.descriptions[uuid] = _Description(at, description)

    def _describe(self, connection: Connection, host: _Host, uuids: list[str]) -> None:
        if not uuids:
            return
        described = [(self._domains[uuid].domain_id, *host.descriptions[uuid]) for uuid in uuids]
        register.describe_domains(connection, described)
        for uuid in uuids:
            del host.descriptions[uuid]


def _bounded_at(batch: ColumnBatch, received_at: datetime) -> datetime:
    """Return when a batch was sampled, by the host's clock, but no later than it arrived."""
    return min(batch.sampled_at, received_at)
