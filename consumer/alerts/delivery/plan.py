# SPDX-License-Identifier: Apache-2.0
"""What has to be told of alerts now: by what they are, what was told of them, and what withholds them. Pure.

It starts from what is the case, not from single changes: so what was hidden or silenced is told when it is so
no more. An outage of the delivery loses nothing.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from msgspec import Struct

from consumer.alerts.delivery.content import Content, Member
from consumer.alerts.delivery.steps import Added, Finished, Held, Joined, Kind, Step, Where
from consumer.alerts.withheld.judgement import Said, clock, withheld
from consumer.alerts.withheld.selector import AlertMarks
from consumer.rules.delivery import Alertmanager, Delivery, Route
from consumer.rules.rule import SEVERITIES

# A message has the kind of its most urgent member.
_KINDS: Final[tuple[Kind, ...]] = ("fired", "changed", "repeated", "resolved")
HOUR: Final = timedelta(hours=1)
NO_ROUTE: Final = "no route of alerts.toml takes it"
FLAPS: Final = "it flaps: what becomes of it is told when nothing changed for a quarter of an hour"
AS_BEFORE: Final = "it was as before by then"


NOWHERE: Final = Where("", "")


class AlertNow(Struct, frozen=True, kw_only=True):
    """An alert. ``is_flapping``: its object flaps now. ``is_new``: that it fired was not planned yet."""

    marks: AlertMarks
    member: Member
    object_key: str
    hidden: str | None = None
    is_flapping: bool = False
    is_new: bool = False

    @property
    def is_firing(self) -> bool:
        """Whether it is not resolved."""
        return self.member.resolved_at is None

    @property
    def state(self) -> str:
        """What people would be told: its severity, or that it is resolved."""
        return self.member.severity if self.is_firing else "resolved"


class Record(NamedTuple):
    """What was told of an alert somewhere: the last ``state``, when; why nothing was told after it.

    ``is_collected``: it stands in a message that is not settled yet.
    """

    state: str | None = None
    recorded_at: datetime | None = None
    suppressed: str | None = None
    is_collected: bool = False


class Collecting(NamedTuple):
    """A message that waits for more of its group."""

    notification_id: int
    where: Where
    group: str
    due_at: datetime
    alert_ids: tuple[int, ...]


class Situation(NamedTuple):
    """All that planning needs. ``settled``: when messages of the last hour were settled."""

    now: datetime
    alerts: Mapping[int, AlertNow]
    told: Mapping[tuple[int, Where], Record]
    collecting: Sequence[Collecting]
    settled: Mapping[Where, Sequence[datetime]]
    said: Said


class Planner:
    """Plans once, by a situation."""

    def __init__(self, delivery: Delivery, situation: Situation) -> None:
        self._channels, self._situation = delivery.channels, situation
        self._routes = {route.name: route for route in delivery.routes}
        self._flapping = self._told_flapping()
        self._settled = {where: list(times) for where, times in situation.settled.items()}
        self._held: set[int] = set()
        self._told_where: dict[int, list[Where]] = defaultdict(list)
        for alert_id, where in situation.told:
            if self._is_there(where):
                self._told_where[alert_id].append(where)

    def steps(self) -> Iterator[Step]:
        """Give what is to be stored: first messages whose time has come, then what is new."""
        for message in self._situation.collecting:
            if message.due_at <= self._situation.now:
                yield from self._finish(message)
        yield from self._gather()

    def _gather(self) -> Iterator[Step]:
        wanted: dict[tuple[Where, str], dict[int, Kind]] = defaultdict(dict)
        suppressed: dict[tuple[Where, str, bool], list[int]] = defaultdict(list)
        for alert_id, alert in self._situation.alerts.items():
            for where in self._wheres(alert):
                told = self._situation.told.get((alert_id, where), Record())
                if told.is_collected:
                    continue
                if where == NOWHERE:
                    if told.suppressed is None:
                        suppressed[where, NO_ROUTE, False].append(alert_id)
                    continue
                need, because = self._judged(alert, where, told)
                if need is not None and because is None:
                    wanted[where, self._group(alert, where)][alert_id] = need
                elif need is not None and because is not None and because != told.suppressed:
                    suppressed[where, because, need == "resolved"].append(alert_id)
        for (where, because, is_over), alert_ids in suppressed.items():
            states = dict.fromkeys(alert_ids, _kept_state(because) if is_over else None)
            yield Added(where, "resolved" if is_over else "fired", "", states, because)
        for (where, group), needs in wanted.items():
            yield self._collect(where, group, needs)

    def _collect(self, where: Where, group: str, needs: Mapping[int, Kind]) -> Step:
        now, kind = self._situation.now, _most_urgent(needs.values())
        if self._is_steady(where):
            states = self._states(needs)
            return Added(where, kind, group, states, content=self._content(where, kind, group, needs))
        for message in self._situation.collecting:
            is_open = message.due_at > now or message.notification_id in self._held
            if is_open and message.where == where and message.group == group:
                return Joined(message.notification_id, tuple(needs))
        due_at = now + timedelta(seconds=self._routes[where.route].wait_seconds)
        return Added(where, kind, group, dict.fromkeys(needs), due_at=due_at)

    def _finish(self, message: Collecting) -> Iterator[Step]:
        where, now = message.where, self._situation.now
        needs: dict[int, Kind] = {}
        suppressed: dict[str, list[int]] = defaultdict(list)
        for alert_id in message.alert_ids:
            alert = self._situation.alerts.get(alert_id)
            if alert is None:
                continue
            told = self._situation.told.get((alert_id, where), Record())
            need, because = self._judged(alert, where, told)
            if because is not None:
                suppressed[because].append(alert_id)
            elif need is not None:
                needs[alert_id] = need
        if needs and (held := self._limit(message)) is not None:
            self._held.add(message.notification_id)
            yield held
            return
        for number, (because, alert_ids) in enumerate(suppressed.items()):
            over = {
                each: None if self._situation.alerts[each].is_firing else _kept_state(because)
                for each in alert_ids
            }
            if not needs and not number:
                yield Finished(message.notification_id, "fired", over, None, because)
            else:
                yield Added(where, "fired", message.group, over, because)
        if not needs:
            if not suppressed:
                yield Finished(message.notification_id, "fired", {}, None, AS_BEFORE)
            return
        kind = _most_urgent(needs.values())
        content = self._content(where, kind, message.group, needs)
        self._settled.setdefault(where, []).append(now)
        yield Finished(message.notification_id, kind, self._states(needs), content)

    def _limit(self, message: Collecting) -> Held | None:
        """Return until when the limit of an hour holds a message."""
        route = self._routes.get(message.where.route)
        times = sorted(self._settled.get(message.where, ()))
        if route is None or len(times) < route.limit_per_hour:
            return None
        until = times[len(times) - route.limit_per_hour] + HOUR
        because = f"the limit of {route.limit_per_hour} an hour of route {route.name}, until {clock(until)}"
        return Held(message.notification_id, until, because)

    def _wheres(self, alert: AlertNow) -> list[Where]:
        """Return where an alert goes: what routes take it, and who was told that it fires."""
        wheres = [
            Where(route.name, channel)
            for route in routes_of(self._routes.values(), alert.marks)
            for channel in route.channels
        ]
        wheres += self._told_where[alert.marks.alert_id]
        return list(dict.fromkeys(wheres)) or [NOWHERE]

    def _is_there(self, where: Where) -> bool:
        route = self._routes.get(where.route)
        return route is not None and where.channel in route.channels

    def _judged(self, alert: AlertNow, where: Where, told: Record) -> tuple[Kind | None, str | None]:
        """Return what there is to tell of an alert somewhere, and why it is not told."""
        because = self._withheld(alert, where, told)
        need = self._need(alert, where, told)
        if need is None and because is not None and self._is_steady(where) and alert.is_firing and told.state:
            # An Alertmanager goes on by itself, until it is sent the alert no more.
            need = "repeated"
        return need, because

    def _need(self, alert: AlertNow, where: Where, told: Record) -> Kind | None:
        if told.state is None:
            return "fired" if alert.is_firing or alert.is_new or told.is_collected else None
        if told.state == "resolved":
            return None
        if not alert.is_firing:
            return "resolved"
        if told.state != alert.state:
            return "changed"
        if self._is_steady(where):
            return "repeated" if told.suppressed is not None else None
        repeats = timedelta(hours=self._routes[where.route].repeat_hours)
        is_due = told.recorded_at is not None and self._situation.now - told.recorded_at >= repeats
        return "repeated" if is_due else None

    def _withheld(self, alert: AlertNow, where: Where, told: Record) -> str | None:
        because = withheld(self._situation.said, alert.marks, self._situation.now)
        if because is not None:
            return because
        if alert.hidden is not None and (alert.is_firing or told.state is None):
            return alert.hidden
        if alert.is_flapping and not self._is_steady(where):
            # Once it is told, with the words that it flaps.
            others = self._flapping.get((alert.object_key, where), set())
            if told.state is not None or others - {alert.marks.alert_id}:
                return FLAPS
        return None

    def _told_flapping(self) -> dict[tuple[str, Where], set[int]]:
        """Return by object which of its alerts people were told of that they fire."""
        found: dict[tuple[str, Where], set[int]] = defaultdict(set)
        for (alert_id, where), told in self._situation.told.items():
            alert = self._situation.alerts.get(alert_id)
            if alert is not None and alert.is_flapping and told.state not in {None, "resolved"}:
                found[alert.object_key, where].add(alert_id)
        return found

    def _is_steady(self, where: Where) -> bool:
        """Tell whether a channel is told again and again what is the case, and groups by itself."""
        return isinstance(self._channels.get(where.channel), Alertmanager)

    def _group(self, alert: AlertNow, where: Where) -> str:
        member, kind = alert.member, self._routes[where.route].group_by
        if kind == "site":
            return "all hosts"
        return f"{member.host} {member.part}" if kind == "part" and member.part else member.host

    def _states(self, alert_ids: Iterable[int]) -> dict[int, str | None]:
        return {each: self._situation.alerts[each].state for each in alert_ids}

    def _content(self, where: Where, kind: Kind, group: str, alert_ids: Iterable[int]) -> Content:
        notes = []
        route = self._routes[where.route]
        if not self._is_steady(where) and len(self._settled.get(where, ())) + 1 == route.limit_per_hour:
            notes.append(
                f"This is message {route.limit_per_hour} of this hour, the limit of route {route.name}:"
                " what follows is held, and told when the hour allows it."
            )
        members = [self._situation.alerts[each].member for each in alert_ids]
        members.sort(key=lambda each: (each.resolved_at is not None, -SEVERITIES.index(each.severity)))
        return Content(
            kind=kind, route=where.route, group=group, at=self._situation.now, members=members, notes=notes
        )


def routes_of(routes: Iterable[Route], alert: AlertMarks) -> Iterator[Route]:
    """Give the routes that take an alert: the first that matches, and further ones while they go on."""
    for route in routes:
        if _takes(route, alert):
            yield route
            if not route.goes_on:
                return


def _takes(route: Route, alert: AlertMarks) -> bool:
    return (
        SEVERITIES.index(alert.severity) >= SEVERITIES.index(route.severity)
        and route.rule in {None, alert.rule}
        and route.host in {None, alert.host}
        and (route.tag is None or route.tag in alert.tags)
    )


def _kept_state(because: str) -> str | None:
    """Return what counts as told where it was kept from people that an alert is over."""
    # Of a flapping one they are told when it is calm; of another one not days later, when a silence ends.
    return None if because == FLAPS else "resolved"


def _most_urgent(kinds: Iterable[Kind]) -> Kind:
    return min(kinds, key=_KINDS.index)
