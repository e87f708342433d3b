# SPDX-License-Identifier: Apache-2.0
"""An alert from the moment it fires until it is resolved, and what becomes of it. Pure."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple, TypeAlias

from consumer.alerts.folding import Folding, Hiding, OpenAlert, fold
from consumer.rules.rule import Rule, Severity
from consumer.rules.subjects import Subject

Kind = Literal["fired", "severity", "hidden", "shown", "resolved"]


class AlertKey(NamedTuple):
    """Which alert: of an object of a rule one is open at most. ``owner_id``: of its VM, else of its host."""

    rule: str
    is_of_domain: bool
    owner_id: int
    part: str


class FleetNow(NamedTuple):
    """What folding has to know beside the alerts.

    ``host_count``: hosts that have sent samples. ``hidden``: what was hidden in the cycle before.
    """

    host_count: int
    rules: Mapping[str, Rule]
    hidden: Mapping[int, Hiding]


# Which of the open alerts are hidden, and which lead many; called in the transaction of each cycle, and pure.
Fold: TypeAlias = Callable[[Sequence[OpenAlert], FleetNow], Folding]


def folded(alerts: Sequence[OpenAlert], fleet: FleetNow) -> Folding:
    """Return what is hidden by what causes it, and what leads many."""
    return fold(alerts, fleet.rules, fleet.host_count, fleet.hidden)


class Judgement(NamedTuple):
    """An object whose worst severity became another one; ``severity`` is None where nothing fires any more.

    ``because``: why it was resolved without its value being so. ``began_at``: when it began to be pending.
    """

    key: AlertKey
    subject: Subject
    host_id: int
    severity: Severity | None
    value: float | None
    began_at: float
    because: str | None = None


def alert_words(rule: Rule, value: float | None, name: str) -> str:
    """Return the words of a rule with a value, and the object's name where the host's does not say it."""
    words = rule.words_for(value or 0.0)
    return f"{words}{rule.before_object}{name}" if name else words
