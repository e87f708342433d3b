# SPDX-License-Identifier: Apache-2.0
"""Cycles of one evaluator on one connection: each reads what arrived, judges, and stores in one transaction.

A cycle that fails leaves nothing in the database. What is in memory is then further than that, and of no use
any more: the next one begins as after a restart. All raise ConsumerError.
"""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final, NamedTuple

import numpy as np

from consumer.alerts.evaluation.alert import FleetNow, Fold, Judgement, alert_words
from consumer.alerts.evaluation.discovery import Discovery
from consumer.alerts.evaluation.engine import GONE, Engine
from consumer.alerts.evaluation.forms import wanted
from consumer.alerts.evaluation.kept import kept, restore
from consumer.alerts.evaluation.moment import lags, moment_rows, pipeline_lag
from consumer.alerts.evaluation.objects import ObjectKey
from consumer.alerts.evaluation.opened import AlertRow, OpenAlerts, Seen
from consumer.alerts.evaluation.past import fill, horizon_seconds
from consumer.alerts.evaluation.reading import HostNow, Reading
from consumer.alerts.evaluation.storing import Storing
from consumer.alerts.evaluation.withholding import leading_rules, withheld_alerts
from consumer.database import Connection, translated_errors
from consumer.errors import DatabaseAway
from consumer.failpoint import EvaluatorPoint
from consumer.incarnation import read_incarnation, require_incarnation
from consumer.rules.reading import Rules
from consumer.rules.rule import SEVERITIES

LAGS: Final = "what arrives is late: silent hosts are not judged"


class TakenOver(DatabaseAway):
    """Another evaluator is the active one; what was in hand is not stored."""


class Surroundings(NamedTuple):
    """What a cycle is given: who it is, how alerts are folded, failpoints, its clock, its watchdog."""

    instance: str
    fold: Fold
    reach: Callable[[EvaluatorPoint], None]
    # The time of a cycle by that of the database; tests set it.
    clock: Callable[[datetime], datetime]
    progress: Callable[[], None]


