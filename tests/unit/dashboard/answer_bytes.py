# SPDX-License-Identifier: Apache-2.0
"""How many bytes an answer with a chart takes, compressed as the dashboard compresses."""

import gzip
from typing import Any

import orjson

from dashboard.charts.contract import written_chart
from dashboard.history.charted_answer import Answer
from dashboard.history.structure import chart_id, parts_id
from dashboard.parts.contract import written

GZIP_LEVEL = 6


def sent_bytes(page: str, answer: Answer) -> int:
    """Return the compressed size of a response as Dash writes it."""
    response: dict[str, Any] = {parts_id(page): {"update": written(answer.update)}}
    if answer.chart is not None:
        response[chart_id(page)] = {"update": written_chart(answer.chart)}
    return len(gzip.compress(orjson.dumps({"multi": True, "response": response}), GZIP_LEVEL))
