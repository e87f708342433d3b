# SPDX-License-Identifier: Apache-2.0
"""What is read of the broker's management interface, by answers as RabbitMQ 4 gives them."""

import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

import pytest

from consumer.broker.management import Management, read_management
from consumer.settings import ManagementSettings
from publisher.wire.broker import BrokerSettings

COUNTS, SIZES = "?disable_stats=true&enable_queue_totals=true", "?columns=message_bytes_ready"


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers by the end of the path; what is not there is refused."""

    found: dict[str, Any]

    def do_GET(self) -> None:
        """Answer."""
        (answer,) = [each for end, each in self.found.items() if self.path.endswith(end)] or [401]
        self.send_response(answer if isinstance(answer, int) else 200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def url() -> Iterator[str]:
    """Give the address of an interface that answers with ``Answers.found``."""
    with http.server.HTTPServer(("127.0.0.1", 0), Answers) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(
    ("sizes", "backlog_bytes"),
    [({"message_bytes_ready": 2_400_000_000}, 2_400_000_000), ([], None)],
)
def test_bytes_are_told_where_figures_are_collected(
    url: str, sizes: dict[str, int] | list[int], backlog_bytes: int | None
) -> None:
    """Without the collector the counts are there all the same."""
    Answers.found = {
        COUNTS: {"messages_unacknowledged": 7},
        SIZES: sizes,
        "recv_oct_details.rate": [{"user": "hv1", "recv_oct_details": {"rate": 2e6}}],
    }
    told = read_management(ManagementSettings(url=url), BrokerSettings(url="amqp://localhost/kvmgrid"))

    assert Management(7, backlog_bytes, {"hv1": 2e6}, None) == told
