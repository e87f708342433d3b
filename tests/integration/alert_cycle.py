# SPDX-License-Identifier: Apache-2.0
"""``python -m tests.integration.alert_cycle DATABASE RULES SECONDS``: one cycle, as of a time."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from consumer.alerts.evaluation.evaluator import Evaluator
from consumer.settings import AlertSettings, ConsumerSettings, DatabaseSettings

if __name__ == "__main__":
    database, rules, seconds = sys.argv[1:]
    settings = ConsumerSettings(
        database=DatabaseSettings(url=database), alerts=AlertSettings(rules_file=Path(rules))
    )
    Evaluator(settings, os.environ, clock=lambda _now: datetime.fromtimestamp(float(seconds), UTC)).cycle()
