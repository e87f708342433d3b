# SPDX-License-Identifier: Apache-2.0
"""Of which open alerts nobody is told: another one then leads. Raises as the store does."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from msgspec import structs

from consumer.alerts.evaluation.opened import AlertRow
from consumer.alerts.withheld.judgement import withheld
from consumer.alerts.withheld.store import read_open_alerts, read_said
from consumer.database import Connection
from consumer.rules.hiding import hidden_rules
from consumer.rules.rule import SEVERITIES, Rule


def withheld_alerts(
    connection: Connection, alerts: Iterable[AlertRow], rules: Mapping[str, Rule], now: datetime
) -> frozenset[int]:
    """Return the numbers of alerts that are withheld, of those that could hide others."""
    hiding = leading_rules(rules)
    asked = {row.alert_id: row for row in alerts if row.key.rule in hiding}
    if not asked:
        return frozenset()
    said = read_said(connection, now)
    if not any(said):
        return frozenset()
    found: set[int] = set()
    for marks in read_open_alerts(connection, rules=hiding):
        row = asked.get(marks.alert_id)
        if row is None:
            continue
        if SEVERITIES.index(row.severity) > SEVERITIES.index(marks.severity):
            # It got worse in this cycle, which is not stored yet.
            marks = structs.replace(marks, worsened_at=now)  # noqa: PLW2901 - the same, as it is now
        if withheld(said, structs.replace(marks, severity=row.severity), now) is not None:
            found.add(row.alert_id)
    return frozenset(found)


def leading_rules(rules: Mapping[str, Rule]) -> frozenset[str]:
    """Return the rules whose alerts may hide others."""
    together = {name for name, rule in rules.items() if rule.alert is not None and rule.alert.together}
    return frozenset(together | hidden_rules(rules).keys())
