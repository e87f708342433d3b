# SPDX-License-Identifier: Apache-2.0
"""The states that have to be stored, and which of them are other ones than those that are stored. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from consumer.alerts.evaluation.alert import AlertKey
from consumer.alerts.evaluation.engine import Engine
from consumer.alerts.flapping import KeptChanges
from consumer.alerts.states import KeptState, Phase
from consumer.alerts.watch import KeptWatch
from consumer.rules.rule import Severity


class StateKey(NamedTuple):
    """Whose state, at which level of a rule."""

    alert: AlertKey
    severity: Severity


class StateRow(NamedTuple):
    """A state as it is stored. What fires counts no seconds any more: it is as it was when it began to."""

    host_id: int
    phase: Phase
    since: float
    held_seconds: float
    was_known: bool


class FlapRow(NamedTuple):
    """When the last changes of an object were, and its host."""

    host_id: int
    changes: KeptChanges


class Kept(NamedTuple):
    """All that a restart needs, beside the samples."""

    states: Mapping[StateKey, StateRow]
    flaps: Mapping[AlertKey, FlapRow]


def kept(engine: Engine) -> Kept:
    """Return what has to be stored of an engine. What was resolved is as what never fired."""
    states: dict[StateKey, StateRow] = {}
    flaps: dict[AlertKey, FlapRow] = {}
    for name, watch in engine.watches.items():
        found = watch.kept()
        hosts = engine.objects[engine.watched[name].rule.subject].host_ids
        for severity, rows in found.states.items():
            for place, phase, since, held_seconds, was_known in rows:
                if phase is Phase.RESOLVED:
                    continue
                is_firing = phase is Phase.FIRING
                states[StateKey(engine.key(name, place), severity)] = StateRow(
                    int(hosts[place]),
                    phase,
                    since,
                    0.0 if is_firing else held_seconds,
                    True if is_firing else was_known,
                )
        for place, changes in found.changes.items():
            flaps[engine.key(name, place)] = FlapRow(int(hosts[place]), changes)
    return Kept(states, flaps)


def restore(engine: Engine, stored: Kept, stepped_at: float, told: Iterable[tuple[AlertKey, int]]) -> None:
    """Put back what was stored; its objects have places. ``told``: open alerts, and their severity."""
    states: dict[str, dict[Severity, list[KeptState]]] = defaultdict(lambda: defaultdict(list))
    flaps: dict[str, dict[int, KeptChanges]] = defaultdict(dict)
    for (key, severity), row in stored.states.items():
        place = engine.place(key)
        if place is not None:
            states[key.rule][severity].append(
                KeptState(place, row.phase, row.since, row.held_seconds, row.was_known)
            )
    for key, (_, changes) in stored.flaps.items():
        place = engine.place(key)
        if place is not None:
            flaps[key.rule][place] = changes
    for name, watch in engine.watches.items():
        watch.restore(KeptWatch(stepped_at, states[name], flaps[name]))
    for key, worst in told:
        place = engine.place(key)
        if place is not None:
            engine.tell(key.rule, place, worst)
