# SPDX-License-Identifier: Apache-2.0
"""What ``kvmgrid-consumer status`` tells, with the consumer's own rights."""

from consumer.settings import ConsumerSettings, DatabaseSettings
from consumer.status import lines, read_status
from publisher.wire.broker import BrokerSettings
from publisher.wire.topics import sample_key
from tests.benchmark.consumer_process import ConsumerProcess
from tests.integration.consumer_messages import AnyHostSender, StoredRows, eventually, recent, small_fleet
from tests.services import MigratedDatabase, VirtualHost


def test_status_counts_what_is_missing_waiting_and_set_aside(
    virtual_host: VirtualHost, database: MigratedDatabase
) -> None:
    """Three messages are missing between 1, 2, 5 and 7; one was rubbish; two wait for the next consumer."""
    fleet, stored = small_fleet(host_count=1), StoredRows(database)
    with ConsumerProcess(virtual_host.consumer_url, database.ingest_url) as consumer:
        consumer.wait_for("consuming")
        sender = AnyHostSender.enrolled(virtual_host)
        sender.send(*(fleet.batch(0, recent(number), number) for number in (1, 2, 5, 7)))
        sender.send_body(b"?", sample_key("hv000"), user_id="hv000")
        eventually(lambda: (stored.message_count(), stored.count("quarantine")), (4, 1))
    sender.send(*(fleet.batch(0, recent(number), number) for number in (8, 9)))
    sender.close()
    settings = ConsumerSettings(
        broker=BrokerSettings(url=virtual_host.consumer_url),
        database=DatabaseSettings(url=database.ingest_url),
    )
    eventually(lambda: read_status(settings).backlog_message_count, 2)

    status = read_status(settings)
    (host,) = status.hosts
    assert ("hv000", 3) == (host.host, host.missing_message_count)
    assert [("malformed", 1)] == [(each.reason, each.message_count) for each in status.quarantine]
    assert any(line.startswith("hv000") for line in lines(status))
