# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.integration.alert_delivery DATABASE RULES``: an evaluator's delivery, until it is ended.

Alerts come from the test. The evaluator says that it is the active one, as one that evaluates does.
"""

import os
import sys
import threading
from pathlib import Path

import psycopg

from consumer.alerts.delivery.threads import Around, Deliverer
from consumer.failpoint import Failpoints
from consumer.rules.reading import read_rules
from consumer.settings import DatabaseSettings
from consumer.watchdog import Watchdog


def start(url: str, rules: Path) -> Deliverer:
    """Start the threads of a delivery."""
    instance = f"test/{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("UPDATE kvmgrid.alert_evaluator SET instance = %s", [instance])
    around = Around(
        DatabaseSettings(url=url),
        instance,
        10.0,
        Watchdog({}),
        Failpoints(os.environ).reach,
        lambda now: now,
    )
    deliverer = Deliverer(around)
    deliverer.note_cycle(read_rules(rules).delivery)
    return deliverer


if __name__ == "__main__":
    start(sys.argv[1], Path(sys.argv[2]))
    threading.Event().wait()
