# SPDX-License-Identifier: Apache-2.0
"""What is told of alerts, where, when, and why not."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from msgspec import structs

from consumer.alerts.delivery.content import Member
from consumer.alerts.delivery.plan import FLAPS, NO_ROUTE, AlertNow, Collecting, Planner, Record, Situation
from consumer.alerts.delivery.steps import Added, Finished, Held, Joined, Where
from consumer.alerts.withheld.judgement import Acknowledgement, Said, Silence
from consumer.alerts.withheld.selector import AlertMarks, Selector
from consumer.rules.delivery import Alertmanager, Channel, Delivery, Route, Webhook

T0 = datetime(2026, 11, 3, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
CHANNELS: dict[str, Channel] = {
    "hook": Webhook(url="https://a.example/", secret_file="/x"),  # noqa: S106 - a path
    "am": Alertmanager(urls=("http://a.example",)),
}
ROUTE = Route(name="all", channels=("hook",))


class Site:
    """Alerts and a ledger in memory, that a planner works on as it does on the database."""

    def __init__(self, *routes: Route, said: Said = Said()) -> None:  # noqa: B008 - never changed
        self.delivery = Delivery(CHANNELS, routes or (ROUTE,))
        self.now = T0
        self.said = said
        self.alerts: dict[int, AlertNow] = {}
        self.told: dict[tuple[int, Where], Record] = {}
        self.collecting: dict[int, Collecting] = {}
        self.settled: dict[Where, list[datetime]] = {}
        self.suppressed: list[tuple[str | None, tuple[int, ...]]] = []
        self._numbers = count(1)

    def fire(self, alert_id: int, *, host: str = "hv1", is_new: bool = True, **more: Any) -> None:
        """Let an alert fire."""
        severity = more.pop("severity", "warning")
        marks = AlertMarks(
            alert_id=alert_id, rule=more.pop("rule", "vm_steal"), severity=severity, host=host,
            worsened_at=self.now, tags=more.pop("tags", frozenset()),
        )  # fmt: skip
        member = Member(
            alert_id=alert_id, rule=marks.rule, severity=severity, host=host, words=f"words {alert_id}",
            fired_at=self.now, part=more.pop("part", ""),
        )  # fmt: skip
        key = more.pop("object_key", str(alert_id))
        self.alerts[alert_id] = AlertNow(marks=marks, member=member, object_key=key, is_new=is_new, **more)

    def resolve(self, alert_id: int) -> None:
        """Let an alert be over."""
        alert = self.alerts[alert_id]
        member = structs.replace(alert.member, resolved_at=self.now)
        self.alerts[alert_id] = structs.replace(alert, member=member)

    def change(self, alert_id: int, **fields: Any) -> None:
        """Change an alert."""
        self.alerts[alert_id] = structs.replace(self.alerts[alert_id], **fields)

    def plan(self, after: timedelta = timedelta()) -> list[tuple[str, list[tuple[int, str]]]]:
        """Plan once, and return the messages that are sent: kind, members with what is told of them."""
        self.now += after
        situation = Situation(
            self.now, self.alerts, self.told, list(self.collecting.values()), self._last_hour(), self.said
        )
        sent = []
        for step in list(Planner(self.delivery, situation).steps()):
            match step:
                case Held(number, until, _):
                    self.collecting[number] = self.collecting[number]._replace(due_at=until)
                case Joined(number, ids):
                    before = self.collecting[number]
                    self.collecting[number] = before._replace(alert_ids=(*before.alert_ids, *ids))
                    self._collect(before.where, ids)
                case Added(where, _, group, states, _, due_at) if due_at is not None:
                    number = next(self._numbers)
                    self.collecting[number] = Collecting(number, where, group, due_at, tuple(states))
                    self._collect(where, tuple(states))
                case Added() | Finished():
                    sent += self._end(step)
        for alert_id, alert in self.alerts.items():
            self.alerts[alert_id] = structs.replace(alert, is_new=False)
        return sent

    def _last_hour(self) -> dict[Where, list[datetime]]:
        since = self.now - timedelta(hours=1)
        return {where: [each for each in times if each > since] for where, times in self.settled.items()}

    def _collect(self, where: Where, ids: Sequence[int]) -> None:
        for each in ids:
            self.told[each, where] = self.told.get((each, where), Record())._replace(is_collected=True)

    def _end(self, step: Added | Finished) -> list[tuple[str, list[tuple[int, str]]]]:
        if isinstance(step, Finished):
            message = self.collecting.pop(step.notification_id)
            where = message.where
            for each in message.alert_ids:
                self.told[each, where] = self.told[each, where]._replace(is_collected=False)
        else:
            where = step.where
        for each, state in step.states.items():
            old = self.told.get((each, where), Record())
            if step.content is None:
                self.told[each, where] = old._replace(state=state or old.state, suppressed=step.because)
            else:
                self.told[each, where] = Record(state, self.now)
        if step.content is None:
            self.suppressed.append((step.because, tuple(step.states)))
            return []
        self.settled.setdefault(where, []).append(self.now)
        self.notes = step.content.notes
        return [(step.kind, [(each, state or "") for each, state in step.states.items()])]


def told(site: Site, alert_id: int = 1) -> None:
    """Let an alert fire and be told."""
    site.fire(alert_id)
    site.plan()
    assert [("fired", [(alert_id, "warning")])] == site.plan(MINUTE)


def test_what_fires_within_the_wait_is_one_message_with_every_member() -> None:
    """Each host has its own, unless the route says otherwise."""
    site = Site()
    site.fire(1)
    assert [] == site.plan()
    site.fire(2, severity="critical")
    site.fire(3, host="hv2")
    assert [] == site.plan(timedelta(seconds=20))

    assert [("fired", [(1, "warning"), (2, "critical")])] == site.plan(timedelta(seconds=10))
    assert [("fired", [(3, "warning")])] == site.plan(timedelta(seconds=20))
    assert [] == site.plan(MINUTE)
    whole = Site(structs.replace(ROUTE, group_by="site"))
    for number in range(40):
        whole.fire(number, host=f"hv{number}")
    whole.plan()
    ((kind, members),) = whole.plan(MINUTE)
    assert ("fired", 40) == (kind, len(members))


def test_it_is_repeated_and_resolved_once() -> None:
    """Only to those who were told that it fires."""
    site = Site()
    told(site)
    assert [] == site.plan(timedelta(hours=3))
    site.plan(timedelta(hours=1))
    assert [("repeated", [(1, "warning")])] == site.plan(MINUTE)
    site.resolve(1)
    site.plan()
    assert [("resolved", [(1, "resolved")])] == site.plan(MINUTE)
    assert [] == site.plan(timedelta(hours=9))


def test_what_is_over_before_its_message_is_told_as_over() -> None:
    """It happened: nothing is lost."""
    site = Site()
    site.fire(1)
    site.plan()
    site.resolve(1)
    assert [("fired", [(1, "resolved")])] == site.plan(MINUTE)
    assert [] == site.plan(MINUTE)


def test_a_severity_that_changes_is_told() -> None:
    """One that is as before when its message goes is not."""
    site = Site()
    told(site)
    site.fire(1, severity="critical", is_new=False)
    site.plan()
    assert [("changed", [(1, "critical")])] == site.plan(MINUTE)
    site.fire(1, is_new=False)
    site.plan()
    site.fire(1, severity="critical", is_new=False)
    assert [] == site.plan(MINUTE)
    assert {} == site.collecting


def test_hidden_is_suppressed_and_told_when_it_shows() -> None:
    """With the words of what hides it, once."""
    site = Site()
    site.fire(1, hidden="hidden by alert 9")
    site.plan()
    site.plan(MINUTE)
    assert [("hidden by alert 9", (1,))] == site.suppressed
    site.change(1, hidden=None)
    site.plan()
    assert [("fired", [(1, "warning")])] == site.plan(MINUTE)
    site.change(1, hidden="hidden by alert 10")
    site.resolve(1)
    site.plan()
    assert [("resolved", [(1, "resolved")])] == site.plan(MINUTE)


def test_silenced_is_suppressed_and_told_when_the_silence_ends() -> None:
    """If it still fires; that it was over meanwhile is not told later."""
    silence = Silence(
        silence_id=3, selector=Selector(host="hv1"), reason="work", starts_at=T0,
        ends_at=T0 + timedelta(hours=2), said_by="anna", said_at=T0,
    )  # fmt: skip
    site = Site()
    told(site, 5)
    site.said = Said(silences=(silence,))
    site.fire(1)
    site.fire(2)
    site.resolve(5)
    site.plan()
    assert [] == site.plan(MINUTE)
    words = "silence 3 by anna until 2026-11-03 14:00 UTC: work"
    assert [(words, (1, 2)), (words, (5,))] == sorted(site.suppressed, key=lambda each: each[1])
    site.resolve(2)
    site.plan(timedelta(hours=2))
    assert [("fired", [(1, "warning")])] == site.plan(MINUTE)
    assert 2 == len(site.suppressed)


def test_acknowledged_is_not_repeated_but_resolved() -> None:
    """Who took it on knows."""
    site = Site()
    told(site)
    taken = Acknowledgement(alert_id=1, said_by="eva", said_at=site.now + MINUTE)
    site.said = Said(acknowledgements={1: taken})
    site.plan(timedelta(hours=5))
    assert [] == site.plan(timedelta(hours=5))
    assert [("acknowledged by eva", (1,))] == site.suppressed
    site.said = Said()
    site.resolve(1)
    site.plan()
    assert [("resolved", [(1, "resolved")])] == site.plan(MINUTE)


def test_flapping_is_told_once_and_then_held() -> None:
    """When it is calm, people learn how it is."""
    site = Site()
    site.fire(1, object_key="x", is_flapping=True)
    site.plan()
    assert [("fired", [(1, "warning")])] == site.plan(MINUTE)
    for number in (2, 3):
        site.resolve(number - 1)
        site.fire(number, object_key="x", is_flapping=True)
        site.plan(MINUTE)
        assert [] == site.plan(MINUTE)
    assert {FLAPS} == {because for because, _ in site.suppressed}
    for each in site.alerts:
        site.change(each, is_flapping=False)
    site.plan()
    assert [("fired", [(1, "resolved"), (3, "warning")])] == site.plan(MINUTE)


def test_the_limit_of_an_hour_holds_and_says_so() -> None:
    """The last message says that more is held; it is told when the hour allows it."""
    site = Site(structs.replace(ROUTE, limit_per_hour=2))
    for number in range(4):
        site.fire(number, host=f"hv{number}")
    site.plan()
    assert 2 == len(site.plan(MINUTE))
    assert "limit of route all" in site.notes[0]
    site.fire(9, host="hv3")
    assert [] == site.plan(timedelta(minutes=30))
    sent = site.plan(timedelta(minutes=31))
    assert [[(2, "warning")], [(3, "warning"), (9, "warning")]] == [members for _, members in sent]


def test_routes_are_chosen_in_order() -> None:
    """The first that matches, and further ones while they go on; none is told as such."""
    site = Site(
        Route(name="disks", channels=("hook",), rule="filesystem", goes_on=True, wait_seconds=0),
        Route(name="critical", channels=("hook",), severity="critical", wait_seconds=0),
        Route(name="batch", channels=("hook",), tag="batch", wait_seconds=0),
        Route(name="one", channels=("hook",), host="hv7", wait_seconds=0),
    )
    site.fire(1, rule="filesystem", severity="critical")
    site.fire(2, tags=frozenset({"batch"}))
    site.fire(3, host="hv7")
    site.fire(4)
    site.plan()
    assert {(1, "disks"), (1, "critical"), (2, "batch"), (3, "one"), (4, "")} == {
        (alert_id, where.route) for alert_id, where in site.told
    }
    assert [(NO_ROUTE, (4,))] == site.suppressed


def test_an_alertmanager_is_told_at_once_and_groups_by_itself() -> None:
    """Nothing is repeated by messages; what is withheld is noted, and told again after."""
    site = Site(structs.replace(ROUTE, channels=("am",)))
    site.fire(1)
    assert [("fired", [(1, "warning")])] == site.plan()
    assert [] == site.plan(timedelta(hours=9))
    site.change(1, hidden="hidden by alert 9")
    assert [] == site.plan()
    assert [] == site.plan()
    assert [("hidden by alert 9", (1,))] == site.suppressed
    site.change(1, hidden=None)
    assert [("repeated", [(1, "warning")])] == site.plan()
    site.resolve(1)
    assert [("resolved", [(1, "resolved")])] == site.plan()
