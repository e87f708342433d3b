# SPDX-License-Identifier: Apache-2.0
"""A consumer process between a real broker and a real database, and a sender of messages to it."""

from collections.abc import Iterator

import pytest

from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import (
    AnyHostSender,
)
from tests.services import MigratedDatabase, VirtualHost


@pytest.fixture
def consumer(virtual_host: VirtualHost, database: MigratedDatabase) -> Iterator[ConsumerProcess]:
    """Give a consumer that has declared its queues."""
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as process:
        process.wait_for("consuming")
        yield process


@pytest.fixture
def sender(virtual_host: VirtualHost, consumer: ConsumerProcess) -> Iterator[AnyHostSender]:
    """Give a sender for any host."""
    assert consumer.alive
    sender = AnyHostSender.enrolled(virtual_host)
    yield sender
    sender.close()
