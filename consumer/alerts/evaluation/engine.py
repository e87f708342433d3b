# SPDX-License-Identifier: Apache-2.0
"""All rules over all objects: what arrived goes into their windows, and a step judges them. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from consumer.alerts.evaluation.alert import AlertKey, Judgement
from consumer.alerts.evaluation.forms import DomainLabel, Forms, HostLabel, of_domain
from consumer.alerts.evaluation.needs import Need, event_kinds, needs, watched
from consumer.alerts.evaluation.objects import ObjectKey, Objects
from consumer.alerts.evaluation.rows import Rows
from consumer.alerts.evaluation.sums import Sums
from consumer.alerts.watch import Watch
from consumer.alerts.windows import Numbers, Places
from consumer.rules.reading import Rules
from consumer.rules.rule import SEVERITIES
from consumer.rules.subjects import STRUCTS, Subject

GONE: Final = "its object is gone"
OFF: Final = "its rule is off here"
# A part is gone of which its owner sends nothing for so long, while it sends other samples.
_GONE_SECONDS: Final = 3_600.0


class EventRows(NamedTuple):
    """Events: of which host or VM, of which kind, and when by the clocks here."""

    hosts: Sequence[int]
    domains: Sequence[int | None]
    kinds: Sequence[str]
    times: Sequence[float]


class Engine:
    """Windows and watches in memory; what a restart needs is ``watches``, the rest is read again."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.watched = {each.name: each for each in watched(rules)}
        self.needs = needs(self.watched.values())
        self.objects: dict[Subject, Objects] = {subject: Objects() for subject in STRUCTS}
        self.watches = {
            name: Watch(each.rule, each.alert, self.objects[each.rule.subject].room)
            for name, each in self.watched.items()
        }
        # The worst severity of each object that was told, by its place in SEVERITIES; -1 is none.
        self._told: dict[str, NDArray[np.int8]] = {}
        self._sums = Sums(self.needs, self.objects)
        self._kinds = event_kinds(self.watched.values())
        self._forms = {name: Forms(each) for name, each in self.watched.items()}
        self._rooms = {subject: objects.room for subject, objects in self.objects.items()}

    def add(self, now: float, subject: Subject, rows: Rows, chosen: Iterable[Need]) -> None:
        """Add samples to the windows of chosen figures."""
        objects = self.objects[subject]
        places = objects.places_of(rows.owners, rows.parts, rows.hosts)
        objects.note(places, rows.hosts, rows.times)
        self.make_room()
        self._sums.add(now, subject, rows, places, chosen)

    def add_moment(self, now: float, rows: Rows) -> None:
        """Add what is known of each host without a sample."""
        places = self.objects["host"].places_of(rows.owners, None, rows.hosts)
        self.make_room()
        self._sums.add(now, "host", rows, places, [each for each in self.needs if each.is_of_moment])

    def know(self, subject: Subject, key: ObjectKey, host_id: int, at: float) -> None:
        """Give an object a place that has a state: it may have sent nothing for long."""
        objects = self.objects[subject]
        place = objects.place(key, host_id)
        self.make_room()
        if objects.seen_at[place] == -np.inf:
            objects.seen_at[place] = at

    def add_events(self, now: float, events: EventRows) -> None:
        """Add events to the windows of the rules that count them; VMs that are not known have none."""
        for need in self.needs:
            if need.figure is not None:
                continue
            objects, kinds = self.objects[need.subject], self._kinds[need.name]
            owners = events.domains if of_domain(need.subject) else events.hosts
            found = [
                (objects.places[ObjectKey(owner)], at)
                for owner, kind, at in zip(owners, events.kinds, events.times, strict=True)
                if kind in kinds and owner is not None and ObjectKey(owner) in objects.places
            ]
            places = np.array([place for place, _ in found], dtype=np.int64)
            self._sums.add_events(now, need, places, np.array([at for _, at in found], dtype=np.float64))

    def kinds(self) -> list[str]:
        """Return the kinds of events that rules count."""
        return sorted({kind for kinds in self._kinds.values() for kind in kinds})

    def make_room(self) -> None:
        """Let watches and windows grow with the objects."""
        for subject, objects in self.objects.items():
            if objects.room == self._rooms[subject]:
                continue
            self._rooms[subject] = objects.room
            self._sums.grow(subject)
            for name, watch in self.watches.items():
                if self.watched[name].rule.subject == subject:
                    watch.grow(objects.room)

    def renew_forms(self, hosts: Mapping[int, HostLabel], domains: Mapping[int, DomainLabel]) -> None:
        """Give each object the form of each rule that is in force for it."""
        for name, forms in self._forms.items():
            objects = self.objects[self.watched[name].rule.subject]
            for place, rule in forms.renew(objects, hosts, domains).items():
                self.watches[name].differ(place, rule)

    def tell(self, name: str, place: int, severity: int) -> None:
        """Note that an alert of an object is open already."""
        self._told_of(name)[place] = severity

    def step(self, now: float) -> list[Judgement]:
        """Judge all objects; return whose worst severity is another one now."""
        self._sums.begin_step()
        judgements: list[Judgement] = []
        for name, watch in self.watches.items():
            watch.step(now, self._sums.reader(now, name, self.watched[name].rule.subject))
            told, found = self._told_of(name), watch.severities()
            judgements += [
                self._judgement(name, place, int(found[place]))
                for place in np.flatnonzero(found != told).tolist()
            ]
            told[:] = found
        return judgements

    def remove(self, hosts: frozenset[int], domains: Places) -> list[Judgement]:
        """Forget objects that are gone, and return the alerts that were open of them."""
        judgements: list[Judgement] = []
        for subject, objects in self.objects.items():
            used = objects.used()
            if not len(used):
                continue
            owners = objects.owner_ids()[used]
            gone = ~np.isin(objects.host_ids[used], list(hosts))
            if of_domain(subject):
                gone = ~np.isin(owners, domains)
            if subject not in {"host", "domain"}:
                gone |= objects.seen_at[used] < self._seen_of_owners(subject, owners) - _GONE_SECONDS
            for place in used[gone].tolist():
                judgements += self._forget(subject, place)
            objects.gone(used[gone].tolist())
        return judgements

    def key(self, name: str, place: int) -> AlertKey:
        """Return whose alert it is."""
        subject = self.watched[name].rule.subject
        found = self.objects[subject].keys[place]
        assert found is not None  # noqa: S101 - what is judged is there
        return AlertKey(name, of_domain(subject), found.owner_id, found.part)

    def place(self, key: AlertKey) -> int | None:
        """Return the place of an object in its rule, None where rule or object are not there."""
        each = self.watched.get(key.rule)
        if each is None or of_domain(each.rule.subject) != key.is_of_domain:
            return None
        return self.objects[each.rule.subject].places.get(ObjectKey(key.owner_id, key.part))

    def _seen_of_owners(self, subject: Subject, owners: Places) -> Numbers:
        """Return when the newest sample of the owner of each part was taken."""
        of_owners = self.objects["domain" if of_domain(subject) else "host"]
        places = of_owners.owner_places(owners)
        return np.where(places < 0, -np.inf, of_owners.seen_at[places])

    def _forget(self, subject: Subject, place: int) -> list[Judgement]:
        judgements = []
        for name, watch in self.watches.items():
            if self.watched[name].rule.subject != subject:
                continue
            told = self._told_of(name)
            if told[place] >= 0:
                judgements.append(self._judgement(name, place, -1)._replace(value=None, because=GONE))
            watch.clear(place)
            self._forms[name].forget(place)
            told[place] = -1
        self._sums.clear(subject, place)
        return judgements

    def _judgement(self, name: str, place: int, severity: int) -> Judgement:
        subject, watch = self.watched[name].rule.subject, self.watches[name]
        value = float(watch.values[place])
        is_off = severity < 0 and self._forms[name].form(place).off
        return Judgement(
            self.key(name, place),
            subject,
            int(self.objects[subject].host_ids[place]),
            None if severity < 0 else SEVERITIES[severity],
            None if np.isnan(value) else value,
            watch.began(place),
            OFF if is_off else None,
        )

    def _told_of(self, name: str) -> NDArray[np.int8]:
        room = self.objects[self.watched[name].rule.subject].room
        told = self._told.get(name)
        if told is None or len(told) < room:
            wider = np.full(room, -1, dtype=np.int8)
            if told is not None:
                wider[: len(told)] = told
            told = self._told[name] = wider
        return told