class Cycles:
    """The cycles between two restarts; the first one reads the past."""

    def __init__(self, connection: Connection, rules: Rules, surroundings: Surroundings) -> None:
        self._connection = connection
        self._surroundings = surroundings
        self._engine = Engine(rules)
        self._reading = Reading(connection)
        self._storing = Storing(connection)
        self._alerts = OpenAlerts()
        self._discovery = Discovery()
        self._wanted = wanted(self._engine.watched.values())
        self._since: str | None = None
        self._horizon = timedelta(
            seconds=horizon_seconds(each for each in self._engine.needs if each.figure is not None)
        )

    def run(self, problem: str | None) -> None:
        """Do a cycle; raise TakenOver."""
        begun_at = time.monotonic()
        with translated_errors(), self._connection.transaction():
            # All questions see the same: what is not there yet comes in the next cycle.
            self._connection.execute(b"SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            database_now, mark = self._reading.begin()
            now = self._surroundings.clock(database_now)
            hosts = self._reading.hosts()
            if self._since is None:
                self._incarnation = read_incarnation(self._connection)
                self._start(now, hosts)
            else:
                require_incarnation(self._connection, {self._incarnation})
                self._take(now, self._since)
            self._surroundings.reach("after_read")
            is_late = self._judge(now, hosts)
            problem = problem or (LAGS if is_late else None)
            seconds = time.monotonic() - begun_at
            if not self._storing.note_step(self._surroundings.instance, now, seconds, problem):
                raise TakenOver("another evaluator has taken over")
            self._surroundings.reach("before_stored")
        self._surroundings.reach("after_stored")
        self._since = mark
        self._alerts.stored(now.timestamp())

    def _start(self, now: datetime, hosts: list[HostNow]) -> None:
        """Read the past, and put back what was stored."""
        engine = self._engine
        stored, stepped_at, opened = self._storing.read()
        alive = {"host": {each.host_id for each in hosts}, "domain": set(self._reading.domains().tolist())}
        fill(engine, self._reading, now, self._surroundings.progress)
        keys = [(key, row.host_id) for (key, _), row in stored.states.items()]
        keys += [(key, row.host_id) for key, row in stored.flaps.items()]
        for key, host_id in [*keys, *((row.key, row.host_id) for row in opened)]:
            each = engine.watched.get(key.rule)
            if each is None or key.owner_id not in alive["domain" if key.is_of_domain else "host"]:
                continue
            engine.know(each.rule.subject, ObjectKey(key.owner_id, key.part), host_id, now.timestamp())
        told = [(row.key, SEVERITIES.index(row.severity)) for row in opened]
        last = float("-inf") if stepped_at is None else stepped_at
        restore(engine, stored, last, told)
        self._alerts = OpenAlerts(self._with_own_words(opened), last)
        self._discovery.know_all(engine.objects)

    def _take(self, now: datetime, since: str) -> None:
        """Take in what arrived since the last cycle."""
        engine, at = self._engine, now.timestamp()
        self._reading.by_keys()
        found = self._reading.arrived(since, now - self._horizon)
        read = []
        for subject in engine.objects:
            needs = [
                each
                for each in engine.needs
                if each.subject == subject and each.figure is not None and not each.is_of_moment
            ]
            if needs and found.message_count:
                wishes = self._discovery.wishes(subject, engine.objects, found)
                read += [
                    (subject, needs, rows)
                    for wish in wishes
                    for rows in self._reading.samples(subject, needs, found, wish)
                ]
        kinds = engine.kinds()
        events = self._reading.events(kinds, since=since) if kinds else None
        for subject, needs, rows in read:
            engine.add(at, subject, rows, needs)
        if events is not None:
            engine.add_events(at, events)

    def _judge(self, now: datetime, hosts: list[HostNow]) -> bool:
        """Judge and store; return whether the pipeline lags."""
        engine, at = self._engine, now.timestamp()
        lag_seconds = pipeline_lag(hosts, at)
        engine.add_moment(at, moment_rows(hosts, at, lag_seconds))
        domains = self._reading.domains()
        judgements = engine.remove(frozenset(each.host_id for each in hosts), domains)
        engine.renew_forms(
            {each.host_id: each.label for each in hosts}, self._reading.chosen_domains(self._wanted)
        )
        judgements += engine.step(at)
        self._note(judgements, at)
        self._storing.write_states(kept(engine), {row.key: row.value for row in self._alerts.open()})
        self._storing.write_alerts(self._alerts, now)
        self._surroundings.reach("after_states")
        fleet = FleetNow(
            sum(each.taken_at is not None for each in hosts), engine.rules.rules, self._alerts.hidden()
        )
        unheard = withheld_alerts(self._connection, self._alerts.open(), engine.rules.rules, now)
        folded = [
            row.for_folding(is_known=self._is_known(row), is_withheld=row.alert_id in unheard)
            for row in self._alerts.open()
        ]
        self._alerts.fold(self._surroundings.fold(folded, fleet))
        self._storing.write_changes(self._alerts, now)
        return lags(lag_seconds)

    def _note(self, judgements: list[Judgement], at: float) -> None:
        """Let judgements become alerts, and note what is new of those that are open."""
        engine, alerts = self._engine, self._alerts
        owners = [
            each.key.owner_id for each in judgements if each.key.is_of_domain and each.severity is not None
        ]
        stale = [row for row in alerts.open() if alerts.is_stale(at)]
        names = self._reading.names([*owners, *(row.key.owner_id for row in stale if row.key.is_of_domain)])
        for judgement in judgements:
            alerts.judge(judgement, self._words(judgement.key.rule, judgement, names), at)
        flapping = {name: watch.flapping(at) for name, watch in engine.watches.items()}
        for row in alerts.open():
            place = engine.place(row.key)
            if place is None:
                alerts.end(row.key, self._why_gone(row))
                continue
            subject = engine.watched[row.key.rule].rule.subject
            value = float(engine.watches[row.key.rule].values[place])
            known = None if np.isnan(value) else value
            seen = Seen(
                int(engine.objects[subject].host_ids[place]),
                place in flapping[row.key.rule],
                known,
                self._words(row.key.rule, row, names, known),
            )
            alerts.keep(row.key, seen, at)

    def _words(
        self, rule: str, about: Judgement | AlertRow, names: dict[int, str], value: float | None = None
    ) -> str:
        key = about.key
        name = " ".join(
            each for each in (names.get(key.owner_id, "") if key.is_of_domain else "", key.part) if each
        )
        watched = self._engine.watched.get(rule)
        if watched is None:
            return ""
        return alert_words(watched.rule, about.value if value is None else value, name)

    def _with_own_words(self, opened: list[AlertRow]) -> list[AlertRow]:
        """Return stored alerts with the words of their own: of one that leads, those of many are stored."""
        rules = leading_rules(self._engine.rules.rules)
        asked = [row for row in opened if row.key.rule in rules]
        names = self._reading.names(row.key.owner_id for row in asked if row.key.is_of_domain)
        own = {row.key: self._words(row.key.rule, row, names) for row in asked}
        return [row.with_own_words(own.get(row.key, row.words)) for row in opened]

    def _why_gone(self, row: AlertRow) -> str:
        rule = self._engine.rules.rules.get(row.key.rule)
        if rule is None or rule.alert is None:
            return "its rule is gone"
        return "its rule is off" if row.key.rule not in self._engine.watched else GONE

    def _is_known(self, row: AlertRow) -> bool:
        place = self._engine.place(row.key)
        return place is not None and not np.isnan(self._engine.watches[row.key.rule].values[place])
